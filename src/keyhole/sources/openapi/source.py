"""`OpenAPISource`: one OpenAPI document as a source of operations, and `load`, which makes it."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from keyhole.catalog.naming import NameEntry, api_name, operation_names
from keyhole.catalog.operation import Body, Effect, Operation, Parameter, Signature
from keyhole.catalog.schema import Schemas
from keyhole.errors import DocumentError, nearest
from keyhole.sources.openapi.copies import Copies
from keyhole.sources.openapi.discovery import Discovery
from keyhole.sources.openapi.document import decode, parse
from keyhole.sources.openapi.doubles import undoubled
from keyhole.sources.openapi.fetch import Fetcher, read_file, shown
from keyhole.sources.openapi.guard import Guard, origin_of
from keyhole.sources.openapi.http import Sender, below
from keyhole.sources.openapi.identity import has_names
from keyhole.sources.openapi.issuer import Issuers
from keyhole.sources.openapi.mend import mends
from keyhole.sources.openapi.oauth import MAX_TOKEN_ANSWER, Tokens
from keyhole.sources.openapi.operations import Endpoint, Scan, effect_of, security_schemes, tags_of
from keyhole.sources.openapi.overlay import Overlay, after, all_taken, apply_all, path_entries, read_overlay
from keyhole.sources.openapi.promise import promised
from keyhole.sources.openapi.refs import Folder, dangling, has_external
from keyhole.sources.openapi.request import AdHoc, Outgoing, build, build_ad_hoc, checked_method, path_of, within
from keyhole.sources.openapi.security import Authorization, check, wanted
from keyhole.sources.openapi.servers import base_of, base_of_old, checked_base
from keyhole.sources.openapi.signature import Plan, plan_of
from keyhole.uncollected import uncollected
from keyhole.value import is_large

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from keyhole.catalog.call import Call, Credentials, Result
    from keyhole.catalog.mismatch import Mismatch
    from keyhole.catalog.schema import Dialect
    from keyhole.catalog.scheme import SchemeSecret
    from keyhole.catalog.spot import Spot
    from keyhole.sources.source import Notice, Wanted

MAX_ANSWER_BYTES = 32 << 20


class OpenAPISource:
    """A `Source` over one document (the contract is `sources.source.Source`). Made by `load`.

    `security` holds the document's security schemes by name; `base_url` is the pinned base: scheme, host, port and
    path that credentials may go to, empty where neither the operator nor the document says one. `typed` are the URLs
    that the operator gave: where the document's URL redirected to is not one of them. `overlays` says what has been
    applied to the document, a line each.
    """

    @uncollected()
    def __init__(  # noqa: PLR0913  (what a source is made of, by name; `load` is the short way)
        self,
        name: str | None,
        schemas: Schemas,
        *,
        location: str,
        typed: Iterable[str],
        notices: list[Notice],
        loose: list[Notice],
        base_url: str | None,
        allow_private: bool,
        timeout_s: float,
        connect_timeout_s: float,
        max_bytes: int,
        given: Mapping[str, SchemeSecret],
        filled: Collection[tuple[str, str]],
        issued: deque[str],
        overlays: Iterable[Overlay] = (),
    ) -> None:
        self._schemas = schemas
        self.overlays = tuple(overlay.told for overlay in overlays)
        self._location = location
        root = schemas.root
        info = root.get("info")
        title = cast("dict[str, Any]", info).get("title") if isinstance(info, dict) else None
        self._title = " ".join(str(title).split())[:200] if title else Path(location).stem or "API"
        self._name = api_name(name or self._title)
        self._typed = checked_base(base_url) if base_url else ""
        self.security = security_schemes(schemas)
        self.base_url = self._typed or self._document_base()
        check(self.security, given, self._name)
        scan = Scan(schemas, filled)
        self._default_security = scan.security
        self._operations = self._build(undoubled(scan.endpoints(), self.security, given, filled))
        self._notices = _once(notices, scan.notices, loose)
        trusted = [*typed, *(url for one in given.values() for url in (one.token_url, one.issuer))]
        guard = Guard([origin for url in trusted if (origin := origin_of(url))], allow_private=allow_private)
        times = {"timeout_s": timeout_s, "connect_timeout_s": connect_timeout_s}
        self._sender = Sender(guard, self.base_url, max_bytes=max_bytes, **times)
        to = partial(Sender, guard, max_bytes=MAX_TOKEN_ANSWER, **times)
        self._discovery, self._given = Discovery(to), given
        self._issuers = Issuers(self.security, self._discovery, base=self.base_url, typed=bool(self._typed))
        self._authorization = Authorization(self.security, Tokens(to, issued), self._issuers)

    @property
    def name(self) -> str:
        """The API's global in programs."""
        return self._name

    @property
    def title(self) -> str:
        """What the API calls itself."""
        return self._title

    @property
    def document(self) -> dict[str, Any]:
        """The document, external files under `x-keyhole-files`. Read only."""
        return self._schemas.root

    @property
    def schemas(self) -> Schemas:
        """What resolves the document's references."""
        return self._schemas

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What was skipped or mended."""
        return self._notices

    def wanted(self) -> tuple[Wanted, ...]:
        """Give the document's security schemes as credentials."""
        each = self.security.items()
        return tuple(wanted(name, scheme, self._issuers, self._given.get(name)) for name, scheme in each)

    def operations(self) -> tuple[Operation, ...]:
        """Give every operation, in the document's order."""
        return self._operations

    def ad_hoc(self, method: str, path: str) -> Operation:
        """Make the operation that stands for a request to a path that the document does not describe.

        Its arguments are `query`, `headers` and `body`; its effect is unknown, and so destructive.
        """
        method = checked_method(method)
        origin = AdHoc(method, within(self.base_url, path))
        return Operation(
            api=self._name, name="request", id=f"{method} {origin.path}", method=method, path=origin.path,
            effect=Effect.DESTRUCTIVE, summary="A request that the document does not describe",
            load=self._ad_hoc_signature, origin=origin, security=self._default_security,
        )  # fmt: skip

    def preview(self, call: Call) -> tuple[str, str]:
        """Give the method and the URL that `call` would go to, without credentials. Raises as `send` does."""
        outgoing = self._outgoing(call)
        return outgoing.method, outgoing.url

    def path(self, call: Call) -> str:
        """Give the path of what `call` would go to, below the base URL. Raises as `send` does."""
        return path_of(call, self._plan(cast("Endpoint", call.operation.origin)))

    def local(self, url: str, operation: Operation | None = None) -> str | None:
        """Give path and query of a URL within the base URL, whether it says http or https; None for another place."""
        endpoint = operation.origin if operation else None
        return below(url, self._base(endpoint) if isinstance(endpoint, Endpoint) else self.base_url)

    def promised(self, operation: Operation, status: int, content_type: str) -> tuple[Spot, bool] | None:
        """Give the schema that the document promises of an answer, and whether it is that of each item of a list."""
        return promised(cast("Endpoint", operation.origin), self._schemas.root, status, content_type)

    def mends(self, mismatch: Mismatch) -> list[dict[str, Any]]:
        """Give the actions of an overlay that would make the document say what was found; none where that is open."""
        return [edit.action for edit in mends(mismatch, self._schemas.dialect)]

    async def send(self, call: Call, credentials: Credentials) -> Result:
        """Send one call. Raises `Unreachable`, `CredentialError`, `InvalidArguments`; an error status is a Result."""
        # Serialising takes time in the size of the arguments: on a thread, so that other runs do not wait.
        large = is_large(call.arguments)
        outgoing = await asyncio.to_thread(self._outgoing, call) if large else self._outgoing(call)
        operation = call.operation.qualified
        ready, tokens = await self._authorization.ready(credentials, operation)
        result = await self._sender.send(outgoing, ready, operation=operation, spool=call.spool)
        if result.status != 401 or not tokens:
            return result
        # A token may end before its time; what was answered with 401 was not done.
        ready, _ = await self._authorization.ready(credentials, operation, stale=tokens)
        return await self._sender.send(outgoing, ready, operation=operation, spool=call.spool)

    async def aclose(self) -> None:
        """Close connections. Idempotent."""
        await self._sender.aclose()
        await self._authorization.aclose()
        await self._discovery.aclose()

    def _outgoing(self, call: Call) -> Outgoing:
        origin = call.operation.origin
        if isinstance(origin, AdHoc):
            return build_ad_hoc(call, origin, self.base_url)
        endpoint = cast("Endpoint", origin)
        return build(call, endpoint, self._plan(endpoint), self._base(endpoint))

    def _base(self, endpoint: Endpoint) -> str:
        return self._typed or (base_of(endpoint.servers, self._location) if endpoint.servers else self.base_url)

    def _plan(self, endpoint: Endpoint) -> Plan:
        if endpoint.plan is None:
            endpoint.plan = plan_of(endpoint, self._schemas)
        return endpoint.plan

    def _signature(self, endpoint: Endpoint) -> Signature:
        return self._plan(endpoint).signature

    def _ad_hoc_signature(self) -> Signature:
        parameters = tuple(
            Parameter(name, name, "argument", required=False, schema={"type": "object"})
            for name in ("query", "headers")
        )
        return Signature(
            parameters, Body(required=False, schema={}, content_type="application/json"), None, self._schemas
        )

    def _document_base(self) -> str:
        root = self._schemas.root
        if self._schemas.dialect == "2.0":
            return base_of_old(root, self._location)
        servers = root.get("servers")
        return base_of(cast("list[Any]", servers) if isinstance(servers, list) else None, self._location)

    def _build(self, endpoints: list[Endpoint]) -> tuple[Operation, ...]:
        ids = [_operation_id(endpoint) for endpoint in endpoints]
        times = Counter(ids)
        tags = [tags_of(endpoint.operation.get("tags")) for endpoint in endpoints]
        names = operation_names(
            [NameEntry(id_, end.method, end.path, tag) for id_, end, tag in zip(ids, endpoints, tags, strict=True)]
        )
        return tuple(
            self._operation(endpoint, name, id_ if id_ and times[id_] == 1 else None, tag)
            for endpoint, name, id_, tag in zip(endpoints, names, ids, tags, strict=True)
        )

    def _operation(self, endpoint: Endpoint, name: str, operation_id: str | None, tags: tuple[str, ...]) -> Operation:
        raw = endpoint.operation
        description = raw.get("description") if isinstance(raw.get("description"), str) else ""
        summary = raw.get("summary") if isinstance(raw.get("summary"), str) else ""
        wanted = dict.fromkeys(scheme for together in endpoint.security for scheme in together)
        return Operation(
            api=self._name,
            name=name,
            id=operation_id or f"{endpoint.method} {endpoint.path}",
            method=endpoint.method,
            path=endpoint.path,
            effect=effect_of(endpoint.method, raw.get("x-keyhole-effect")),
            summary=" ".join(str(summary or _first_line(str(description))).split()),
            description=str(description),
            tags=tags,
            deprecated=raw.get("deprecated") is True,
            auth=tuple(wanted),
            security=endpoint.security,
            load=partial(self._signature, endpoint),
            origin=endpoint,
        )


