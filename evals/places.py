"""Where things are: the environments, the runs, the ranks of the tokenizer. Standard library only."""

from __future__ import annotations

import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
HOME = Path(os.environ.get("KEYHOLE_EVALS_HOME") or ROOT / ".cache" / "evals")
RUNS = HOME / "runs"
CACHE = HOME / "keyhole"
PYTHON = HOME / "venv" / "bin" / "python"
"""The evals' own environment: peers and servers."""
KEYHOLE = ROOT / ".venv" / "bin" / "keyhole"
KEYHOLE_PYTHON = ROOT / ".venv" / "bin" / "python"

ARMS = ("keyhole", "tools", "fastmcp")


def environment() -> dict[str, str]:
    """Give the environment of the processes: this one's, with the ranks of o200k where they are beside the checkout."""
    ranks = ROOT.parent / "shared" / "ranks"
    own = {"TIKTOKEN_CACHE_DIR": str(ranks)} if ranks.is_dir() and "TIKTOKEN_CACHE_DIR" not in os.environ else {}
    return {**os.environ, **own, "KEYHOLE_CACHE_DIR": str(CACHE), "PYTHONUNBUFFERED": "1"}


def new_run() -> Path:
    """Make the folder of a new run; its name says nothing of the task or the arm."""
    while True:
        folder = RUNS / secrets.token_hex(3)
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder


def run_folder(name: str) -> Path:
    """Find a run by its name or its folder; ends the process with a sentence where there is none."""
    for folder in (RUNS / name, Path(name)):
        if (folder / "run.json").is_file():
            return folder
    return sys.exit(f"there is no run {name!r} in {RUNS}; start one with: python evals/run.py start TASK ARM")


def write_json(path: Path, value: Any) -> None:
    """Write a file that a reader sees whole or not at all."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", "utf-8")
    draft.replace(path)
