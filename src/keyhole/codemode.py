"""CodeMode: what an agent or a server holds. It serves one edition of the documents, and swaps it for the next."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import TYPE_CHECKING, Self, overload

from keyhole.answer.execution import Execution
from keyhole.answer.exploration import Exploration
from keyhole.answer.search import NEAR, Search
from keyhole.config import Config, OpenAPI, openapi
from keyhole.edition import Edition
from keyhole.errors import ProgramError, UsageError, nearest
from keyhole.gateway.audit import Audit
from keyhole.gateway.decision import Budget
from keyhole.gateway.door import Door
from keyhole.gateway.files import Files
from keyhole.gateway.folder import Folder
from keyhole.gateway.mending import Notes
from keyhole.gateway.results import Results
from keyhole.sandbox.engine import Failed, Limits, LogLine, Paused
from keyhole.sandbox.program import Program
from keyhole.secrets import Secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from keyhole.catalog.catalog import Catalog
    from keyhole.config import Allow
    from keyhole.gateway.decision import CallRecord
    from keyhole.gateway.gateway import Gateway
    from keyhole.gateway.policy import Policy
    from keyhole.sources.source import Notice, Source

_MAX_QUERY = 16_000


class CodeMode:
    """An agent's whole API, or several, behind `search` and `execute`. An async context manager.

    What is given here overrides `config`. Raises, on entering: `DocumentError` for a document that cannot be used,
    `UsageError` for settings that contradict each other, `SandboxError` where the engine cannot be built.
    """

    def __init__(
        self,
        apis: Sequence[OpenAPI | str] = (),
        *,
        config: Config | None = None,
        allow: Allow | None = None,
        read_only: bool | None = None,
        files: Path | str | None = None,
    ) -> None:
        given = {"allow": allow, "read_only": read_only, "files": Path(files) if files else None}
        update: dict[str, object] = {key: value for key, value in given.items() if value is not None}
        if apis:
            update["apis"] = tuple(openapi(document=api) if isinstance(api, str) else api for api in apis)
        self.config = (config or Config()).model_copy(update=update)
        if self.config.sandbox.in_process and self.config.sandbox.require_confinement:
            raise UsageError(
                "programs cannot run in this process and be confined", hint="Give in_process or require_confinement."
            )
        if not self.config.apis:
            raise UsageError("no API was given", hint="Give at least one OpenAPI document: a file or a URL.")
        self._secrets = Secrets()
        self._folder = Folder(self.config.files) if self.config.files else None
        self._results = Results(self.config.keep_s, max_value=self.config.limits.memory_bytes // 8)
        self._runs = asyncio.Semaphore(self.config.runs_at_once)
        self._edition: Edition | None = None
        self._retiring: dict[asyncio.Task[None], Edition] = {}

    async def __aenter__(self) -> Self:
        """Read the documents, build the catalog, bake or load the image."""
        self._edition = await Edition.open(self.config, self._secrets)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Stop the runs, close the connections. Idempotent."""
        retiring = dict(self._retiring)
        for old in retiring.values():
            await old.aclose()
        if self._edition:
            await self._edition.aclose()
        await asyncio.gather(*retiring)  # not cancelled: it may be at closing what then nobody would close

    async def reload(self) -> None:
        """Read the documents again, and serve what they say now; runs that are going on end on what they began with.

        Meanwhile everything is served as it was. Raises what entering raises; then it stays so. A paused run of the
        old documents cannot be resumed under others.
        """
        old = self._open
        self._edition = await Edition.open(self.config, self._secrets, like=old)
        retiring = asyncio.create_task(old.retire())
        self._retiring[retiring] = old
        retiring.add_done_callback(self._retiring.pop)

    def warm(self) -> None:
        """Start to build ahead what the first search and the first runs would otherwise wait for: index and workers."""
        catalog = self.catalog
        self._open.engine.warm()
        Thread(target=lambda: catalog.index, name="keyhole-warm", daemon=True).start()

    @property
    def _open(self) -> Edition:
        if self._edition is None:
            raise UsageError("CodeMode is not open", hint="Write: async with keyhole.CodeMode([…]) as cm: …")
        return self._edition

    @property
    def gateway(self) -> Gateway:
        """The gateway. Raises `UsageError` before the context is entered."""
        return self._open.gateway

    @property
    def sources(self) -> Mapping[str, Source]:
        """The APIs by their names. Raises `UsageError` before the context is entered."""
        return self._open.sources

    @property
    def catalog(self) -> Catalog:
        """All operations of all APIs."""
        return self.gateway.catalog

    @property
    def policy(self) -> Policy:
        """What is allowed."""
        return self.gateway.policy

    @property
    def notices(self) -> list[tuple[str, Notice]]:
        """What was skipped or mended in the documents, as (API, notice)."""
        return [(name, notice) for name, source in self.sources.items() for notice in source.notices]

    @overload
    async def search(self, query: str, *, limit: int = 5, budget: int = 600) -> Search: ...
    @overload
    async def search(self, *, code: str, caller: str | None = "") -> Execution: ...
    async def search(
        self,
        query: str | None = None,
        *,
        code: str | None = None,
        limit: int = 5,
        budget: int = 600,
        caller: str | None = "",
    ) -> Search | Execution:
        """Find operations: by words, or by a program over `ops`, `spec`, `find` and `describe` that can call nothing.

        By words: at most `limit` operations a line of the query, their declarations cut to `budget` tokens.
        Raises `UsageError` unless exactly one of query and code is given.
        """
        if (query is None) == (code is None):
            raise UsageError(
                "search takes either a query or code", hint="Give words, or JavaScript over `ops` and `spec`."
            )
        if code is not None:
            catalog = self.catalog
            run = await self._run(code, Audit(), caller, calls=False)
            return Exploration.of(run, {api: found[0].signature.schemas for api, found in catalog.apis.items()})
        query = (query or "")[:_MAX_QUERY]
        found = await asyncio.to_thread(self.catalog.search, query, limit=limit + NEAR)
        return Search.of(query, found, limit=limit, budget=budget)

    async def execute(
        self,
        code: str,
        *,
        on_event: Callable[[CallRecord | LogLine], None] | None = None,
        caller: str | None = "",
    ) -> Execution:
        """Run a program. Never raises for what the program or an API did. Cancelling stops it.

        `on_event` is told of every call that ended and every line of console output, as they happen. What is kept of
        the run (`Execution.handle`) can be read by later programs of the same `caller`; with None, nothing is kept.
        """
        return await self._run(code, Audit(on_event), caller, on_log=on_event)

    async def _run(
        self,
        code: str,
        audit: Audit,
        caller: str | None,
        *,
        calls: bool = True,
        on_log: Callable[[LogLine], None] | None = None,
    ) -> Execution:
        started, limits = perf_counter(), self.config.limits
        try:
            program = Program.parse(code)
        except ProgramError as error:
            return Execution("failed", None, error, (), (), _ms_since(started), source=code)
        async with self._runs:
            edition = self._open
            reading = await edition.preflight.read(program) if calls else None
            if reading is not None and (error := reading.stops()) is not None:
                return Execution("failed", None, error, (), (), _ms_since(started), source=code)
            notes = Notes()
            files = Files(self._folder, may_save=not self.config.read_only, audit=audit) if calls else None
            budget = Budget(limits.api_calls, limits.bytes_in)
            way = edition.gateway.way(audit, budget, notes, files.holds) if files else None
            shelf = None if caller is None else self._results.shelf(caller)
            door = Door(edition.gateway, way, shelf, files, notes)
            if shelf and (names := shelf.named(code)):
                program = program.after(f"await results({', '.join(map(repr, names))})")
            try:
                outcome = await edition.engine.run(program, door, _engine_limits(self.config), on_log=on_log)
            finally:
                door.close()
        assert not isinstance(outcome, Paused)  # no step of the gateway lets a call wait yet
        made, ms = tuple(audit.records), _ms_since(started)
        logs = (*outcome.logs, *(LogLine("note", line) for line in notes.lines()))
        if isinstance(outcome, Failed):
            _say_the_names(outcome.error, tuple(edition.gateway.catalog.apis))
            _say_what_a_call_gives(outcome.error, code)
            if reading is not None:
                await reading.add_to(outcome.error)
            return Execution(
                "failed", None, outcome.error, made, logs, ms, source=code, shelf=shelf, answers=door.answers
            )
        return Execution(
            "finished", outcome.value, None, made, logs, ms, outcome.undefined, code, shelf,
            door.answers if outcome.undefined else None,
        )  # fmt: skip


