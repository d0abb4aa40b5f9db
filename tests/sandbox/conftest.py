"""Engines to test: in this process, and with confined workers."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

pytest.register_assert_rewrite("contract")
from contract import PLACES, SOURCE  # noqa: E402

from keyhole.sandbox.engine import ImageSource  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from keyhole.sandbox.quickjs.engine import QuickJSEngine

KEY = b"k" * 32


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all processes of a session: the guest is compiled once."""
    return tmp_path_factory.getbasetemp().parent / "keyhole-cache"


@pytest.fixture(scope="session")
def open_engine(compiled: Path) -> Callable[..., AbstractAsyncContextManager[QuickJSEngine]]:
    """Give a function that opens an engine: `async with open_engine(source, "workers") as engine`."""
    # Not above: pytest loads this file before it enables faulthandler, whose handlers must not lie over wasmtime's.
    from keyhole.sandbox.quickjs.engine import QuickJSEngine
    from keyhole.sandbox.quickjs.local import LocalPlace
    from keyhole.sandbox.workers.crew import Crew
    from keyhole.sandbox.workers.spawn import Zygote

    @asynccontextmanager
    async def opened(
        source: ImageSource, place: str, *, key: bytes | None = KEY, size: int = 2
    ) -> AsyncIterator[QuickJSEngine]:
        if place == "workers":
            engine = QuickJSEngine(
                await Crew.start(lambda: source, zygote=Zygote(), cache=compiled, size=size), key=key
            )
        else:
            engine = QuickJSEngine(LocalPlace.create(source, cache=compiled), key=key)
        try:
            yield engine
        finally:
            await engine.aclose()

    return opened


@pytest.fixture(scope="module", params=PLACES)
async def engine(
    request: pytest.FixtureRequest, open_engine: Callable[..., AbstractAsyncContextManager[QuickJSEngine]]
) -> AsyncIterator[QuickJSEngine]:
    """The contract's engine, in each place."""
    async with open_engine(SOURCE, request.param) as engine:
        yield engine


@pytest.fixture(scope="module")
async def bare(open_engine: Callable[..., AbstractAsyncContextManager[QuickJSEngine]]) -> AsyncIterator[QuickJSEngine]:
    """An engine of which the image holds nothing but the language."""
    async with open_engine(ImageSource(script=""), PLACES[0]) as engine:
        yield engine
