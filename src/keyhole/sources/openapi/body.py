"""Request bodies by content type: JSON, forms, multipart, NDJSON, text, bytes. Pure functions."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote_plus

from keyhole.sources.openapi.media import essence, is_json, kind_of
from keyhole.sources.openapi.parameters import SerialisationError, form_pairs, json_text, text_of
from keyhole.sources.openapi.signature import is_file

if TYPE_CHECKING:
    from keyhole.catalog.schema import Schemas

Object = dict[str, Any]

_FORM = "application/x-www-form-urlencoded"
_FILE_KEYS = {"content", "filename", "content_type"}


def encoded(  # noqa: PLR0911  (one kind of body after another)
    content_type: str, value: Any, schema: Object, encoding: dict[str, Object], schemas: Schemas
) -> tuple[str, bytes]:
    """Give the Content-Type and the bytes of a body. Raises `SerialisationError`."""
    kind = kind_of(content_type)
    if isinstance(value, (bytes, bytearray)) and kind != "multipart":
        if kind == "json" and not _is_json(value):
            raise SerialisationError(
                f"body: {essence(content_type)} takes a value, or bytes that are JSON; these are not"
            )
        return content_type, bytes(value)
    if kind == "json":
        return content_type, _utf8(json_text(value))
    if kind == "form":
        return content_type, _form(value, encoding)
    if kind == "multipart":
        properties = schemas.properties(schema)
        files = {name for name, field_schema in properties.items() if is_file(field_schema, schemas)}
        return _multipart(content_type, value, encoding, files)
    if kind == "ndjson" and isinstance(value, list):
        return content_type, _utf8("".join(json_text(item) + "\n" for item in cast("list[Any]", value)))
    if isinstance(value, str):
        return content_type, _utf8(value)
    if kind == "text" and isinstance(value, (int, float)):
        return content_type, _utf8(text_of(value))
    wanted = {"ndjson": "a list or a text", "text": "a text"}.get(kind, "bytes (a Uint8Array) or a text")
    raise SerialisationError(f"body: {essence(content_type)} takes {wanted}, not {_kind(value)}")


def guessed(content_type: str, value: Any) -> tuple[str, bytes]:
    """Give an ad-hoc request's Content-Type and bytes. Without a content type: by the value."""
    if content_type:
        if isinstance(value, str):
            return content_type, _utf8(value)  # the program encoded it itself
        return _as_named(content_type, value)
    if isinstance(value, (bytes, bytearray)):
        return "application/octet-stream", bytes(value)
    if isinstance(value, str):
        return ("application/json" if _looks_json(value) else "text/plain; charset=utf-8"), _utf8(value)
    return "application/json", _utf8(json_text(value))


def _as_named(content_type: str, value: Any) -> tuple[str, bytes]:
    if isinstance(value, (bytes, bytearray)):
        return content_type, bytes(value)
    kind = kind_of(content_type)
    if kind == "form":
        return content_type, _form(value, {})
    if kind == "multipart":
        return _multipart(content_type, value, {}, set())
    if kind == "ndjson" and isinstance(value, list):
        return content_type, _utf8("".join(json_text(item) + "\n" for item in cast("list[Any]", value)))
    if kind == "json":
        return content_type, _utf8(json_text(value))
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
        return _utf8(value)
    if value is None:
        return b""
    if not isinstance(value, dict):
        raise SerialisationError(f"body: a form takes an object, not {_kind(value)}")
    pairs: list[tuple[str, str]] = []
    for name, item in cast("Object", value).items():
        rule = encoding.get(name, {})
        media = rule.get("contentType")
        if isinstance(media, str) and is_json(media) and isinstance(item, (dict, list)):
            pairs.append((name, json_text(item)))
            continue
        style = str(rule.get("style") or "form")
        explode = rule["explode"] if isinstance(rule.get("explode"), bool) else style == "form"
        pairs += form_pairs(name, item, style=style, explode=bool(explode))
    try:
        return "&".join(f"{quote_plus(name)}={quote_plus(text)}" for name, text in pairs).encode()
    except UnicodeEncodeError:
        raise SerialisationError("the text holds half of a surrogate pair") from None


def _multipart(content_type: str, value: Any, encoding: dict[str, Object], files: set[str]) -> tuple[str, bytes]:
    """RFC 7578. A field that is bytes, or `{content, filename, content_type}`, is a file; a list of them, several."""
    if not isinstance(value, dict):
        raise SerialisationError(f"body: a multipart form takes an object, not {_kind(value)}")
    boundary = secrets.token_hex(16)
    out: list[bytes] = []
    for name, item in cast("Object", value).items():
        rule = encoding.get(name, {}).get("contentType")
        media = rule.partition(",")[0].strip() if isinstance(rule, str) and "*" not in rule else ""
        for one in _separate(name, item, media, encoding.get(name, {})):
            filename, kind, content = _part(name, one, media, is_a_file=name in files)
            disposition = f'form-data; name="{_quoted(name)}"' + (
                f'; filename="{_quoted(filename)}"' if filename else ""
            )
            head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\n" + (
                f"Content-Type: {kind}\r\n" if kind else ""
            )
            out += [_utf8(head), b"\r\n", content, b"\r\n"]
    out.append(f"--{boundary}--\r\n".encode())
    return f"{essence(content_type)}; boundary={boundary}", b"".join(out)


def _separate(name: str, item: Any, media: str, rule: Object) -> list[Any]:
    """Give what becomes a part each: the members of a list, unless it is one JSON value or joined by its style."""
    if not isinstance(item, list) or is_json(media):
        return [item]
    members = cast("list[Any]", item)
    joined = rule.get("explode") is False or ("style" in rule and "explode" not in rule and rule["style"] != "form")
    if joined and not any(isinstance(one, (bytes, bytearray, dict, list)) for one in members):
        return [text for _, text in form_pairs(name, members, style=str(rule.get("style") or "form"), explode=False)]
    return members


def _part(name: str, item: Any, media: str, *, is_a_file: bool) -> tuple[str, str, bytes]:
    """Give a part's file name (empty: no file), content type (empty: text) and content."""
    if isinstance(item, (bytes, bytearray)):
        return name, media or "application/octet-stream", bytes(item)
    if isinstance(item, dict):
        entry = cast("Object", item)
        content = entry.get("content")
        if (
            isinstance(content, (bytes, bytearray, str))
            and set(entry) <= _FILE_KEYS
            and (is_a_file or len(entry) > 1 or isinstance(content, bytes))
        ):
            kind = str(entry.get("content_type") or media or "application/octet-stream")
            if any(ord(char) < 32 or ord(char) > 126 for char in kind):
                raise SerialisationError(f"{name}: content_type {kind[:60]!r} is not a content type")
            return (
                str(entry.get("filename") or name),
                kind,
                _utf8(content) if isinstance(content, str) else bytes(content),
            )
        return "", media or "application/json", _utf8(json_text(entry))
    if isinstance(item, list) or is_json(media):
        return "", media or "application/json", _utf8(json_text(item))
    text = _utf8("" if item is None else text_of(item))
    return (name, media or "application/octet-stream", text) if is_a_file else ("", media, text)


def _quoted(text: str) -> str:
    # WHATWG's form encoding: these three, and nothing else.
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
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
