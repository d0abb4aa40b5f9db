"""CodeMode: composes the rooms and owns their lifetime. The only place that names concrete engines and sources."""

from __future__ import annotations

import asyncio
import re
from threading import Thread
from time import perf_counter
from typing import TYPE_CHECKING, Self, overload

from keyhole.answer.execution import Execution
from keyhole.answer.search import Search
from keyhole.catalog import surface
from keyhole.catalog.catalog import Catalog
from keyhole.config import Config, OpenAPI, Secrets, openapi
from keyhole.errors import ProgramError, UsageError, nearest
from keyhole.gateway.audit import Audit
from keyhole.gateway.decision import Budget, Decision
from keyhole.gateway.door import Door
from keyhole.gateway.gateway import Gateway
from keyhole.gateway.policy import READ_ONLY, Policy, Rule, rules_of
from keyhole.log import logger
from keyhole.sandbox.engine import Failed, ImageSource, Limits
from keyhole.sandbox.program import Program
from keyhole.sandbox.quickjs.engine import QuickJSEngine
from keyhole.sources.openapi.fetch import shown
from keyhole.sources.openapi.source import load

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from keyhole.config import Allow
    from keyhole.gateway.decision import CallRecord
    from keyhole.sandbox.engine import Engine, LogLine
    from keyhole.sources.source import Notice, Source