def load(  # noqa: PLR0913  (the options of a document, by name)
    document: str | Path | dict[str, Any],
    *,
    name: str | None = None,
    base_url: str | None = None,
    doc_headers: Mapping[str, str] | None = None,
    allow_private: bool = False,
    timeout_s: float = 60.0,
    connect_timeout_s: float = 10.0,
    max_bytes: int = MAX_ANSWER_BYTES,
    cache: Path | None = None,
    security: Mapping[str, SchemeSecret] | None = None,
    filled: Collection[tuple[str, str]] = (),
    issued: deque[str] | None = None,
    overlays: Sequence[str | Path | dict[str, Any]] = (),
) -> OpenAPISource:
    """Read a document and make its source. Blocks; run it in a thread where an event loop runs.

    `document` is a path, an http(s) URL, or the document itself. `doc_headers` go to the origin of that URL only.
    `base_url` is where the API is, whatever the document says. `allow_private` lets the document name private
    addresses. Times in seconds; `max_bytes` bounds an answer. `cache` is a folder for the last good copies of what is
    fetched. `security` says for which security schemes there are credentials, and of which kind; tokens that are
    fetched with them are added to `issued`, and none that is in there is shown. `filled` are place and name of the
    parameters that are sent with every call anyway: operations are without them. `overlays` (paths, URLs or parsed)
    change the document before anything else reads it, in their order. Raises `DocumentError` where no operation is
    left or an overlay is none, `UsageError` for a bad `base_url` and a scheme that does not fit.
    """
    location = "" if isinstance(document, dict) else _location(document)
    remote = [url for one in (location, *overlays) if "://" in (url := "" if isinstance(one, dict) else str(one))]
    typed = [*remote, *([base_url] if base_url and "://" in base_url else ())]
    fetcher = Fetcher(
        typed, headers=doc_headers if "://" in location else None, allow_private=allow_private, timeout_s=timeout_s,
        copies=Copies(cache) if cache and remote else None,
    )  # fmt: skip
    laid = [read_overlay(one, fetcher) for one in overlays]
    root, text, location, where = _read(document, location, fetcher)
    held = path_entries(root) if laid else 0
    with after(laid):
        dialect, notices, text = _folded(root, text, (location, where), fetcher, laid)
        schemas = Schemas(root, dialect)
        source = OpenAPISource(
            name, schemas, location=location, typed=typed, notices=notices, loose=dangling(root, schemas, text),
            base_url=base_url, allow_private=allow_private, timeout_s=timeout_s, connect_timeout_s=connect_timeout_s,
            max_bytes=max_bytes, given=security or {}, filled=filled,
            issued=deque(maxlen=32) if issued is None else issued, overlays=laid,
        )  # fmt: skip
        if not source.operations():
            raise all_taken(where, laid) if held > path_entries(root) else _nothing_left(where, root, source.notices)
    fetcher.keep()
    return source


