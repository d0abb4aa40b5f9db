"""Content types: which one is sent, and what kind of body it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["json", "form", "multipart", "ndjson", "text", "binary"]

_NDJSON = {
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/x-jsonlines",
    "application/json-lines",
}
_TEXT = {
    "application/xml", "application/yaml", "application/x-yaml", "application/javascript", "application/graphql",
    "application/sql", "application/csv", "application/x-pem-file", "application/jwt", "application/jose",
    "application/x-sh", "application/toml", "application/rtf", "application/ecmascript",
    "application/x-www-form-urlencoded",
}  # fmt: skip


def essence(content_type: str) -> str:
    """Give a content type without its parameters, lower-case."""
    return content_type.partition(";")[0].strip().lower()


def is_json(content_type: str) -> bool:
    """Say whether a content type is JSON or one of its `+json` kin (RFC 6839 section 3.1)."""
    kind = essence(content_type)
    return kind in ("application/json", "text/json", "application/x-json") or kind.endswith("+json")


def is_ndjson(content_type: str) -> bool:
    """Say whether a content type is one JSON value a line."""
    return essence(content_type) in _NDJSON


def is_events(content_type: str) -> bool:
    """Say whether a content type is server-sent events (the HTML standard, 9.2)."""
    return essence(content_type) == "text/event-stream"


def is_text(content_type: str) -> bool:
    """Say whether a content type is for people to read as characters."""
    kind = essence(content_type)
    return kind.startswith("text/") or kind.endswith(("+xml", "+yaml")) or kind in _TEXT


def kind_of(content_type: str) -> Kind:
    """Say how a request body of this content type is made. A wildcard is JSON."""
    kind = essence(content_type)
    if is_ndjson(kind):
        return "ndjson"
    if is_json(kind) or kind in ("*/*", "application/*", ""):
        return "json"
    if kind == "application/x-www-form-urlencoded":
        return "form"
    if kind.startswith("multipart/"):
        return "multipart"
    return "text" if is_text(kind) else "binary"


def _rank(content_type: str) -> int:
    kind = essence(content_type)
    if kind == "application/json":
        return 0
    if is_json(kind):
        # A JSON Patch is a list of edits: what nobody means by "the body" where a merge is offered too.
        return {"application/merge-patch+json": 1, "application/json-patch+json": 3}.get(kind, 2)
    if "*" in kind:
        return 4
    order: list[Kind] = ["json", "form", "multipart", "ndjson", "binary", "text"]
    return 5 + order.index(kind_of(kind)) + (kind.endswith("xml"))


def preferred(content_types: Iterable[str]) -> str:
    """Give what Keyhole uses unless told otherwise: JSON, `+json`, form, multipart, NDJSON, binary, text, XML."""
    return min(content_types, key=_rank)
