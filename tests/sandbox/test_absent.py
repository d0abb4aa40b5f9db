"""docs/programs.md lists what is not there: each entry is run, and says what the list says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keyhole.sandbox.engine import Failed, Finished, Limits
from keyhole.sandbox.lowering import ABSENT as ABSENT_GLOBALS
from keyhole.sandbox.program import Program

if TYPE_CHECKING:
    from keyhole.sandbox.quickjs.engine import QuickJSEngine

DOCUMENT = (Path(__file__).parents[2] / "docs" / "programs.md").read_text()
ABSENT = re.findall(r"^- `(.+)`: (.+)$", DOCUMENT.partition("## What is not there")[2], re.MULTILINE)


@pytest.fixture(scope="module")
def engine(bare: QuickJSEngine) -> QuickJSEngine:
    return bare


async def host(name: str, argument: object) -> object:
    return argument


def test_the_list_is_read():
    assert len(ABSENT) >= 40


@pytest.mark.parametrize(("code", "instead"), ABSENT)
async def test_what_is_absent_says_what_to_use(engine, code, instead):
    outcome = await engine.run(Program.parse(f"const x = 1;\nreturn {code}"), host, Limits())
    assert isinstance(outcome, Failed), outcome
    where = None if "import(" in code else 2  # QuickJS knows no place for a module that does not load
    assert (outcome.error.kind, outcome.error.line) == ("throw", where)
    assert instead in outcome.error.message
    assert re.search(r"\bnot available\b|\bhere\b", outcome.error.message), outcome.error


async def test_typeof_of_each_says_that_it_is_not_there(engine):
    text = "return [" + ",".join(f"typeof {name}" for name in sorted(ABSENT_GLOBALS)) + "]"
    outcome = await engine.run(Program.parse(text), host, Limits())
    assert isinstance(outcome, Finished)
    assert set(outcome.value) == {"undefined"}
    there = "return [" + ",".join(f"{name} === undefined" for name in sorted(ABSENT_GLOBALS)) + "]"
    outcome = await engine.run(Program.parse(there), host, Limits())
    assert isinstance(outcome, Finished)
    assert set(outcome.value) == {False}  # each is there, and refuses


async def test_what_is_absent_without_a_word(engine):
    listed = re.search(r"Absent without a word.*: (`.+?`)\. ", DOCUMENT)
    assert listed is not None
    names = re.findall(r"`(\w+)`", listed[1])
    text = "return [" + ",".join(f"typeof {name}" for name in names) + "]"
    outcome = await engine.run(Program.parse(text), host, Limits())
    assert isinstance(outcome, Finished)
    assert len(names) == 8
    assert outcome.value == ["undefined"] * len(names)