def _read(document: str | Path | dict[str, Any], location: str, fetcher: Fetcher) -> tuple[Any, str | None, str, str]:
    """Give the parsed document, its text if it has one, where it was in the end, and how an error names it."""
    if isinstance(document, dict):
        return _copied(document), None, location, "the document"
    remote = "://" in location
    where = shown(location) if remote else location
    url, data = fetcher.get(location) if remote else (location, read_file(Path(location)))
    text = decode(data, where)
    return parse(text, where), text, url, where


def _folded(
    root: Any, text: str | None, place: tuple[str, str], fetcher: Fetcher, overlays: list[Overlay]
) -> tuple[Dialect, list[Notice], str | None]:
    """Apply the overlays, fold external files in; give the dialect, what could not be had, and the text that is left.

    The text is None where the document is another one by now than its text. `place` is where the document is, for
    its references and for errors.
    """
    dialect = apply_all(overlays, root, place[1])
    notices: list[Notice] = []
    texts = [text, *(overlay.text for overlay in overlays)] if text is not None else []
    if not texts or any(has_external(one) or has_names(one) for one in texts if one):
        notices += Folder(root, place[0], fetcher).fold()
        texts = []
    for overlay in overlays:
        overlay.apply(root, late=True)
    for overlay in overlays:
        notices += overlay.notices(root)
    # What is referred to is in one of these; what was removed is, too, and costs a look.
    return dialect, notices, "\n".join(one for one in texts if one) or None


