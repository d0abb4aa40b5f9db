"""An edition: the documents as they were read at one time, with the catalog, the gateway and the engine over them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import unquote

from keyhole.catalog import surface
from keyhole.catalog.catalog import Catalog
from keyhole.catalog.operation import Effect, Operation
from keyhole.errors import UsageError
from keyhole.gateway.decision import Decision
from keyhole.gateway.gateway import Gateway
from keyhole.gateway.policy import READ_ONLY, Policy, Rule, plain_path, rules_of
from keyhole.log import logger
from keyhole.preflight.preflight import Preflight
from keyhole.preflight.tsc import Tsc
from keyhole.sandbox.engine import ImageSource
from keyhole.sandbox.quickjs.engine import QuickJSEngine
from keyhole.sandbox.workers.crew import Crew
from keyhole.sandbox.workers.spawn import NoWorkerError, Zygote
from keyhole.secrets import general
from keyhole.sources.openapi.fetch import shown
from keyhole.sources.openapi.source import load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from keyhole.catalog.call import Call
    from keyhole.config import Config, OpenAPI, SandboxSettings
    from keyhole.sandbox.quickjs.seat import Place
    from keyhole.secrets import Secrets
    from keyhole.sources.source import Source

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Edition:
    """What runs and searches are served from; a new document makes a new one."""

    sources: Mapping[str, Source]
    gateway: Gateway
    engine: QuickJSEngine
    preflight: Preflight

    @classmethod
    async def open(cls, config: Config, secrets: Secrets, *, like: Edition | None = None) -> Edition:
        """Read the documents, build the catalog, bake or load the image; takes seconds.

        What took the place of `like` runs programs no less confined than it did.

        Raises DocumentError for a document that cannot be used, UsageError for settings that contradict each other,
        SandboxError where the engine cannot be built, CredentialError for a credential that fetches a document.
        """
        settings = config.sandbox
        insist = settings.require_confinement or (like is not None and isinstance(like.engine.place, Crew))
        # Ahead: it is busy with its imports while the documents are read.
        zygote = _start_zygote(settings, insist=insist)
        sources: dict[str, Source] = {}
        try:
            apis = await _read(config, secrets, sources)
            catalog = Catalog(
                operation for source in sources.values() for operation in _operations(source, apis[source.name].reads)
            )
            documents = [(source.name, source.title, source.document) for source in sources.values()]

            def image() -> ImageSource:
                return ImageSource(surface.script(), surface.data(catalog.operations, documents))

            started = perf_counter()
            key = await secrets.pause_key(settings)
            engine = QuickJSEngine(await _place(config, zygote, image, insist=insist), key=key)
        except BaseException:
            if zygote:
                await asyncio.to_thread(zygote.close)
            for source in sources.values():
                await source.aclose()
            raise
        log.info("image ready", operations=len(catalog.operations), ms=_ms_since(started))
        policy = Policy(_rules(config, apis), partial(_reached, catalog, sources))
        compiler = config.compiler()
        tsc = Tsc(compiler) if compiler else None
        covered = {name: general(apis[name], source.wanted()) for name, source in sources.items()}
        gateway = Gateway(
            catalog, sources, policy, lambda op: secrets.credentials(apis[op.api], op.security, covered[op.api]),
            {name: api.at_once for name, api in apis.items()},
        )  # fmt: skip
        return cls(sources, gateway, engine, Preflight(catalog, tsc))

    async def retire(self) -> None:
        """Close once the runs that go on now have ended."""
        try:
            await self.engine.retire()
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Stop the runs, close the connections. Idempotent."""
        await self.engine.aclose()
        for source in self.sources.values():
            await source.aclose()


async def _read(config: Config, secrets: Secrets, sources: dict[str, Source]) -> dict[str, OpenAPI]:
    """Read every document into `sources`; give the settings by the names that the APIs have got."""
    apis: dict[str, OpenAPI] = {}
    for api in config.apis:
        source = await load_source(api, config, secrets)
        if source.name in apis:
            await source.aclose()
            raise UsageError(
                f"two APIs are called {source.name!r}: {_shown(apis[source.name])} and {_shown(api)}",
                hint=f"Name one of them: other_name={_shown(api)}",
            )
        apis[source.name], sources[source.name] = api, source
    return apis


async def load_source(api: OpenAPI, config: Config, secrets: Secrets) -> Source:
    """Read one document. Raises `DocumentError`, `UsageError`, `CredentialError`; whoever calls closes the source."""
    headers = await secrets.doc_headers(api)
    started = perf_counter()
    source = await asyncio.to_thread(
        load, api.document, name=api.name, base_url=api.base_url, doc_headers=headers,
        allow_private=api.allow_private, timeout_s=api.timeout_s, cache=config.cache() / "documents",
        security=api.shapes(), filled=api.filled(), issued=secrets.issued(api), overlays=api.overlays,
    )  # fmt: skip
    for line in source.overlays:
        log.info("overlay applied", api=source.name, overlay=line)
    log.info("document read", api=source.name, notices=len(source.notices), ms=_ms_since(started))
    return source


def _reached(catalog: Catalog, sources: Mapping[str, Source], call: Call) -> tuple[str, *tuple[Operation, ...]]:
    """Give the path that a call goes to, and the operations of that path, as sent and as a server may decode it."""
    operation, sent = call.operation, sources[call.operation.api].path(call)
    path = plain_path(unquote(sent))
    found = [catalog.match(operation.api, operation.method, one) for one in {plain_path(sent), path}]
    return path, *(one[0] for one in found if one)


def _operations(source: Source, reads: Sequence[str]) -> list[Operation]:
    """Give a source's operations; those that are sent by POST and only read, by the operator's globs, as reads."""
    operations = list(source.operations())
    for path in reads:
        found = [
            place
            for place, one in enumerate(operations)
            if one.method == "POST" and one.effect is not Effect.DESTRUCTIVE and fnmatchcase(plain_path(one.path), path)
        ]
        if not found:
            log.warning("no POST has a path that reads as configured", api=source.name, reads=path)
        for place in found:
            operations[place] = replace(operations[place], effect=Effect.READ)
    return operations


def _start_zygote(settings: SandboxSettings, *, insist: bool) -> Zygote | None:
    if settings.in_process:
        return None
    try:
        return Zygote()
    except NoWorkerError as error:
        _without_workers(error, insist=insist)
        return None


async def _place(config: Config, zygote: Zygote | None, image: Callable[[], ImageSource], *, insist: bool) -> Place:
    """Give where programs run: in workers, or in this process where it was asked for or nothing else is there."""
    if zygote:
        try:
            return await Crew.start(
                image, zygote=zygote, cache=config.cache(), size=config.sandbox.workers,
                insist=config.sandbox.require_confinement,
            )  # fmt: skip
        except NoWorkerError as error:
            _without_workers(error, insist=insist)
    from keyhole.sandbox.quickjs.local import LocalPlace  # noqa: PLC0415  (wasmtime: 200 ms that workers spare us)

    return await asyncio.to_thread(lambda: LocalPlace.create(image(), cache=config.cache()))


def _without_workers(error: NoWorkerError, *, insist: bool) -> None:
    if insist:
        raise error
    log.warning("programs run in this process, not in confined workers", why=error.message)


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


def _shown(api: OpenAPI) -> str:
    """Say where a document is, as an error may show it: without a password, and not the document itself."""
    return "a document" if isinstance(api.document, dict) else shown(str(api.document))


def _ms_since(started: float) -> int:
    return round((perf_counter() - started) * 1000)
