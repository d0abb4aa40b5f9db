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
from typing import Any

from places import ARMS, HERE, RUNS

Result = dict[str, Any]
_PROGRAM, _ANSWER = 900, 260
_NAMES = {"keyhole": "Keyhole", "tools": "a tool an operation", "fastmcp": "FastMCP CodeMode"}


def finished(runs: Path) -> dict[tuple[str, str], Result]:
    """Give the last result of each task in each arm, with its transcript under `transcript`."""
    found: dict[tuple[str, str], Result] = {}
    for path in sorted(runs.glob("*/result.json"), key=lambda path: path.stat().st_mtime):
        result = json.loads(path.read_text("utf-8"))
        if result["how"] == "stopped":
            continue
        transcript, note = path.with_name("transcript.json"), path.with_name("note.txt")
        result["transcript"] = json.loads(transcript.read_text("utf-8")) if transcript.is_file() else []
        result["note"] = note.read_text("utf-8").strip() if note.is_file() else ""
        found[result["task"], result["arm"]] = result
    return found


def table(results: dict[tuple[str, str], Result], arms: list[str]) -> list[str]:
    """Give the table: a line a task, solved, calls and tokens of each arm, and the ratio to the better peer."""
    head = ["task", "kind", *(f"{_NAMES[arm]}: solved, calls, tokens" for arm in arms)]
    lines = ["| " + " | ".join([*head, "next to the better"]) + " |", "|---" * 2 + "|--:" * (len(arms) + 1) + "|"]
    for task in dict.fromkeys(task for task, _ in results):
        row = {arm: results[task, arm] for arm in arms if (task, arm) in results}
        cells = [_cell(row.get(arm)) for arm in arms]
        ratio = _ratio(row)
        kind = next(iter(row.values()))["kind"]
        lines.append("| " + " | ".join([task, kind, *cells, f"{ratio:.2f}" if ratio else ""]) + " |")
    return lines


def _cell(result: Result | None) -> str:
    if result is None:
        return "not run"
    return f"{'yes' if result['solved'] else '**no**'}, {result['tool_calls']}, {result['tokens']['total']:,}"


def _ratio(row: dict[str, Result], kind: str = "total") -> float | None:
    peers = [result["tokens"][kind] for arm, result in row.items() if arm != "keyhole"]
    return row["keyhole"]["tokens"][kind] / min(peers) if "keyhole" in row and peers else None


def summary(results: dict[tuple[str, str], Result], arms: list[str]) -> list[str]:
    """Give the table of the arms, over all their tasks."""
    lines = [
        "| arm | solved | tool calls, median (most) | failed calls | definitions, median | tokens, median | tokens, all tasks | context, all tasks |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for arm in arms:
        of = [result for (_, at), result in results.items() if at == arm]
        if not of:
            continue
        calls, costs = [each["tool_calls"] for each in of], [each["tokens"] for each in of]
        cells = [
            _NAMES[arm],
            f"{sum(each['solved'] for each in of)} of {len(of)}",
            f"{median(calls):g} ({max(calls)})",
            str(sum(each["failed_calls"] for each in of)),
            *(f"{median(each[kind] for each in costs):,.0f}" for kind in ("definitions", "total")),
            *(f"{sum(each[kind] for each in costs):,}" for kind in ("total", "context")),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, "", *_goals(results)]


def _goals(results: dict[tuple[str, str], Result]) -> list[str]:
    """Say how far the goal is: the tokens next to the better of the two peers, task by task and over all."""
    rows: dict[str, dict[str, Result]] = {}
    for (task, arm), result in results.items():
        rows.setdefault(task, {})[arm] = result
    whole = [row for row in rows.values() if row.keys() >= set(ARMS)]
    if not whole:
        return []
    said = [f"Over the {len(whole)} tasks that all three arms ran:", ""]
    for kind, name in (("total", "tokens"), ("context", "accumulated context")):
        sums = {arm: sum(row[arm]["tokens"][kind] for row in whole) for arm in ARMS}
        better = min(("tools", "fastmcp"), key=lambda arm: sums[arm])
        ratios = [ratio for row in whole if (ratio := _ratio(row, kind))]
        said.append(
            f"- {name}: Keyhole's are {sums['keyhole'] / sums[better]:.2f} of those of the better peer ({_NAMES[better]}) in all; the median of the "
            f"tasks, each next to the peer that was better there, is {median(ratios):.2f}."
        )
    return said


def transcripts(results: dict[tuple[str, str], Result], arm: str) -> str:
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