def _once(*groups: list[Notice]) -> tuple[Notice, ...]:
    """Join notices; where an earlier group has said something of a place, a later one does not say it again."""
    found: list[Notice] = []
    for group in groups:
        known = {notice.pointer for notice in found}
        found += [notice for notice in group if notice.pointer not in known]
    return tuple(found)


def _location(document: str | Path) -> str:
    text = str(document)
    if "://" not in text:
        return str(Path(text).expanduser())
    scheme = text.partition("://")[0].lower()
    if scheme not in ("http", "https"):
        near = nearest(scheme, ("http", "https"), limit=1)
        raise DocumentError(
            f"{text[:200]} is not an http or https URL",
            hint=f"did you mean {near[0]}://?" if near else "give a path or an http(s) URL",
        )
    return text


def _copied(document: dict[str, Any]) -> Any:
    try:
        return json.loads(json.dumps(document))
    except (TypeError, ValueError, RecursionError) as error:
        raise DocumentError(
            f"the document is not JSON: {error}", hint="dates and other objects must be strings"
        ) from None


def _nothing_left(where: str, root: dict[str, Any], notices: tuple[Notice, ...]) -> DocumentError:
    if not notices and not root.get("paths"):
        why = "it has webhooks only" if root.get("webhooks") else "its `paths` are empty"
        return DocumentError(f"{where} has no operations: {why}", pointer="#/paths", hint="is it the whole document?")
    shown_notices = "; ".join(f"{notice.pointer} {notice.message}" for notice in notices[:3])
    return DocumentError(
        f"{where} has no usable operation{': ' + shown_notices if shown_notices else ''}",
        pointer=notices[0].pointer if notices else "#/paths",
        hint="mend the document there" if notices else "its `paths` hold no methods",
    )


def _operation_id(endpoint: Endpoint) -> str | None:
    found = endpoint.operation.get("operationId")
    if isinstance(found, (int, float)) and not isinstance(found, bool):
        return str(found)
    return found.strip() or None if isinstance(found, str) else None


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:200]
