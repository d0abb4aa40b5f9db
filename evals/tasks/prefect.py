"""Tasks on Prefect, whose document is the largest: flow runs, deployments, work pools, limits."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from answers import differences, only

from tasks.several import new_issues
from tasks.task import Task, has_number, has_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from world import Row, World

_PARAMETERS = {"chunk_days": 2, "since": "2026-10-01", "until": "2026-10-08", "write_mode": "skip_existing"}


def _october(runs: Iterable[Row], first: int = 1) -> list[Row]:
    """Give the runs that started in October, from a day on."""
    return [run for run in runs if f"2026-10-{first:02}" <= (run["start_time"] or "") < "2026-11"]


# Questions of one or two calls


def _stripe(world: World) -> dict[str, Any]:
    limits = {row["name"]: row for row in world.prefect("v2/concurrency_limits")}
    return {"right": limits["stripe-api"]["limit"], "decoys": [limits["stripe-api-sandbox"]["limit"]]}


def _crashed(world: World) -> dict[str, Any]:
    every = list(world.runs().values())

    def count(runs: list[Row], *states: str) -> int:
        return sum(run["state_type"] in states for run in runs)

    october = _october(every)
    decoys = [count(every, "CRASHED"), count(october, "FAILED"), count(october, "CRASHED", "FAILED")]
    return {"right": count(october, "CRASHED"), "decoys": decoys}


def _lookback(world: World) -> dict[str, Any]:
    flow = next(row["id"] for row in world.prefect("flows") if row["name"] == "sync-crm")
    days = {
        row["name"]: row["parameters"]["lookback_days"]
        for row in world.prefect("deployments")
        if row["flow_id"] == flow
    }
    return {"right": days["prod"], "decoys": [each for name, each in days.items() if name != "prod"]}


def _late(world: World) -> dict[str, Any]:
    runs = world.runs().values()
    waiting = [run["name"] for run in runs if run["state_type"] == "SCHEDULED"]
    return {"right": [run["name"] for run in runs if run["state_name"] == "Late"], "all": waiting}


# Joins


def _worst_flow(world: World) -> dict[str, Any]:
    runs = _october(world.runs().values(), 18)

    def worst(wanted: Callable[[Row], bool]) -> str:
        counts = Counter(run["flow"] for run in runs if wanted(run))
        return only([(count, flow) for flow, count in counts.items()])[1]

    right = worst(lambda run: run["state_type"] == "FAILED")
    # A run that timed out has failed; it must not matter if somebody counts otherwise.
    assert right == worst(lambda run: run["state_name"] == "Failed")
    return {"right": [right], "all": [row["name"] for row in world.prefect("flows")]}


def _idle(world: World) -> dict[str, Any]:
    flows = {row["id"]: row["name"] for row in world.prefect("flows")}
    busy = {run["deployment"] for run in _october(world.runs().values())}
    rows = {f"{flows[row['flow_id']]}/{row['name']}": row["paused"] for row in world.prefect("deployments")}
    return {"right": [name for name, paused in rows.items() if not paused and name not in busy], "all": list(rows)}


def _rows_loaded(world: World) -> dict[str, Any]:
    runs, artifacts = world.runs(), world.prefect("artifacts")

    def loaded(wanted: Callable[[Row], bool]) -> int:
        return sum(
            each["data"][0]["rows"]
            for each in artifacts
            if each["key"] == "rows-loaded" and wanted(runs[each["flow_run_id"]])
        )

    october = {run["name"] for run in _october(runs.values())}

    def fits(run: Row, *, prod: bool = False) -> bool:
        own = run["deployment"] == "ingest-orders/prod" if prod else run["flow"] == "ingest-orders"
        return own and run["name"] in october

    right = loaded(lambda run: fits(run) and run["state_type"] == "COMPLETED")
    everything = loaded(lambda run: run["flow"] == "ingest-orders")
    decoys = [loaded(fits), everything, loaded(lambda run: fits(run, prod=True) and run["state_type"] == "COMPLETED")]
    return {"right": right, "decoys": decoys}


# More than a page


def _gpu_hours(world: World) -> dict[str, Any]:
    # The order of the API's own pages, so that the decoy is what a reader of the first page would say.
    rows = [run for run in _october(world.runs().values()) if run["work_pool_name"] == "gpu-a100"]

    def minutes(runs: list[Row]) -> float:
        return round(sum(run["total_run_time"] for run in runs) / 60)

    done = [run for run in rows if run["state_type"] == "COMPLETED"]
    return {"right": minutes(rows), "decoys": [minutes(rows[:200]), minutes(done)], "runs": len(rows)}


def _full_refresh(world: World) -> dict[str, Any]:
    every = list(world.runs().values())
    rows = _october(every)

    def count(runs: list[Row]) -> int:
        return sum(run["parameters"].get("full_refresh") is True for run in runs)

    return {"right": count(rows), "decoys": [count(rows[:200]), count(every), count(every[:200])]}


# Changes: all that Prefect keeps is compared


def _state(world: World) -> dict[str, Any]:
    return world.orchestration()


def _compared(world: World, right: dict[str, Any]) -> list[str]:
    found = world.orchestration()
    return [problem for kind, rows in right.items() for problem in differences(kind, rows, found[kind])]


def _pause_gpu(world: World, truth: Any, _answer: str) -> list[str]:
    right = deepcopy(truth)
    for row in right["deployments"].values():
        if row["work_pool_name"] == "gpu-a100" and not row["paused"]:
            row["paused"] = True
    found = world.orchestration()
    for key, row in right["deployments"].items():
        # With a deployment its schedules may be switched off too: it is paused either way.
        now = found["deployments"].get(key, {}).get("schedules", [])
        if row["work_pool_name"] == "gpu-a100" and [each[0] for each in now] == [each[0] for each in row["schedules"]]:
            row["schedules"] = now
    return [problem for kind, rows in right.items() for problem in differences(kind, rows, found[kind])]


def _cancel_late(world: World, truth: Any, _answer: str) -> list[str]:
    right, found = deepcopy(truth), world.runs()
    team = {key for key, row in truth["flows"].items() if "team:data" in row["tags"]}
    for key, run in right["flow_runs"].items():
        if run["state_name"] == "Late" and run["flow_id"] in team:
            # Prefect says itself when the run ended; a state may have any name.
            now = found.get(key, run)
            run |= {name: now[name] for name in ("state_name", "start_time", "end_time", "run_count", "total_run_time")}
            run["state_type"] = "CANCELLED"
    return _compared(world, right)


def _full_limits(world: World, truth: Any, _answer: str) -> list[str]:
    right = deepcopy(truth)
    for row in right["v2/concurrency_limits"].values():
        if row["active"] and row["active_slots"] >= row["limit"]:
            row["limit"] = -(-row["limit"] * 3 // 2)
    return _compared(world, right)


def _backfill(world: World, truth: Any, _answer: str) -> list[str]:
    right, found = deepcopy(truth), world.runs()
    made = {key: run for key, run in found.items() if key not in right["flow_runs"]}
    shown = [(run["deployment"], run["state_type"], run["parameters"]) for run in made.values()]
    wanted = [("ingest-orders/backfill", "SCHEDULED", _PARAMETERS)]
    problems = [] if shown == wanted else [f"the new runs are {shown}; there should be {wanted}"]
    right["flow_runs"] |= made
    return problems + _compared(world, right)


# Prefect and the tracker


def _one_crash_issue(world: World) -> None:
    """One issue of such a title is there and open, one is there and closed."""
    first, second = _crashes(world)[:2]
    for flow, state in ((first, "open"), (second, "closed")):
        made = world.ask("tracker", "POST", "/projects/OPS/issues", json={"title": f"Crashed: {flow}"}).json()
        world.ask("tracker", "PATCH", f"/projects/OPS/issues/{made['number']}", json={"state": state})


def _crashes(world: World) -> list[str]:
    october = _october(world.runs().values())
    return sorted({run["flow"] for run in october if run["state_type"] == "CRASHED"})


def _crash_truth(world: World) -> dict[str, Any]:
    october = _october(world.runs().values())
    counts = Counter(run["flow"] for run in october if run["state_type"] == "CRASHED")
    return {"counts": dict(counts), "issues": world.issues(), "prefect": world.orchestration()}


def _crash_issues(world: World, truth: Any, _answer: str) -> list[str]:
    open_titles = {row["title"] for row in truth["issues"].values() if row["state"] != "closed"}
    wanted = {f"Crashed: {flow}": count for flow, count in truth["counts"].items()}
    right = {
        title: {"priority": "high" if count >= 3 else "normal", "state": "open"}
        for title, count in wanted.items()
        if title not in open_titles
    }
    return new_issues(world, truth["issues"], "OPS", right) + _compared(world, truth["prefect"])


TASKS = [
    Task(
        "stripe-limit", "question", ("prefect",),
        "How many things may use the Stripe API (the real one, not the sandbox) at the same time in our Prefect?",
        _stripe, has_number, wrong=("There is no limit.", "12"),
    ),
    Task(
        "crashed", "question", ("prefect",),
        "How many of the flow runs in Prefect that started in October 2026 (UTC) crashed? Failed is something else.",
        _crashed, has_number, wrong=("None.", "9999"),
    ),
    Task(
        "lookback", "question", ("prefect",),
        "How many days does the production deployment (prod) of the flow sync-crm look back in Prefect, unless a run is told otherwise?",
        _lookback, has_number, wrong=("3", "1 day"),
    ),
    Task(
        "late-runs", "question", ("prefect",),
        "Which flow runs are late in Prefect? Give the names of the runs.",
        _late, has_words, wrong=("None is late.", "calm-otter"),
    ),
    Task(
        "worst-flow", "join", ("prefect",),
        "Which flow in Prefect had the most failed runs from 18 to 31 October 2026, by when the runs started (UTC)? Crashed runs do not count. "
        "Name the flow.",
        _worst_flow, has_words, wrong=("sync-crm", "transcode-videos"),
    ),
    Task(
        "idle", "join", ("prefect",),
        "Which deployments in Prefect are not paused and yet had no run at all that started in October 2026 (UTC)? Give each as FLOW/DEPLOYMENT.",
        _idle, has_words, wrong=("There are none.", "ingest-weather/archive"),
    ),
    Task(
        "rows-loaded", "join", ("prefect",),
        "How many rows did the completed runs of the flow ingest-orders that started in October 2026 (UTC) load together, over all its "
        "deployments? In Prefect each such run leaves a table rows-loaded among its artifacts that says it; runs that did not complete do not count.",
        _rows_loaded, has_number, wrong=("0", "I found none."),
    ),
    Task(
        "gpu-minutes", "paging", ("prefect",),
        "For how many minutes did all runs on Prefect's GPU work pool together that started in October 2026 (UTC) run, however they ended?",
        _gpu_hours, has_number, wrong=("0", "200"),
    ),
    Task(
        "full-refresh", "paging", ("prefect",),
        "How many of the flow runs in Prefect that started in October 2026 (UTC) were told to do a full refresh (parameter full_refresh is true)?",
        _full_refresh, has_number, wrong=("0", "200"),
    ),
    Task(
        "pause-gpu", "write", ("prefect",),
        "The GPU machines move tonight. In Prefect, pause every deployment whose runs go to the GPU work pool. Leave the pool itself, its "
        "queues and the runs that there are as they are.",
        _state, _pause_gpu,
    ),
    Task(
        "cancel-late", "write", ("prefect",),
        "In Prefect, cancel every late run of the flows of the team data (the flows have the tag team:data). Other runs stay as they are.",
        _state, _cancel_late,
    ),
    Task(
        "full-limits", "write", ("prefect",),
        "Some of the concurrency limits in Prefect are used up: they are switched on, and all their slots are taken. Raise each of those by half, "
        "rounded up to a whole number. Leave all others, and what is in use now, as they are.",
        _state, _full_limits,
    ),
    Task(
        "backfill", "error", ("prefect",),
        "In Prefect, start one run of the deployment backfill of the flow ingest-orders now, for 1 to 7 October 2026 with both of these days, two "
        "days at a time. What was loaded already must not be touched.",
        _state, _backfill,
    ),
    Task(
        "crash-issues", "several", ("tracker", "prefect"),
        "For every flow in Prefect of which a run that started in October 2026 (UTC) crashed, open an issue in the tracker's project Platform with "
        "the title 'Crashed: ' and the flow's name; its priority is high where three or more of the flow's runs did, else normal. Make none where "
        "there is such an issue that is not closed.",
        _crash_truth, _crash_issues, _one_crash_issue,
    ),
]  # fmt: skip
