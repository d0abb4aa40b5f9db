#!/usr/bin/env python3
"""Makes the published table of the finished runs: `results/NAME/README.md`, and a file with the transcripts of each arm.

    report.py NAME [--model TEXT] [--runs FOLDER]

Of several runs of one task in one arm the last counts; those that were stopped do not. Standard library only.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from places import ARMS, HERE, RUNS
from tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Result = dict[str, Any]
Results = dict[tuple[str, str], Result]
_PROGRAM, _ANSWER = 900, 260
_NAMES = {"keyhole": "Keyhole", "tools": "a tool an operation", "fastmcp": "FastMCP CodeMode"}


def finished(runs: Path) -> Results:
    """Give the last result of each task in each arm, with its transcript under `transcript`."""
    found: Results = {}
    for path in sorted(runs.glob("*/result.json"), key=lambda path: path.stat().st_mtime):
        result = json.loads(path.read_text("utf-8"))
        if result["how"] == "stopped":
            continue
        transcript, note = path.with_name("transcript.json"), path.with_name("note.txt")
        result["transcript"] = json.loads(transcript.read_text("utf-8")) if transcript.is_file() else []
        result["note"] = note.read_text("utf-8").strip() if note.is_file() else ""
        found[result["task"], result["arm"]] = result
    return found


def table(results: Results, arms: list[str]) -> list[str]:
    """Give the table: a line a task, solved, calls and tokens of each arm, and the ratio to the better peer."""
    head = ["task", "kind", "servers", *(f"{_NAMES[arm]}: solved, calls, tokens" for arm in arms), "next to the better"]
    lines = [_line(head), "|---" * 3 + "|--:" * (len(arms) + 1) + "|"]
    for task in dict.fromkeys(task for task, _ in results):
        row = {arm: results[task, arm] for arm in arms if (task, arm) in results}
        ratio = f"{row['keyhole']['tokens']['total'] / best:.2f}" if "keyhole" in row and (best := _best(row)) else ""
        kind = next(iter(row.values()))["kind"]
        lines.append(_line([task, kind, "+".join(TASKS[task].apis), *(_cell(row.get(arm)) for arm in arms), ratio]))
    return lines


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(result: Result | None) -> str:
    if result is None:
        return "not run"
    return f"{'yes' if result['solved'] else '**no**'}, {result['tool_calls']}, {result['tokens']['total']:,}"


def _best(row: dict[str, Result], kind: str = "total", peers: Sequence[str] = ("tools", "fastmcp")) -> int | None:
    """Give the fewest tokens of the peers that did a task."""
    return min((row[arm]["tokens"][kind] for arm in peers if arm in row), default=None)


def summary(results: Results, arms: list[str]) -> list[str]:
    """Give the table of the arms, each over the tasks that it ran."""
    lines = [
        "| arm | solved | tool calls, median (most) | failed calls | definitions, median | tokens, median | tokens, its tasks | context, its tasks |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    whole = len({task for task, _ in results})
    for arm in arms:
        of = [result for (_, at), result in results.items() if at == arm]
        calls, costs = [each["tool_calls"] for each in of], [each["tokens"] for each in of]
        cells = [
            _NAMES[arm],
            _solved(of) + (f" ({whole - len(of)} not run)" if len(of) < whole else ""),
            f"{median(calls):g} ({max(calls)})",
            str(sum(each["failed_calls"] for each in of)),
            *(f"{median(each[kind] for each in costs):,.0f}" for kind in ("definitions", "total")),
            *(f"{sum(each[kind] for each in costs):,}" for kind in ("total", "context")),
        ]
        lines.append(_line(cells))
    return [*lines, "", *_goals(results)]


def _solved(of: list[Result]) -> str:
    return f"{sum(each['solved'] for each in of)} of {len(of)}"


def _goals(results: Results) -> list[str]:
    """Say how far the goal is: Keyhole's tokens next to those of each peer, and of the peer that was better at each task."""
    said: list[str] = []
    for peers in (("fastmcp",), ("tools",), ("fastmcp", "tools")):
        told = [
            f"{name} {ratios}"
            for kind, name in (("total", "tokens"), ("context", "accumulated context"))
            if (ratios := _ratios(list(_rows(results).values()), kind, peers))
        ]
        name = _NAMES[peers[0]] if len(peers) == 1 else "the better peer of each task"
        said += [f"- {name}: {'; '.join(told)}"] if told else []
    head = "Keyhole's next to theirs, over the tasks that both ran: in all, and the median task."
    return [head, "", *said] if said else []


def _rows(results: Results) -> dict[str, dict[str, Result]]:
    rows: dict[str, dict[str, Result]] = {}
    for (task, arm), result in results.items():
        rows.setdefault(task, {})[arm] = result
    return rows


def _ratios(rows: list[dict[str, Result]], kind: str, peers: Sequence[str]) -> str:
    """Give Keyhole's tokens next to the fewest of some peers, in all and in the median task; empty where none is to compare."""
    pairs = [(row["keyhole"]["tokens"][kind], best) for row in rows if "keyhole" in row and (best := _best(row, kind, peers))]  # fmt: skip
    if not pairs:
        return ""
    whole = sum(own for own, _ in pairs) / sum(theirs for _, theirs in pairs)
    return f"{whole:.3g}, {median(own / theirs for own, theirs in pairs):.3g} (over {len(pairs)})"


