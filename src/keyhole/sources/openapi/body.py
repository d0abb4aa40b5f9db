"""Request bodies by content type: JSON, forms, NDJSON, text, bytes; `multipart.py` has the rest. Pure functions."""

from __future__ import annotations

import json
from typing import Any, cast
from urllib.parse import quote_plus

from keyhole.catalog.schema import Schemas
from keyhole.sources.openapi.media import essence, is_json, kind_of
from keyhole.sources.openapi.multipart import Encoding, multipart
from keyhole.sources.openapi.parameters import QUERY_RESERVED, SerialisationError, form_pairs, json_text, text_of, utf8
from keyhole.sources.openapi.streamed import Content, Streamed
from keyhole.value import File

Object = dict[str, Any]


_FORM = "application/x-www-form-urlencoded"
_STYLED = {"style", "explode", "allowReserved"}


def encoded(  # noqa: PLR0911  (one kind of body after another)
    content_type: str, value: Any, encoding: Encoding, schemas: Schemas
) -> tuple[str, Content]:
    """Give the Content-Type and the bytes of a body. Raises `SerialisationError`."""
    kind = kind_of(content_type)
    if isinstance(value, File) and kind != "multipart":
        return (value.media_type if "*" in content_type else content_type), Streamed((value,))
    if isinstance(value, (bytes, bytearray)) and kind != "multipart":
        if kind == "json" and not _is_json(value):
            raise SerialisationError(
                f"body: {essence(content_type)} takes a value, or bytes that are JSON; these are not"
            )
        return content_type, bytes(value)
    if kind == "json":
        return content_type, utf8(json_text(value))
    if kind == "form":
        return content_type, _form(value, encoding.fields)
    if kind == "multipart":
        return multipart(content_type, value, encoding, schemas)
    if kind == "ndjson" and isinstance(value, list):
        return content_type, utf8("".join(json_text(item) + "\n" for item in cast("list[Any]", value)))
    if isinstance(value, str):
        return content_type, utf8(value)
    if kind == "text" and isinstance(value, (int, float)):
        return content_type, utf8(text_of(value))
    wanted = {"ndjson": "a list or a text", "text": "a text"}.get(kind, "bytes (a Uint8Array) or a text")
    raise SerialisationError(f"body: {essence(content_type)} takes {wanted}, not {_kind(value)}")


def guessed(content_type: str, value: Any) -> tuple[str, Content]:
    """Give an ad-hoc request's Content-Type and bytes. Without a content type: by the value."""
    if isinstance(value, File) and kind_of(content_type or value.media_type) != "multipart":
        return content_type or value.media_type, Streamed((value,))
    if content_type:
        if isinstance(value, str):
            return content_type, utf8(value)  # the program encoded it itself
        return _as_named(content_type, value)
    if isinstance(value, (bytes, bytearray)):
        return "application/octet-stream", bytes(value)
    if isinstance(value, str):
        return ("application/json" if _looks_json(value) else "text/plain; charset=utf-8"), utf8(value)
    return "application/json", utf8(json_text(value))


def _as_named(content_type: str, value: Any) -> tuple[str, Content]:
    if isinstance(value, (bytes, bytearray)):
        return content_type, bytes(value)
    kind = kind_of(content_type)
    if kind == "form":
        return content_type, _form(value, {})
    if kind == "multipart":
        return multipart(content_type, value, Encoding(), Schemas({}, "3.1"))
    if kind == "ndjson" and isinstance(value, list):
        return content_type, utf8("".join(json_text(item) + "\n" for item in cast("list[Any]", value)))
    if kind == "json":
        return content_type, utf8(json_text(value))
    raise SerialisationError(f"body: {essence(content_type)} takes a text or bytes, not {_kind(value)}")


def _looks_json(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[") and _is_json(text)


def _is_json(text: str | bytes | bytearray) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _form(value: Any, encoding: dict[str, Object]) -> bytes:
    if isinstance(value, str):
        return utf8(value)
    if value is None:
        return b""
    if not isinstance(value, dict):
        raise SerialisationError(f"body: a form takes an object, not {_kind(value)}")
    pairs: list[tuple[str, str, str]] = []
    for name, item in cast("Object", value).items():
        rule = encoding.get(name, {})
        media = rule.get("contentType")
        # A style goes before a content type (OpenAPI 3.1.1, 4.8.15.1.2).
        if isinstance(media, str) and is_json(media) and isinstance(item, (dict, list)) and not _STYLED & rule.keys():
            pairs.append((name, json_text(item), ""))
            continue
        style = str(rule.get("style") or "form")
        explode = rule["explode"] if isinstance(rule.get("explode"), bool) else style == "form"
        keep = QUERY_RESERVED if rule.get("allowReserved") is True else ""
        pairs += [(*pair, keep) for pair in form_pairs(name, item, style=style, explode=bool(explode))]
    try:
        return "&".join(f"{quote_plus(name)}={quote_plus(text, safe=keep)}" for name, text, keep in pairs).encode()
    except UnicodeEncodeError:
        raise SerialisationError("the text holds half of a surrogate pair") from None


def _kind(value: Any) -> str:
    names: dict[Any, str] = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "true or false",
        type(None): "null",
    }
    return names.get(cast("Any", type(value)), "a number")
