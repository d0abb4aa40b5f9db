"""Request bodies by content type: JSON, forms, multipart, NDJSON, text, bytes. Pure functions."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote_plus

from keyhole.sources.openapi.media import essence, is_json, kind_of
from keyhole.sources.openapi.parameters import SerialisationError, form_pairs, json_text, text_of
from keyhole.sources.openapi.signature import is_file
from keyhole.value import File

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from keyhole.catalog.schema import Schemas

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Streamed:
    """A body that holds files, which are read when it is sent; it can be sent again."""

    parts: tuple[bytes | File, ...]

    def __len__(self) -> int:
        return sum(part.size if isinstance(part, File) else len(part) for part in self.parts)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the body, piece by piece. Raises OSError where a file cannot be read."""
        for part in self.parts:
            if isinstance(part, File):
                async for piece in part.chunks():
                    yield piece
            else:
                yield part


Content = bytes | Streamed

_FORM = "application/x-www-form-urlencoded"
_FILE_KEYS = {"content", "filename", "content_type"}


def encoded(  # noqa: PLR0911  (one kind of body after another)
    content_type: str, value: Any, schema: Object, encoding: dict[str, Object], schemas: Schemas
) -> tuple[str, Content]:
    """Give the Content-Type and the bytes of a body. Raises `SerialisationError`."""
    kind = kind_of(content_type)
    if isinstance(value, File) and kind != "multipart":
        return (value.media_type if "*" in content_type else content_type), Streamed((value,))
    if isinstance(value, (bytes, bytearray)) and kind != "multipart":
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


def guessed(content_type: str, value: Any) -> tuple[str, Content]:
    """Give an ad-hoc request's Content-Type and bytes. Without a content type: by the value."""
    if isinstance(value, File) and kind_of(content_type or value.media_type) != "multipart":
        return content_type or value.media_type, Streamed((value,))
    if content_type:
        if isinstance(value, str):
            return content_type, _utf8(value)  # the program encoded it itself
        return _as_named(content_type, value)
    if isinstance(value, (bytes, bytearray)):
        return "application/octet-stream", bytes(value)
    if isinstance(value, str):
        return ("application/json" if _looks_json(value) else "text/plain; charset=utf-8"), _utf8(value)
    return "application/json", _utf8(json_text(value))


def _as_named(content_type: str, value: Any) -> tuple[str, Content]:
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
    if text.lstrip()[:1] not in ("{", "["):
        return False
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


def _multipart(content_type: str, value: Any, encoding: dict[str, Object], files: set[str]) -> tuple[str, Content]:
    """RFC 7578. A field that is bytes, or `{content, filename, content_type}`, is a file; a list of them, several."""
    if not isinstance(value, dict):
        raise SerialisationError(f"body: a multipart form takes an object, not {_kind(value)}")
    boundary = secrets.token_hex(16)
    out: list[bytes | File] = []
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
    return f"{essence(content_type)}; boundary={boundary}", _joined(out)


def _joined(parts: list[bytes | File]) -> Content:
    """Give the bytes, or, where files are among the parts, as few pieces as there can be."""
    plain = [part for part in parts if isinstance(part, bytes)]
    if len(plain) == len(parts):
        return b"".join(plain)
    pieces: list[bytes | File] = []
    for part in parts:
        if pieces and isinstance(part, bytes) and isinstance(pieces[-1], bytes):
            pieces[-1] += part
        else:
            pieces.append(part)
    return Streamed(tuple(pieces))


def _separate(name: str, item: Any, media: str, rule: Object) -> list[Any]:
    """Give what becomes a part each: the members of a list, unless it is one JSON value or joined by its style."""
    if not isinstance(item, list) or is_json(media):
        return [item]
    members = cast("list[Any]", item)
    joined = rule.get("explode") is False or ("style" in rule and "explode" not in rule and rule["style"] != "form")
    if joined and not any(isinstance(one, (bytes, bytearray, File, dict, list)) for one in members):
        return [text for _, text in form_pairs(name, members, style=str(rule.get("style") or "form"), explode=False)]
    return members


def _part(name: str, item: Any, media: str, *, is_a_file: bool) -> tuple[str, str, bytes | File]:
    """Give a part's file name (empty: no file), content type (empty: text) and content."""
    if isinstance(item, (bytes, bytearray, File)):
        filename, kind, content = _as_file(name, item)
        return filename, media or kind, content
    if isinstance(item, dict):
        entry = cast("Object", item)
        content = entry.get("content")
        if (
            isinstance(content, (bytes, bytearray, str, File))
            and set(entry) <= _FILE_KEYS
            and (is_a_file or len(entry) > 1 or isinstance(content, (bytes, File)))
        ):
            filename, usual, content = _as_file(name, content)
            kind = str(entry.get("content_type") or media or usual)
            if any(ord(char) < 32 or ord(char) > 126 for char in kind):
                raise SerialisationError(f"{name}: content_type {kind[:60]!r} is not a content type")
            return str(entry.get("filename") or filename), kind, content
        return "", media or "application/json", _utf8(json_text(entry))
    if isinstance(item, list) or is_json(media):
        return "", media or "application/json", _utf8(json_text(item))
    text = _utf8("" if item is None else text_of(item))
    return (name, media or "application/octet-stream", text) if is_a_file else ("", media, text)


def _as_file(name: str, content: bytes | bytearray | str | File) -> tuple[str, str, bytes | File]:
    """Give what a file's part is called, its type and its content, where nothing else is said."""
    if isinstance(content, File):
        return content.name, content.media_type, content
    data = _utf8(content) if isinstance(content, str) else bytes(content)
    return name, "application/octet-stream", data


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
