"""What is wrong with the operations of a document: their names and words, parameters, bodies, credentials, servers."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from keyhole.catalog.spot import Spot
from keyhole.sources.openapi.lint.finding import Finding
from keyhole.sources.openapi.media import kind_of
from keyhole.sources.openapi.mend import update
from keyhole.sources.openapi.security import kinds_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyhole.catalog.operation import Operation
    from keyhole.sources.openapi.operations import Endpoint
    from keyhole.sources.openapi.source import OpenAPISource

_DESTROYS = frozenset({"delete", "remove", "destroy", "purge", "erase", "wipe", "drop", "revoke", "terminate", "kill"})
_WRITES = frozenset({
    "create", "add", "update", "insert", "send", "enable", "disable", "restart", "reset", "activate", "deactivate",
    "approve", "reject", "submit", "publish", "unpublish", "cancel", "stop", "upload", "import", "subscribe",
    "unsubscribe", "register", "save", "modify", "rename", "move", "trigger",
})  # fmt: skip
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_STYLES = {
    "path": {"simple", "label", "matrix"}, "header": {"simple"}, "cookie": {"form", "cookie"},
    "query": {"form", "spaceDelimited", "pipeDelimited", "deepObject"},
}  # fmt: skip
_FORMATS = {"csv", "ssv", "tsv", "pipes", "multi"}
_MEDIA = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+(\s*;.*)?", re.DOTALL)
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_CUT = re.compile(r"_(?=[a-z]*\d)[0-9a-f]{4,}$")
_EFFECTS = ("read", "write", "destructive")


def operations(source: OpenAPISource) -> Iterator[Finding]:
    """Give what is wrong with each operation, and with what all of them need."""
    root = source.document
    yield from _servers(source, root)
    yield from _schemes(source, root)
    times = Counter(_id(operation) for operation in source.operations())
    for operation in source.operations():
        spot = Spot.of(root, _endpoint(operation).parts).followed
        yield from _named(operation, spot, times)
        yield from _effects(operation, spot)
        yield from _parameters(spot, old=source.schemas.dialect == "2.0")
        yield from _bodies(operation, spot)
        yield from _wants(operation, spot, source)


def _endpoint(operation: Operation) -> Endpoint:
    return cast("Endpoint", operation.origin)


def _id(operation: Operation) -> Any:
    found = _endpoint(operation).operation.get("operationId")
    return found.strip() if isinstance(found, str) else None


def _named(operation: Operation, spot: Spot, times: Counter[Any]) -> Iterator[Finding]:
    own = _id(operation)
    if own and times[own] > 1:
        yield Finding("name-twice", spot, f"operationId {own[:80]!r} is given {times[own]} times", (
            update(spot, {"operationId": operation.name}),
        ))  # fmt: skip
    elif not own and _CUT.search(operation.name):
        yield Finding("name-long", spot, f"without an operationId it is called {operation.name}")
    if not operation.summary and not operation.description:
        yield Finding("words-none", spot, "it has neither a summary nor a description")
    if operation.deprecated:
        yield Finding("deprecated", spot, f"{operation.name} is deprecated")


def _effects(operation: Operation, spot: Spot) -> Iterator[Finding]:
    hint = spot.entries.get("x-keyhole-effect")
    if hint is not None:
        if hint not in _EFFECTS:
            yield Finding("effect-unknown", spot, f"x-keyhole-effect is {str(hint)[:40]!r}")
        return
    if operation.method not in _READS:
        return
    word, where = _verb(operation)
    if word:
        effect = "destructive" if word in _DESTROYS else "write"
        message = f"{operation.method} {operation.path}: {where} says {word!r}"
        yield Finding("effect", spot, message, (update(spot, {"x-keyhole-effect": effect}),))


def _verb(operation: Operation) -> tuple[str, str]:
    """Give the word by which a read seems to be none, and where it stands; empty where there is none."""
    # The name after a group's ("pets/delete"), the last part of the path, the first word of the summary.
    own = str(_id(operation) or "").replace("/", ".").rpartition(".")[2]
    fixed = [part for part in operation.path.split("/") if part and "{" not in part]
    said = {
        "the operationId": _words(own)[:1],
        "the path": _words(fixed[-1]) if fixed and operation.path.rstrip("/").endswith(fixed[-1]) else [],
        "the summary": _words(operation.summary)[:1],
    }
    for where, words in said.items():
        # A path of several words ("delete-requests") is more likely a thing than a deed.
        word = words[0] if len(words) == 1 else ""
        if word in _DESTROYS or (word in _WRITES and where != "the path"):
            return word, where
    return "", ""


def _words(text: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)]


def _parameters(spot: Spot, *, old: bool) -> Iterator[Finding]:
    for holder in (spot, spot.parent):
        for one in holder.child("parameters").members():
            parameter = one.followed
            place = str(parameter.entries.get("in")).lower()
            if place in _STYLES and isinstance(parameter.entries.get("name"), str):
                yield from _parameter(parameter, place, old=old)


def _parameter(spot: Spot, place: str, *, old: bool) -> Iterator[Finding]:
    entries = spot.entries
    named = f"the {place} parameter {entries['name'][:60]!r}"
    style, usual = entries.get("style"), "form" if place in ("query", "cookie") else "simple"
    if not old and style is not None and style not in _STYLES[place]:
        message = f"{named} has the style {str(style)[:40]!r}; there are {', '.join(sorted(_STYLES[place]))}"
        yield Finding("parameter-style", spot, message, (update(spot, {"style": usual}),))
    collection = entries.get("collectionFormat")
    if old and collection is not None and (
        collection not in _FORMATS or (collection == "multi" and place in ("path", "header"))
    ):  # fmt: skip
        message = f"{named} has the collectionFormat {str(collection)[:40]!r}"
        yield Finding("parameter-style", spot, message, (update(spot, {"collectionFormat": "csv"}),))
    if not old and not isinstance(entries.get("schema"), dict) and not isinstance(entries.get("content"), dict):
        yield Finding("parameter-untyped", spot, f"{named} has no schema", (
            (update(spot, {"schema": {"type": "string"}}),) if "schema" not in entries else ()
        ))  # fmt: skip
    if place == "path" and entries.get("required") is not True:
        yield Finding("parameter-optional", spot, f"{named} is not required", (update(spot, {"required": True}),))


def _bodies(operation: Operation, spot: Spot) -> Iterator[Finding]:
    body = operation.signature.body
    holder = spot.child("requestBody").followed
    schemas = operation.signature.schemas
    if body is not None and operation.method in _READS and (body.required or schemas.fields(body.schema)):
        yield Finding("body-on-read", spot, f"{operation.method} {operation.path} takes a body")
    content = holder.child("content").followed
    kinds = list(content.entries)
    for kind in kinds:
        if not _MEDIA.fullmatch(kind.strip()):
            yield Finding("media-type", content, f"{kind[:60]!r} is no content type")
    if kinds and all(kind_of(kind) == "text" for kind in kinds):
        schema = content.child(kinds[0], "schema").followed.entries
        if schema.get("type") != "string" and schema:
            yield Finding("media-text", content, f"the body is {', '.join(kinds)[:80]} alone")


def _wants(operation: Operation, spot: Spot, source: OpenAPISource) -> Iterator[Finding]:
    where = spot if isinstance(spot.entries.get("security"), list) else Spot.of(source.document)
    for name in operation.auth:
        if name not in source.security:
            listed = ", ".join(list(source.security)[:5]) or "none"
            yield Finding("security-unknown", where, f"it wants {name[:60]!r}; the document has {listed}")


def _schemes(source: OpenAPISource, root: Any) -> Iterator[Finding]:
    place = ("securityDefinitions",) if source.schemas.dialect == "2.0" else ("components", "securitySchemes")
    for name, scheme in source.security.items():
        if not kinds_of(scheme):
            spot = Spot.of(root, (*place, name))
            yield Finding("security-unusable", spot, f"{name[:60]!r} is of the type {str(scheme.get('type'))[:40]!r}")


def _servers(source: OpenAPISource, root: Any) -> Iterator[Finding]:
    spot = Spot.of(root)
    if not source.base_url and not all(_endpoint(one).servers for one in source.operations()):
        yield Finding("server-none", spot, "no server of the document is an absolute URL")
    elif source.security and source.base_url.startswith("http:"):
        yield Finding("server-clear", spot, f"{source.base_url} is not https")
    for server in spot.child("servers").members():
        url = str(server.entries.get("url") or "")
        for name in _VARIABLE.findall(url):
            variable = server.child("variables", name)
            choices = variable.child("enum").items
            if variable.entries.get("default") is None:
                edits = (update(variable, {"default": choices[0]}),) if choices else ()
                yield Finding("server-variable", server, f"{url[:80]}: {name!r} has no default", edits)