def by_server(results: Results, arms: list[str]) -> list[str]:
    """Give the table of the servers, a line an arm: what it did there, and of what its tokens are."""
    lines = [
        "| server | arm | solved | calls, median | tokens, median | tokens, in all | definitions x turns | calls | answers | Keyhole's next to it: in all, median |",
        "|---|---|" + "--:|" * 8,
    ]
    servers = dict.fromkeys(_server(task) for task in TASKS)
    for server in servers:
        rows = [row for task, row in _rows(results).items() if _server(task) == server]
        for arm in arms if rows else ():
            of = [row[arm] for row in rows if arm in row]
            lines.append(_line([server, _NAMES[arm], *(_did(of, rows, arm) if of else ["not run", *[""] * 7])]))
    return lines


def _did(of: list[Result], rows: list[dict[str, Result]], arm: str) -> list[str]:
    costs = [each["tokens"] for each in of]
    parts = [sum(each["definitions"] * each["turns"] for each in costs), *(sum(each[kind] for each in costs) for kind in ("calls", "answers"))]  # fmt: skip
    return [
        _solved(of),
        f"{median(each['tool_calls'] for each in of):g}",
        f"{median(each['total'] for each in costs):,.0f}",
        f"{sum(parts):,}",
        *(f"{part:,}" for part in parts),
        _ratios(rows, "total", (arm,)) if arm != "keyhole" else "",
    ]


def _server(task: str) -> str:
    apis = TASKS[task].apis
    return apis[0] if len(apis) == 1 else "several"


def transcripts(results: Results, arm: str) -> str:
    """Give what one arm's agents did, shortened: every call, how its answer began, what went wrong."""
    parts = [
        f"# {_NAMES[arm]}: what the agents did",
        "",
        f"Calls are cut at {_PROGRAM} characters, answers at {_ANSWER}.",
        "",
    ]
    for (task, at), result in results.items():
        if at != arm:
            continue
        solved = "solved" if result["solved"] else "not solved"
        parts += [f"## {task}: {solved}, {result['tool_calls']} calls, {result['tokens']['total']:,} tokens", ""]
        for place, step in enumerate(result["transcript"], 1):
            failed = ", failed" if step["is_error"] else ""
            parts += [f"{place}. `{step['tool']}` ({step['call_tokens']} + {step['answer_tokens']} tokens{failed})", ""]
            parts += [*_fenced(_spoken(step["arguments"]), _PROGRAM), *_fenced(step["answer"], _ANSWER), ""]
        parts += ["Answer:", "", *_fenced(result["answer"], _PROGRAM), ""]
        parts += [f"- wrong: {problem[:400]}" for problem in result["problems"]]
        parts += [f"- commands that were no call: {result['misuses']}"] if result["misuses"] else []
        parts += [f"- remark: {result['note']}"] if result["note"] else []
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def _spoken(arguments: dict[str, Any]) -> str:
    """Give a program as it stands, and other arguments as JSON."""
    code = arguments.get("code")
    rest = {name: value for name, value in arguments.items() if name != "code"}
    told = [json.dumps(rest, ensure_ascii=False)] if rest or code is None else []
    return "\n".join([*told, *([code.strip()] if isinstance(code, str) else [])])


def _fenced(text: str, most: int) -> list[str]:
    cut = text if len(text) <= most else f"{text[:most]} … {len(text) - most:,} more"
    return ["   ````text", *(f"   {line}" for line in cut.replace("````", "` ` ` `").splitlines()), "   ````"]


def main() -> None:
    """Write the report."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("name", help="the folder under results/")
    parser.add_argument("--model", default="", help="which model the agents were, and how they were run")
    parser.add_argument("--runs", type=Path, default=RUNS, help="the folder of the runs")
    asked = parser.parse_args()
    results = finished(asked.runs)
    if not results:
        sys.exit(f"no finished runs in {asked.runs}")
    order = {path.stem: place for place, path in enumerate(sorted((HERE / "solutions").glob("*.js")))}
    results = dict(sorted(results.items(), key=lambda each: (_KINDS.index(each[1]["kind"]), order.get(each[0][0], 0))))
    arms = [arm for arm in ARMS if any(at == arm for _, at in results)]
    folder = HERE / "results" / asked.name
    folder.mkdir(parents=True, exist_ok=True)
    text = [
        f"# {asked.name}",
        "",
        *([asked.model, ""] if asked.model else []),
        *summary(results, arms),
        "",
        *by_server(results, arms),
        "",
        *table(results, arms),
        "",
    ]
    text += ["What the columns count: [evals](../../README.md). What the agents did:"]
    text += [f"{', '.join(f'[{_NAMES[arm]}]({arm}.md)' for arm in arms)}."]
    (folder / "README.md").write_text("\n".join(text) + "\n", "utf-8")
    for arm in arms:
        (folder / f"{arm}.md").write_text(transcripts(results, arm), "utf-8")
    print(folder / "README.md")


_KINDS = ("question", "join", "paging", "write", "error", "several")

if __name__ == "__main__":
    main()
