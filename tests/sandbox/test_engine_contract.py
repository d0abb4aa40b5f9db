from __future__ import annotations

import asyncio

import pytest

from keyhole.errors import SandboxError

pytest.register_assert_rewrite("contract")
from contract import PLACES, SOURCE, EngineContract, check_hostile, failure, value  # noqa: E402


class TestQuickJS(EngineContract):
    pass


async def test_the_hostile_corpus(engine, shared):
    programs = sorted((shared / "hostile").glob("*.js"))
    assert programs
    for program in programs:
        await check_hostile(engine, program.stem, program.read_text())


@pytest.mark.parametrize("place", PLACES)
async def test_closing_stops_runs_and_refuses_more(open_engine, place):
    async with open_engine(SOURCE, place) as engine:
        waiting = asyncio.create_task(failure(engine, "await host('never')"))
        spinning = asyncio.create_task(failure(engine, "while (true) {}"))
        await asyncio.sleep(0.05)
        await engine.aclose()
        await engine.aclose()
        assert [(await waiting).kind, (await spinning).kind] == ["cancelled", "cancelled"]
        with pytest.raises(SandboxError, match="closed"):
            await value(engine, "return 1")
