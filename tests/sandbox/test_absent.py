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


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("globalThis.process?.env?.HOME", None),
        ("globalThis.process?.env.HOME ?? 'none'", "none"),
        ("(globalThis as any).process?.env?.['HOME'] ?? 'none'", "none"),
        ("globalThis?.process?.env ?? 1", 1),
        ("[typeof globalThis.process, typeof global.fetch, !globalThis.fetch]", ["undefined", "undefined", True]),
        ("globalThis.process && globalThis.process.env.HOME", None),
        ("globalThis.fetch ? 1 : 2", 2),
        ("globalThis.process === undefined", True),
        ("globalThis.fetch?.(missing()) ?? 3", 3),
        ("(() => { if (globalThis.Deno) { Deno.exit() } return 4 })()", 4),
        ("(() => { const n = 1\nglobalThis.process?.exit()\nreturn n })()", 1),
        ("(() => { globalThis.process = { env: { A: 1 } }; return globalThis.process?.env.A })()", 1),
    ],
)
async def test_asking_for_what_is_absent_is_no_use_of_it(engine, code, expected):
    outcome = await engine.run(Program.parse(f"return {code}"), host, Limits())
    assert isinstance(outcome, Finished), outcome
    assert outcome.value == expected


@pytest.mark.parametrize("part", ["typeof fetch,", "globalThis.fetch?.x,"])
def test_a_flood_of_questions_is_read_in_its_length(part):
    """With a look through the whole text for each, this would take a quarter of an hour."""
    assert Program.parse(f"return [{part * 25_000}]").code.count("undefined") == 25_000


@pytest.mark.parametrize(
    "code", ["globalThis.process.env.HOME", "globalThis.fetch('/x')", "process?.env", "globalThis.process['env']"]
)
async def test_using_it_by_way_of_globalThis_says_what_to_use(engine, code):  # noqa: N802
    outcome = await engine.run(Program.parse(f"const x = 1;\nreturn {code}"), host, Limits())
    assert isinstance(outcome, Failed), outcome
    assert "not available" in outcome.error.message
    assert outcome.error.line == 2


async def test_what_is_absent_without_a_word(engine):
    listed = re.search(r"Absent without a word.*: (`.+?`)\. ", DOCUMENT)
    assert listed is not None
    names = re.findall(r"`(\w+)`", listed[1])
    text = "return [" + ",".join(f"typeof {name}" for name in names) + "]"
    outcome = await engine.run(Program.parse(text), host, Limits())
    assert isinstance(outcome, Finished)
    assert len(names) == 8
    assert outcome.value == ["undefined"] * len(names)
