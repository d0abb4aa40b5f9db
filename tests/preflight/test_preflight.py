"""What a program does wrong is told before anything is sent; and nothing that works is stopped."""

from __future__ import annotations

import re

import pytest
from working import WORKING
from wrong import WRONG

from keyhole.gateway.audit import Audit
from keyhole.gateway.decision import Budget
from keyhole.gateway.door import Door
from keyhole.sandbox.engine import Failed, Finished, Limits
from keyhole.sandbox.program import Program


async def unread(code_mode, text):
    """Run a program as if there were no preflight."""
    edition = code_mode._open
    way = edition.gateway.way(Audit(), Budget(100, 1 << 20))
    return await edition.engine.run(Program.parse(text), Door(edition.gateway, way), Limits())


def listed(programs):
    return [f"{at}-{text[:50]!r}" for at, text in enumerate(programs)]


@pytest.mark.parametrize(("text", "told"), WRONG, ids=listed(text for text, _ in WRONG))
async def test_a_wrong_program_is_told_what_is_wrong(tracker, text, told):
    run = await tracker.execute(text)
    assert run.error is not None
    assert (run.error.kind, run.calls) == ("preflight", ())
    assert run.error.message.startswith("nothing has been sent yet.")
    assert run.error.line == told[0][0]
    for line, words in told:
        assert words in run.error.message
        shown = text.split("\n")[line - 1].strip()[:30]
        assert shown in run.error.message
    places = re.findall(r"^line (\d+), column \d+: ", run.error.message, re.MULTILINE)
    assert [int(line) for line in places] == ([line for line, _ in told] if len(told) > 1 else [])
    assert run.error.message.count("\n") >= 3
    assert run.error.hint


@pytest.mark.parametrize("text", [text for text, _ in WRONG], ids=listed(text for text, _ in WRONG))
async def test_a_wrong_program_fails_where_nothing_stops_it(tracker, text):
    assert isinstance(await unread(tracker, text), Failed)


@pytest.mark.parametrize("text", WORKING, ids=listed(WORKING))
async def test_a_program_that_works_is_not_stopped(tracker, text):
    outcome = await unread(tracker, text)
    assert isinstance(outcome, Finished), outcome.error
    run = await tracker.execute(text)
    assert run.outcome == "finished", run.error