log = logger(__name__)

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
    ) -> None:
        given = {"allow": allow, "read_only": read_only}
        update: dict[str, object] = {key: value for key, value in given.items() if value is not None}
        if apis:
            update["apis"] = tuple(openapi(document=api) if isinstance(api, str) else api for api in apis)
        self.config = (config or Config()).model_copy(update=update)
        if not self.config.apis:
            raise UsageError("no API was given", hint="Give at least one OpenAPI document: a file or a URL.")
        self.sources: dict[str, Source] = {}
        self._secrets = Secrets()
        self._runs = asyncio.Semaphore(self.config.runs_at_once)
        self._engine: Engine | None = None
        self._gateway: Gateway | None = None

    async def __aenter__(self) -> Self:
        """Read the documents, build the catalog, bake or load the image."""
        apis: dict[str, OpenAPI] = {}
        try:
            for api in self.config.apis:
                source = await self._load(api)
                if source.name in apis:
                    raise UsageError(  # noqa: TRY301
                        f"two APIs are called {source.name!r}: {_place(apis[source.name])} and {_place(api)}",
                        hint=f"Name one of them: other_name={_place(api)}",
                    )
                apis[source.name], self.sources[source.name] = api, source
            await self._build(apis)
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Stop the runs, close the connections. Idempotent."""
        if self._engine:
            await self._engine.aclose()
        for source in self.sources.values():
            await source.aclose()

    def warm(self) -> None:
        """Start to build ahead, on a thread, the index that the first search would otherwise wait for."""
        catalog = self.catalog
        Thread(target=lambda: catalog.index, name="keyhole-warm", daemon=True).start()

    @property
    def gateway(self) -> Gateway:
        """The gateway. Raises `UsageError` before the context is entered."""
        if self._gateway is None:
            raise UsageError("CodeMode is not open", hint="Write: async with keyhole.CodeMode([…]) as cm: …")
        return self._gateway

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
    async def search(self, *, code: str) -> Execution: ...
    async def search(
        self, query: str | None = None, *, code: str | None = None, limit: int = 5, budget: int = 600
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
            return await self._run(code, Audit(), calls=False)
        query = (query or "")[:_MAX_QUERY]
        found = await asyncio.to_thread(self.catalog.search, query, limit=limit)
        return Search(query, found.total, found.operations, budget, found.best, found.unanswered)

    async def execute(self, code: str, *, on_event: Callable[[CallRecord | LogLine], None] | None = None) -> Execution:
        """Run a program. Never raises for what the program or an API did. Cancelling stops it.

        `on_event` is told of every call that ended and every line of console output, as they happen.
        """
        return await self._run(code, Audit(on_event), on_log=on_event)

    async def _run(
        self, code: str, audit: Audit, *, calls: bool = True, on_log: Callable[[LogLine], None] | None = None
    ) -> Execution:
        started, gateway, limits = perf_counter(), self.gateway, self.config.limits
        assert self._engine
        try:
            program = Program.parse(code)
        except ProgramError as error:
            return Execution("failed", None, error, (), (), _ms_since(started), source=code)
        way = gateway.way(audit, Budget(limits.api_calls, limits.bytes_in)) if calls else None
        async with self._runs:
            outcome = await self._engine.run(program, Door(gateway, way), _engine_limits(self.config), on_log=on_log)
        made, ms = tuple(audit.records), _ms_since(started)
        if isinstance(outcome, Failed):
            _say_the_names(outcome.error, tuple(self.catalog.apis))
            return Execution("failed", None, outcome.error, made, outcome.logs, ms, source=code)
        return Execution("finished", outcome.value, None, made, outcome.logs, ms, outcome.undefined, source=code)

    async def _load(self, api: OpenAPI) -> Source:
        headers = await self._secrets.doc_headers(api)
        started = perf_counter()
        source = await asyncio.to_thread(
            load, api.document, name=api.name, base_url=api.base_url, doc_headers=headers,
            allow_private=api.allow_private, timeout_s=api.timeout_s, cache=self.config.cache() / "documents",
        )  # fmt: skip
        log.info("document read", api=source.name, notices=len(source.notices), ms=round(_ms_since(started)))
        return source

    async def _build(self, apis: dict[str, OpenAPI]) -> None:
        catalog = Catalog(operation for source in self.sources.values() for operation in source.operations())
        image = ImageSource(
            surface.script(),
            surface.data(catalog.operations, [(s.name, s.title, s.document) for s in self.sources.values()]),
        )
        started = perf_counter()
        self._engine = await asyncio.to_thread(QuickJSEngine.create, image, cache=self.config.cache())
        log.info("image ready", operations=len(catalog.operations), ms=round(_ms_since(started)))
        self._gateway = Gateway(
            catalog, self.sources, Policy(_rules(self.config, apis)), lambda name: self._secrets.credentials(apis[name])
        )


def _rules(config: Config, apis: dict[str, OpenAPI]) -> tuple[Rule, ...]:
    """Give the whole policy: read-only first, then each API's own rules and level, then the general level."""
    rules: list[Rule] = list(READ_ONLY) if config.read_only else []
    for name, api in apis.items():
        for rule in api.rules:
            fields = rule.model_dump(exclude={"decision"})
            rules.append(Rule(Decision(rule.decision), api=name, why="a rule of the configuration", **fields))
        if api.allow:
            rules.extend(rules_of(api.allow, name))
    return (*rules, *rules_of(config.allow))


def _say_the_names(error: ProgramError, apis: tuple[str, ...]) -> None:
    """Tell a program that used a name which is no global which ones there are."""
    unknown = re.match(r"ReferenceError: (\w+) is not defined", error.message)
    if unknown and not error.hint:
        near = nearest(unknown[1], apis, limit=1)
        listed = ", ".join(apis[:10]) + (f" and {len(apis) - 10} more" if len(apis) > 10 else "")
        error.hint = f"Did you mean {near[0]}?" if near else f"The APIs here are: {listed}."


def _place(api: OpenAPI) -> str:
    """Say where a document is, as an error may show it: without a password, and not the document itself."""
    return "a document" if isinstance(api.document, dict) else shown(str(api.document))


def _engine_limits(config: Config) -> Limits:
    limits = config.limits
    return Limits(
        wall_s=limits.wall_s, cpu_s=limits.cpu_s, memory_bytes=limits.memory_bytes,
        calls=limits.calls, at_once=limits.at_once, bytes_out=limits.bytes_out,
    )  # fmt: skip


def _ms_since(started: float) -> float:
    return round((perf_counter() - started) * 1000, 1)
