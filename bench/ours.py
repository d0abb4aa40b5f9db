"""Keyhole over one document, as the measurements use it: opened against the stub API, checked to have worked."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from stub_api import stub_api

import keyhole
from keyhole.answer.execution import Execution
from keyhole.catalog import surface
from keyhole.catalog.catalog import Catalog
from keyhole.config import Config, SandboxSettings
from keyhole.sandbox.engine import Finished, ImageSource, Outcome
from keyhole.sandbox.quickjs.engine import QuickJSEngine
from keyhole.sandbox.quickjs.local import LocalPlace
from keyhole.sandbox.workers.crew import Crew
from keyhole.sandbox.workers.spawn import Zygote
from keyhole.sources.openapi.source import load

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@asynccontextmanager
async def opened(document: Path, *, in_process: bool = False) -> AsyncIterator[keyhole.CodeMode]:
    """Open a CodeMode whose API is called `github` and answers from loopback."""
    with stub_api() as url:
        api = keyhole.OpenAPI(str(document), name="github", base_url=url)
        config = Config(sandbox=SandboxSettings(in_process=in_process))
        async with keyhole.CodeMode([api], config=config) as code_mode:
            yield code_mode


def source_of(document: Path) -> ImageSource:
    """Give what goes into the image of a document that is served as `github`."""
    source = load(str(document), name="github")
    operations = Catalog(source.operations()).operations
    return ImageSource(surface.script(), surface.data(operations, [(source.name, source.title, source.document)]))


@asynccontextmanager
async def engine_over(document: Path | None, *, workers: bool) -> AsyncIterator[QuickJSEngine]:
    """Open the engine alone over a document or nothing; see `engine_of`."""
    async with engine_of(source_of(document) if document else ImageSource(""), workers=workers) as engine:
        yield engine


@asynccontextmanager
async def engine_of(source: ImageSource, *, workers: bool) -> AsyncIterator[QuickJSEngine]:
    """Open the engine alone, in this process or in confined workers, all of them ready."""
    cache = Config().cache()
    if workers:
        crew = await Crew.start(lambda: source, zygote=Zygote(), cache=cache)
        engine = QuickJSEngine(crew)
    else:
        crew = None
        engine = QuickJSEngine(LocalPlace.create(source, cache=cache))
    try:
        if crew:
            crew.warm()
            await crew._hiring  # noqa: SLF001  (nobody else waits for the last worker)
        yield engine
    finally:
        await engine.aclose()


def value(ended: Execution | Outcome) -> Any:
    """Give what a program returned; a failed one ends the measurement, loudly."""
    if isinstance(ended, Execution | Finished) and not getattr(ended, "error", None):
        return ended.value
    raise getattr(ended, "error", None) or AssertionError(ended)
