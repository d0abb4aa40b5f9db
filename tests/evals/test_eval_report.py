"""The table of the runs: split by server, by what the tokens are, and honest about arms that did not run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

EVALS = Path(__file__).parents[2] / "evals"


def finished(runs: Path, task: str, arm: str, cost: tuple[int, int, int], *, solved: bool = True) -> None:
    """Leave a finished run of one call behind, as the keeper does; it cost (definitions, calls, answers)."""
    folder = runs / f"{task}-{arm}"
    folder.mkdir(parents=True)
    definitions, calls, answers = cost
    total = definitions * 2 + calls + answers
    tokens = {
        "turns": 2,
        "definitions": definitions,
        "calls": calls,
        "answers": answers,
        "total": total,
        "context": 2 * total,
    }
    result = {
        "task": task, "kind": "question", "arm": arm, "solved": solved, "problems": [], "tool_calls": 1, "failed_calls": 0, "misuses": 0,
        "answer": "", "how": "finished", "tokens": tokens,
    }  # fmt: skip
    (folder / "result.json").write_text(json.dumps(result), "utf-8")


def report(runs: Path) -> str:
    name = "a test of the report"
    said = subprocess.run(
        [sys.executable, EVALS / "report.py", name, "--runs", runs], capture_output=True, text=True, check=False
    )
    try:
        assert said.returncode == 0, said.stderr
        return Path(said.stdout.strip()).read_text("utf-8")
    finally:
        shutil.rmtree(EVALS / "results" / name, ignore_errors=True)


def test_an_arm_that_did_not_run_is_said_and_compared_with_nothing(tmp_path):
    finished(tmp_path, "whoami", "keyhole", (400, 100, 100))
    finished(tmp_path, "whoami", "tools", (5_000, 10, 90))
    finished(tmp_path, "whoami", "fastmcp", (400, 50, 150))
    finished(tmp_path, "crashed", "keyhole", (400, 150, 50))
    finished(tmp_path, "crashed", "fastmcp", (400, 600, 600), solved=False)
    table = report(tmp_path)
    assert "| crashed | question | prefect | yes, 1, 1,000 | not run | **no**, 1, 2,000 | 0.50 |" in table
    assert "| whoami | question | tracker | yes, 1, 1,000 | yes, 1, 10,100 | yes, 1, 1,000 | 1.00 |" in table
    assert "| a tool an operation | 1 of 1 (1 not run) |" in table
    assert "| Keyhole | 2 of 2 | 1 (1) |" in table
    assert "| prefect | a tool an operation | not run |" in table
    assert "| prefect | Keyhole | 1 of 1 | 1 | 1,000 | 1,000 | 800 | 150 | 50 |" in table
    assert "| prefect | FastMCP CodeMode | 0 of 1 | 1 | 2,000 | 2,000 | 800 | 600 | 600 | 0.5, 0.5 (over 1) |" in table
    assert "- FastMCP CodeMode: tokens 0.667, 0.75 (over 2)" in table
    assert "- a tool an operation: tokens 0.099, 0.099 (over 1)" in table
    assert "- the better peer of each task: tokens 0.667, 0.75 (over 2)" in table
    assert "powerdns" not in table


def test_without_a_peer_nothing_is_compared(tmp_path):
    finished(tmp_path, "crashed", "keyhole", (400, 150, 50))
    table = report(tmp_path)
    assert "| crashed | question | prefect | yes, 1, 1,000 |  |" in table
    assert "over 1" not in table
    assert "next to theirs" not in table
