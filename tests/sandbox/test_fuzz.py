"""A moment of each fuzz target, always the same examples; `fuzz/README.md` says how to run them for longer."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "fuzz"
EXAMPLES = {"decode": 300, "frames": 300, "values": 60, "settle": 60, "runs": 60, "programs": 40}


def test_every_target_is_run():
    targets = {path.stem for path in FOLDER.glob("*.py")} - {"harness"}
    assert targets == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_moment_of(name, monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    harness, target = importlib.import_module("harness"), importlib.import_module(name)
    harness.few(target.fuzz, EXAMPLES[name])
