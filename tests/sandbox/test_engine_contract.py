from __future__ import annotations

import asyncio

import pytest

from keyhole.errors import SandboxError
from keyhole.sandbox.quickjs.engine import QuickJSEngine
from keyhole.sandbox.quickjs.local import LocalPlace

pytest.register_assert_rewrite("contract")
from contract import SOURCE, EngineContract, check_hostile, failure, value  # noqa: E402


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> QuickJSEngine:
    return QuickJSEngine(LocalPlace.create(SOURCE, cache=tmp_path_factory.getbasetemp().parent / "keyhole-cache"))


class TestQuickJS(EngineContract):
    pass


async def test_the_hostile_corpus(engine, shared):
    programs = sorted((shared / "hostile").glob("*.js"))
    assert programs
    for program in programs:
        await check_hostile(engine, program.stem, program.read_text())


async def test_closing_stops_runs_and_refuses_more():
    engine = QuickJSEngine(LocalPlace.create(SOURCE))
    waiting = asyncio.create_task(failure(engine, "await host('never')"))
    spinning = asyncio.create_task(failure(engine, "while (true) {}"))
    await asyncio.sleep(0.05)
    await engine.aclose()
    await engine.aclose()
    assert [(await waiting).kind, (await spinning).kind] == ["cancelled", "cancelled"]
    with pytest.raises(SandboxError, match="closed"):
        await value(engine, "return 1")