def _say_the_names(error: ProgramError, apis: tuple[str, ...]) -> None:
    """Tell a program that used a name which is no global which ones there are."""
    unknown = re.match(r"ReferenceError: (\w+) is not defined", error.message)
    if unknown and not error.hint:
        near = nearest(unknown[1], apis, limit=1)
        listed = ", ".join(apis[:10]) + (f" and {len(apis) - 10} more" if len(apis) > 10 else "")
        error.hint = f"Did you mean {near[0]}?" if near else f"The APIs here are: {listed}."


def _say_what_a_call_gives(error: ProgramError, code: str) -> None:
    """Tell a program that takes the body for a Response, as `fetch` gives one, what it has."""
    line = code.split("\n")[error.line - 1] if error.line and error.line <= code.count("\n") + 1 else ""
    used = re.search(r"\.(json|text|blob|arrayBuffer|headers|ok)\b", line)
    if used and error.message.startswith("TypeError: ") and not error.hint:
        what = "A call gives the parsed body itself, no Response"
        error.hint = f"{what}: use it as it is, or call .raw(…), which has status, ok, headers, body and json()."


def _engine_limits(config: Config) -> Limits:
    limits = config.limits
    return Limits(
        wall_s=limits.wall_s, cpu_s=limits.cpu_s, memory_bytes=limits.memory_bytes,
        calls=limits.calls, at_once=limits.at_once, bytes_out=limits.bytes_out,
    )  # fmt: skip


def _ms_since(started: float) -> float:
    return round((perf_counter() - started) * 1000, 1)
