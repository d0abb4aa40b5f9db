"""Prefect's data: 25 flows, 41 deployments on 5 work pools, some 800 flow runs of six weeks up to 1 November 2026; always the same.

`seed` fills an empty server over its HTTP API; `date` then gives the runs their times in its SQLite file, as the API has no
way to say that something ran in the past.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2

Row = dict[str, Any]

_POOLS: dict[str, tuple[str, int | None, str, dict[str, int | None]]] = {
    "k8s-general": ("kubernetes", 40, "What fits nowhere else", {"high": 10, "low": 4}),
    "gpu-a100": ("kubernetes", 8, "The GPU machines", {"training": 4, "scoring": 6}),
    "ecs-batch": ("ecs", 20, "Large nightly jobs", {"nightly": None}),
    "edge-process": ("process", None, "On the hosts themselves", {"sites": 2}),
    "serverless": ("cloud-run", 30, "Small and short", {"reports": 5}),
}
_FLOWS = {
    "data": ("ingest-orders", "ingest-customers", "ingest-clickstream", "ingest-weather", "check-data-quality"),
    "payments": ("sync-stripe-payouts", "build-finance-mart", "reconcile-ledger", "send-invoices"),
    "storefront": ("sync-product-catalog", "resize-images", "embed-products", "score-recommendations", "train-recommender"),
    "mobile": ("transcode-videos", "send-push-digests", "score-churn", "train-churn-model"),
    "platform": ("backup-warehouse", "backup-tracker", "rotate-logs", "vacuum-database", "renew-certificates"),
    "sales": ("sync-crm", "train-demand-forecast"),
}  # fmt: skip
_PROD = {
    "ingest-orders": ("k8s-general", "high", "*/30 * * * *", 26), "ingest-customers": ("k8s-general", "default", "0 * * * *", 22),
    "ingest-clickstream": ("k8s-general", "default", "5 * * * *", 24), "ingest-weather": ("serverless", "default", "0 */6 * * *", 18),
    "check-data-quality": ("k8s-general", "low", "30 6 * * *", 20), "sync-stripe-payouts": ("serverless", "default", "15 * * * *", 24),
    "build-finance-mart": ("ecs-batch", "nightly", "0 2 * * *", 20), "reconcile-ledger": ("ecs-batch", "default", "30 4 * * *", 18),
    "send-invoices": ("serverless", "reports", "0 7 1 * *", 4), "sync-product-catalog": ("k8s-general", "high", "10 * * * *", 24),
    "resize-images": ("k8s-general", "low", None, 22), "embed-products": ("gpu-a100", "scoring", "0 1 * * *", 44),
    "score-recommendations": ("gpu-a100", "scoring", "0 */2 * * *", 66), "train-recommender": ("gpu-a100", "training", "0 22 * * 0", 18),
    "transcode-videos": ("gpu-a100", "default", None, 62), "send-push-digests": ("serverless", "default", "0 17 * * *", 24),
    "score-churn": ("gpu-a100", "scoring", "0 5 * * *", 48), "train-churn-model": ("gpu-a100", "training", "0 23 * * 6", 26),
    "backup-warehouse": ("ecs-batch", "nightly", "15 3 * * 6", 20), "backup-tracker": ("edge-process", "default", "45 3 * * *", 26),
    "rotate-logs": ("edge-process", "sites", "0 0 * * *", 24), "vacuum-database": ("ecs-batch", "nightly", "0 4 * * 0", 14),
    "renew-certificates": ("edge-process", "sites", "0 9 1 * *", 5), "sync-crm": ("serverless", "default", "20 * * * *", 28),
    "train-demand-forecast": ("gpu-a100", "training", "0 21 * * 5", 16),
}  # fmt: skip
# (flow, deployment): pool, queue, cron, how many runs, paused
_OTHERS = {
    ("ingest-orders", "backfill"): ("ecs-batch", "default", None, 6, False), ("ingest-orders", "staging"): ("k8s-general", "low", "0 8 * * *", 8, False),
    ("ingest-customers", "staging"): ("k8s-general", "low", None, 5, False), ("ingest-weather", "archive"): ("serverless", "default", None, 0, False),
    ("sync-stripe-payouts", "sandbox"): ("serverless", "default", "0 9 * * 1", 7, False), ("build-finance-mart", "quarterly"): ("ecs-batch", "nightly", "0 3 1 */3 *", 0, True),
    ("sync-product-catalog", "staging"): ("k8s-general", "low", None, 6, False), ("embed-products", "rebuild"): ("gpu-a100", "training", None, 0, False),
    ("score-recommendations", "experiment"): ("gpu-a100", "scoring", None, 7, True), ("train-recommender", "experiment"): ("gpu-a100", "training", None, 6, False),
    ("transcode-videos", "archive"): ("ecs-batch", "default", None, 6, False), ("score-churn", "staging"): ("k8s-general", "low", None, 5, False),
    ("backup-warehouse", "restore-test"): ("ecs-batch", "default", "0 5 15 * *", 0, False), ("vacuum-database", "tracker"): ("edge-process", "default", "0 2 * * 3", 5, False),
    ("sync-crm", "staging"): ("serverless", "default", None, 6, False), ("sync-crm", "full-history"): ("ecs-batch", "default", None, 0, True),
}  # fmt: skip
_ONLY_SEPTEMBER = {("ingest-weather", "archive"), ("backup-warehouse", "restore-test"), ("sync-crm", "full-history")}
_LOOKBACK = {("sync-crm", "prod"): 14, ("sync-crm", "staging"): 3, ("sync-crm", "full-history"): 3650}
_WATCHED = {
    "sync-crm": "pause-deployment",
    "backup-warehouse": "run-deployment",
    "train-churn-model": "pause-deployment",
}
_TASKS = ("extract", "validate", "transform", "load", "publish")
_ERRORS = {
    "FAILED": ("Task 'load' failed: connection to warehouse timed out", "HTTP 429 Too Many Requests from the source", "ValueError: 3 rows do not fit the schema"),
    "CRASHED": ("Flow run infrastructure exited with non-zero status code 137", "The node was drained while the run was going on"),
    "CANCELLED": ("Cancelled by hand",),
}  # fmt: skip
_BACKFILL = {
    "type": "object",
    "title": "Parameters",
    "required": ["since", "until", "write_mode"],
    "additionalProperties": False,
    "properties": {
        "since": {"type": "string", "format": "date", "description": "the first day that is loaded"},
        "until": {"type": "string", "format": "date", "description": "the first day that is not loaded any more"},
        "write_mode": {
            "type": "string",
            "enum": ["append", "overwrite", "skip_existing"],
            "description": "append: adds, even twice; overwrite: replaces each day; skip_existing: leaves days alone that are there",
        },
        "chunk_days": {"type": "integer", "minimum": 1, "default": 1, "description": "days loaded at a time"},
    },
}
_LIMITS = {
    # name: limit, slots in use, switched on
    "stripe-api": (4, 1, True), "stripe-api-sandbox": (12, 0, True), "warehouse-writes": (10, 10, True), "crm-api": (6, 6, True),
    "image-cdn": (25, 11, True), "weather-api": (3, 3, False), "mail-gateway": (15, 15, True), "ledger-lock": (1, 0, True),
}  # fmt: skip
_VARIABLES: Row = {
    "retention_days": 90, "warehouse_host": "wh-2.halden.example", "on_call": "mei", "alert_threshold": 0.05, "regions": ["pt", "de", "se"],
    "feature_flags": {"fast_lane": True, "dual_write": False}, "model_bucket": "s3://halden-models", "invoice_sender": "billing@halden.example",
    "max_attempts": 3, "maintenance": False, "stripe_api_version": "2026-08-27", "crm_region": "eu-1",
}  # fmt: skip
_ADJECTIVES = (
    "amber brave calm daring eager fancy gentle happy icy jolly keen lively mellow noble opal proud quiet rapid silver tidy umber vivid "
    "witty young zesty azure bold crisp dusty elder"
)
_ANIMALS = (
    "heron otter falcon lynx badger marten plover osprey weasel gecko ibis jackal kestrel lemur moth newt oriole puffin quail raven "
    "stoat tapir urchin vole wombat yak zebra adder bison crane"
)
# UTC, as the file has it.
_FIRST, _OCTOBER, _LATER = datetime(2026, 9, 21), datetime(2026, 10, 1), datetime(2026, 10, 18)  # noqa: DTZ001
_LAST, _AHEAD = datetime(2026, 11, 1), datetime(2036, 11, 1)  # noqa: DTZ001
_NONE = datetime(1970, 1, 1)  # noqa: DTZ001


def runs() -> list[Row]:
    """Give every flow run: {name, flow, deployment, pool, queue, state, label, message, parameters, tags, start, minutes, tasks, rows}."""
    random = Random(3200)
    names = [f"{one}-{other}" for one in _ADJECTIVES.split() for other in _ANIMALS.split()]
    random.shuffle(names)
    found: list[Row] = []
    for (flow, deployment), (pool, queue, _cron, count, _paused) in _deployments().items():
        for place in range(count or 3 * ((flow, deployment) in _ONLY_SEPTEMBER)):
            old = not count or place % 9 == 4
            first, most = (_FIRST, 14_400) if old else (_OCTOBER, 44_400)
            start = first + timedelta(minutes=random.randrange(most))
            run = {"flow": flow, "deployment": deployment, "pool": pool, "queue": queue, "start": start}
            found.append(run | _ended(random, flow, pool, start) | {"name": names.pop()})
    for state, label, count in (("SCHEDULED", "Scheduled", 24), ("SCHEDULED", "Late", 9), ("RUNNING", "Running", 12), ("PENDING", "Pending", 4),
                                ("PAUSED", "Paused", 2), ("PAUSED", "Suspended", 1), ("SCHEDULED", "AwaitingRetry", 2)):  # fmt: skip
        found += [_current(random, state, label) | {"name": names.pop()} for _ in range(count)]
    # One that has never started, of a deployment without any other run.
    found[-1] |= {"flow": "embed-products", "deployment": "rebuild", "pool": "gpu-a100", "queue": "training"}
    random.shuffle(found)
    return found


def _deployments() -> dict[tuple[str, str], tuple[str, str, str | None, int, bool]]:
    return {**{(flow, "prod"): (*rest, flow == "send-push-digests") for flow, rest in _PROD.items()}, **_OTHERS}


def _ended(random: Random, flow: str, pool: str, start: datetime) -> Row:
    # Which flow fails most is not the same over the whole month and over its second half.
    worst = "train-churn-model" if start >= _LATER else "sync-crm"
    failing = 1.0 if flow == worst else 0.5 if flow == "backup-tracker" and start < _LATER else 0.11
    crashing = 0.3 if flow == "transcode-videos" else 0.06
    chances = {"FAILED": failing, "CRASHED": crashing, "CANCELLED": 0.03, "COMPLETED": 0.8 - failing / 2}
    state = random.choices(list(chances), list(chances.values()))[0]
    minutes = random.randint(20, 380) if pool == "gpu-a100" else random.randint(1, 55)
    label = "TimedOut" if state == "FAILED" and random.random() < 0.2 else state.capitalize()
    message = None if state == "COMPLETED" else random.choice(_ERRORS[state])
    full = {"full_refresh": random.random() < 0.2, "lookback_days": random.choice((1, 3, 7))}
    tags = random.sample(("manual", "retry", "month-end", "eu"), random.choice((0, 0, 1, 1, 2)))
    reached = 5 if state == "COMPLETED" else random.randint(1, 5)
    tasks = reached if flow in {"ingest-orders", "ingest-customers", "build-finance-mart", "sync-crm"} else 0
    rows = random.randint(900, 60_000) if flow.startswith("ingest-") and (state == "COMPLETED" or reached > 2) else None
    return {
        "state": state, "label": label, "message": message, "parameters": full, "tags": tags, "minutes": minutes, "tasks": tasks, "rows": rows,
    }  # fmt: skip


def _current(random: Random, state: str, label: str) -> Row:
    (flow, deployment), (pool, queue, *_) = random.choice([each for each in _deployments().items() if each[1][3]])
    # What is scheduled and not late is so far ahead that it is not overdue, whenever the tasks are done.
    ahead = label in {"Scheduled", "AwaitingRetry"}
    return {
        "flow": flow, "deployment": deployment, "pool": pool, "queue": queue, "state": state, "label": label, "message": None,
        "parameters": {"full_refresh": False, "lookback_days": 1}, "tags": ["eu"] if random.random() < 0.2 else [],
        "start": (_AHEAD if ahead else _LAST) + timedelta(hours=random.randint(1, 11)), "minutes": 0, "tasks": 0, "rows": None,
    }  # fmt: skip


def seed(client: httpx2.Client) -> None:
    """Fill an empty server."""

    def post(path: str, body: Row) -> Row:
        return client.post(path, json=body).raise_for_status().json()

    for name, (kind, limit, about, queues) in _POOLS.items():
        post("work_pools/", {"name": name, "type": kind, "concurrency_limit": limit, "description": about})
        for place, (queue, most) in enumerate(queues.items(), 2):
            post(f"work_pools/{name}/queues", {"name": queue, "concurrency_limit": most, "priority": place})
    flows = {
        name: post("flows/", {"name": name, "tags": [f"team:{team}"]})["id"] for team, names in _FLOWS.items() for name in names
    }  # fmt: skip
    deployments = {key: post("deployments/", _deployment(flows, key))["id"] for key in _deployments()}
    for name, (limit, used, active) in _LIMITS.items():
        post("v2/concurrency_limits/", {"name": name, "limit": limit, "active_slots": used, "active": active})
    for tag, limit in (("database", 12), ("gpu", 4), ("heavy", 2)):
        post("concurrency_limits/", {"tag": tag, "concurrency_limit": limit})
    for name, value in _VARIABLES.items():
        post("variables/", {"name": name, "value": value, "tags": ["config"] if name < "n" else []})
    for run in runs():
        _run(post, run, flows[run["flow"]], deployments[run["flow"], run["deployment"]])
    _blocks(post)
    for flow, action in _WATCHED.items():
        post("automations/", _automation(flow, action, flows[flow], deployments[flow, "prod"]))


def _deployment(flows: dict[str, str], key: tuple[str, str]) -> Row:
    flow, name = key
    pool, queue, cron, _count, paused = _deployments()[key]
    parameters: Row = {"full_refresh": False, "lookback_days": _LOOKBACK.get(key, 1)}
    made: Row = {
        "name": name, "flow_id": flows[flow], "work_pool_name": pool, "work_queue_name": queue, "paused": paused, "parameters": parameters,
        "entrypoint": f"flows/{flow.replace('-', '_')}.py:main", "tags": [name], "enforce_parameter_schema": False,
        "description": f"{flow.replace('-', ' ').capitalize()}, {name}.", "version": f"1.{len(flow)}.{len(name)}",
        "schedules": [{"schedule": {"cron": cron, "timezone": "Europe/Lisbon"}, "active": not paused}] if cron else [],
    }  # fmt: skip
    if name == "backfill":
        made |= {
            "enforce_parameter_schema": True,
            "parameter_openapi_schema": _BACKFILL,
            "parameters": {"chunk_days": 1},
        }
    return made


def _run(post: Any, run: Row, flow: str, deployment: str) -> None:
    state: Row = {"type": run["state"], "name": run["label"], "message": run["message"]}
    if run["state"] == "SCHEDULED":
        state["state_details"] = {"scheduled_time": f"{run['start'].isoformat()}Z"}
    body = {
        "name": run["name"], "flow_id": flow, "deployment_id": deployment, "work_pool_name": run["pool"], "work_queue_name": run["queue"],
        "parameters": run["parameters"], "tags": run["tags"], "state": state,
    }  # fmt: skip
    at = post("flow_runs/", body)["id"]
    for place, task in enumerate(_TASKS[: run["tasks"]], 1):
        bad = place == run["tasks"] and run["state"] != "COMPLETED"
        ended = {"type": run["state"] if bad else "COMPLETED", "message": run["message"] if bad else None}
        post(
            "task_runs/", {"name": f"{task}-0", "flow_run_id": at, "task_key": task, "dynamic_key": "0", "state": ended}
        )
    if run["rows"]:
        table = [{"table": run["flow"].removeprefix("ingest-"), "rows": run["rows"]}]
        about = {"key": "rows-loaded", "type": "table", "description": "Rows written to the warehouse", "data": table}
        post("artifacts/", {**about, "flow_run_id": at})
    if run["message"]:
        line = {"name": "prefect.flow_runs", "level": 40, "message": run["message"], "flow_run_id": at}
        post("logs/", [{**line, "timestamp": f"{(run['start'] + timedelta(minutes=run['minutes'])).isoformat()}Z"}])  # type: ignore[arg-type]


def _blocks(post: Any) -> None:
    """Give each team a webhook, a block of a type that the server has."""
    kind = next(each for each in post("block_types/filter", {}) if each["slug"] == "slack-webhook")
    of = {"block_schemas": {"block_type_id": {"any_": [kind["id"]]}}}
    schema = post("block_schemas/filter", of)[0]
    for team in _FLOWS:
        data = {"url": f"https://hooks.slack.example/T0/{team}", "notify_type": "prefect_default"}
        body = {"name": f"team-{team}", "data": data, "block_schema_id": schema["id"], "block_type_id": kind["id"]}
        post("block_documents/", body)


def _automation(flow: str, action: str, flow_id: str, deployment_id: str) -> Row:
    trigger = {
        "type": "event", "posture": "Reactive", "expect": ["prefect.flow-run.Failed"], "threshold": 3, "within": 86_400,
        "match": {"prefect.resource.id": "prefect.flow-run.*"}, "match_related": {"prefect.resource.id": f"prefect.flow.{flow_id}"},
    }  # fmt: skip
    act = {"type": action, "source": "selected", "deployment_id": deployment_id}
    return {
        "name": f"{flow} failed three times",
        "description": f"Then {action}.",
        "trigger": trigger,
        "actions": [act],
    }


def date(database: Path) -> None:
    """Move the runs, and the states and tasks of the runs, to when they are said to have been."""
    with closing(sqlite3.connect(database)) as db, db:
        for run in runs():
            start, end = run["start"], run["start"] + timedelta(minutes=run["minutes"])
            began, over = run["state"] not in {"SCHEDULED", "PENDING"}, run["minutes"] > 0
            (at,) = db.execute("SELECT id FROM flow_run WHERE name = ?", (run["name"],)).fetchone()
            changed = end if over else start - timedelta(hours=12 * (run["state"] == "SCHEDULED"))
            times = {
                "created": start - timedelta(hours=12), "updated": changed, "expected_start_time": start, "state_timestamp": changed,
                "start_time": start if began else None, "end_time": end if over else None,
                "total_run_time": _NONE + (end - start),
            }  # fmt: skip
            _update(db, "flow_run", {**times, "run_count": int(began)}, "id", at)
            _update(db, "flow_run_state", {"created": changed, "timestamp": changed}, "flow_run_id", at)
            _update(db, "artifact", {"created": changed, "updated": changed}, "flow_run_id", at)
            step = (end - start) / max(1, run["tasks"])
            for place, task in enumerate(_TASKS[: run["tasks"]]):
                first = start + step * place
                mine = {
                    "created": first, "expected_start_time": first, "start_time": first, "end_time": first + step,
                    "state_timestamp": first + step, "total_run_time": _NONE + step, "run_count": 1,
                }  # fmt: skip
                (one,) = db.execute(
                    "SELECT id FROM task_run WHERE flow_run_id = ? AND task_key = ?", (at, task)
                ).fetchone()
                _update(db, "task_run", mine, "id", one)
                _update(db, "task_run_state", {"created": first + step, "timestamp": first + step}, "task_run_id", one)
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _update(db: sqlite3.Connection, table: str, values: Row, by: str, at: str) -> None:
    told = [
        value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value for value in values.values()
    ]
    db.execute(f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in values)} WHERE {by} = ?", (*told, at))
