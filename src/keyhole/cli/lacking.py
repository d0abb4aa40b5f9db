"""Which credentials APIs want, for how many operations, and which of them are there. None is shown."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from keyhole.catalog.scheme import as_options, as_table
from keyhole.cli.screen import show, show_json
from keyhole.edition import load_source
from keyhole.errors import CredentialError, counted
from keyhole.secrets import Secrets, general
from keyhole.sources.openapi.certificate import CertificateError
from keyhole.sources.openapi.transport import client_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keyhole.catalog.scheme import ClientCertificate
    from keyhole.config import Config, OpenAPI
    from keyhole.sources.source import Source, Wanted

_NAME = 200


@dataclass(frozen=True, slots=True)
class _Scheme:
    """One credential that an API wants. `note` says where it comes from, or why it is not there and what to do."""

    name: str
    what: str
    operations: int
    there: bool
    note: str


@dataclass(frozen=True, slots=True)
class _Api:
    """One API: `ready` operations find all they want, `free` ones want nothing."""

    api: str
    operations: int
    ready: int
    free: int
    schemes: tuple[_Scheme, ...]
    problem: str
    overlays: tuple[str, ...]


def credentials(config: Config, typed: int, *, as_json: bool) -> int:
    """Print it for every API of a configuration, the last `typed` of the command line; give the exit code."""
    found = anyio.run(_read, config, typed)
    if as_json:
        show_json({"apis": [asdict(one) for one in found]})
    else:
        show("\n\n".join(_told(one) for one in found))
    return 0


async def _read(config: Config, typed: int) -> list[_Api]:
    secrets = Secrets()
    found: list[_Api] = []
    for at, api in enumerate(config.apis):
        source = await load_source(api, config, secrets)
        own = f"{source.name}=" if typed > 1 else ""
        write = (
            partial(_as_options, source.name, own)
            if at >= len(config.apis) - typed
            else partial(_as_table, source.name)
        )
        try:
            found.append(await _looked(source, api, secrets, write))
        finally:
            await source.aclose()
    return found


async def _looked(source: Source, api: OpenAPI, secrets: Secrets, write: Callable[[Wanted], str]) -> _Api:
    problem = await _problem(api, secrets)
    operations = [operation.security for operation in source.operations()]
    uses = Counter(name for security in operations for name in {name for names in security for name in names})
    schemes = [await _scheme(one, uses[one.name], api, secrets, write) for one in source.wanted()]
    there = {one.name for one in schemes if one.there}
    free = sum(not security or () in security for security in operations)
    ready = sum(any(names and there.issuperset(names) for names in security) for security in operations)
    return _Api(source.name, len(operations), 0 if problem else ready, free, tuple(schemes), problem, _overlays(source))


def _overlays(source: Source) -> tuple[str, ...]:
    """Say what was applied to the document, and each action that selected nothing."""
    idle = [f"{notice.pointer}: {notice.message}" for notice in source.notices if notice.rule == "overlay-idle"]
    return (*(f"overlay {line}" for line in source.overlays), *idle)


async def _scheme(wanted: Wanted, uses: int, api: OpenAPI, secrets: Secrets, write: Callable[[Wanted], str]) -> _Scheme:
    there, note = False, ""
    if wanted.name in api.security:
        try:
            read = await secrets.scheme(api.security[wanted.name], [])
            await _usable(read.certificate)
            there, note = not wanted.trouble, _mended(wanted)
        except CredentialError as error:
            note = error.message
    elif filled := [one for one in _singly(api) if general(one, [wanted])]:
        note = await _problem(filled[0], secrets)
        there, note = not note, note or f"{general(filled[0], [wanted])[wanted.name]}, sent with every call"
    else:
        note = write(wanted) or "there is no way to give it yet"
    return _Scheme(wanted.name, wanted.what, uses, there, note)


def _singly(api: OpenAPI) -> Iterator[OpenAPI]:
    """Give these settings with each thing that is sent with every call alone."""
    bare = replace(api, bearer=None, headers={}, query={}, certificate=None)
    yield replace(bare, bearer=api.bearer)
    yield from (replace(bare, headers={name: text}) for name, text in api.headers.items())
    yield from (replace(bare, query={name: text}) for name, text in api.query.items())
    yield replace(bare, certificate=api.certificate)


async def _problem(api: OpenAPI, secrets: Secrets) -> str:
    """Say why what is sent with every call cannot be; empty where it can."""
    try:
        await _usable((await secrets.credentials(api)).certificate)
    except CredentialError as error:
        return error.message
    return ""


async def _usable(certificate: ClientCertificate | None) -> None:
    """Raise `CredentialError` for a client certificate that no connection could be made with."""
    try:
        if certificate:
            await to_thread.run_sync(client_context, certificate)
    except CertificateError as error:
        raise CredentialError(f"the client certificate cannot be used: {error}") from None


def _as_table(api: str, wanted: Wanted) -> str:
    written = as_table(wanted.kind, wanted.settings) if wanted.kind else ""
    return written and f"[apis.{api}.security] {_key(wanted.name)} = {written}"


def _as_options(api: str, own: str, wanted: Wanted) -> str:
    if not wanted.kind or not wanted.name.isprintable() or len(wanted.name) > _NAME:
        return _as_table(api, wanted)
    return as_options(own + wanted.name, wanted.kind, wanted.settings)


def _mended(wanted: Wanted) -> str:
    """Say what would not be sent, and what the operator adds if it should be."""
    name = wanted.name if wanted.name.isprintable() else "SCHEME"
    settings = ", ".join(f'{key} = "{value}" (--auth {name}.{key}=…)' for key, value in wanted.settings.items())
    return f"{wanted.trouble}; to have it sent, add {settings}" if wanted.trouble else ""


def _key(name: str) -> str:
    """Give a name as TOML writes a key: bare, or as a string on one line."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name[:_NAME])


def _told(api: _Api) -> str:
    found = f"{api.ready:,} find the credentials that they want, {api.free:,} want none"
    lines = [f"{api.api}: {counted(api.operations, 'operation')}; {found}"]
    names, whats = (max((len(text) for text in texts), default=0) for texts in zip(*_columns(api), strict=True))
    for (name, what), scheme in zip(_columns(api)[1:], api.schemes, strict=True):
        mark = "there  " if scheme.there else "MISSING"
        uses = counted(scheme.operations, "operation")
        lines.append(f"{mark}  {name:<{names}}  {what:<{whats}}  {uses}  {scheme.note}".rstrip())
    if not api.schemes:
        lines.append("the document names no security scheme: what it wants is not known")
    lines += api.overlays
    if api.problem:
        lines.append(f"no call will be sent: {api.problem}")
    return "\n".join(lines)


def _columns(api: _Api) -> list[tuple[str, str]]:
    return [("", ""), *((" ".join(one.name.split())[:60], one.what) for one in api.schemes)]
