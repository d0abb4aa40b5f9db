"""From the bytes of an answer to a value: JSON, NDJSON, server-sent events, text or bytes."""

from __future__ import annotations

import codecs
import json
import re
from typing import Any, cast

from pydantic_core import from_json

from keyhole.sources.openapi.media import essence, is_events, is_json, is_ndjson, is_text

_SHOWN = 200
# What HTTP is written in. Python's codecs are more: some are no text, some take time in the square of the length.
_CHARSETS = re.compile(r"utf-?(8|16|32)|ascii|iso8859|cp\d|gb|big5|shift_jis|euc_|koi8|mac-")
_ASCII_ALIKE = re.compile(r"utf-8|ascii|iso8859|cp125")


_BLANK = re.compile(rb"(?:\r\n|\n|\r(?!\n)){2}")


class MalformedError(Exception):
    """The answer says that it is JSON, and is not. The text shows its first bytes."""


def value_of(  # noqa: PLR0911  (one kind of answer after another)
    data: bytes, content_type: str, *, expect_json: bool = False
) -> Any:
    """Give the value: None for nothing, JSON parsed, text as str, anything else as bytes.

    `expect_json`: the document says JSON, so a text that is JSON under another name is parsed too. Raises
    `MalformedError` where the content type is JSON and the bytes are not.
    """
    if not data:
        return None
    kind = essence(content_type)
    if is_json(kind):
        return _json(data)
    if is_ndjson(kind):
        return [_json(line) for line in data.splitlines() if line.strip()]
    if is_events(kind):
        return _events(data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace"))
    if (not kind or (expect_json and kind in ("text/plain", "text/html", "text/javascript"))) and data.lstrip()[
        :1
    ] in b"{[":
        try:
            return _json(data)
        except MalformedError:
            pass
    if is_text(kind) or (not kind and _is_utf8(data)):
        return data.decode(_charset(content_type), "replace")
    return data


def is_binary(content_type: str) -> bool:
    """Say whether `value_of` gives bytes for this content type, whatever they are."""
    kind = essence(content_type)
    return bool(kind) and not (is_json(kind) or is_ndjson(kind) or is_events(kind) or is_text(kind))


def whole(data: bytes, content_type: str) -> bytes:
    """Give the whole lines, or events, of a stream that was cut."""
    if is_events(content_type):
        ends = [found.end() for found in _BLANK.finditer(data)]
        return data[: ends[-1]] if ends else b""
    return data[: data.rfind(b"\n") + 1]


def _events(text: str) -> list[Any]:
    """Read server-sent events (the HTML standard, 9.2.6); an event without data is none."""
    found: list[Any] = []
    event: dict[str, Any] = {}
    lines: list[str] = []
    for line in [*re.split(r"\r\n|\n|\r", text), ""]:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if lines:
                found.append({**event, "data": "\n".join(lines)})
            event, lines = {}, []
        elif name == "data":
            lines.append(value)
        elif name in ("event", "id"):
            event[name] = value
        elif name == "retry" and re.fullmatch("[0-9]{1,15}", value):
            event[name] = int(value)
    return found


def hides(data: bytes, content_type: str) -> bool:
    """Say whether the value of these bytes may hold a text that the bytes do not: by escapes, or by another charset."""
    return any(mark in data for mark in (b"\\u", b"\\/", b"\0")) or not _ASCII_ALIKE.match(_charset(content_type))


def _json(data: bytes) -> Any:
    plain = data.removeprefix(codecs.BOM_UTF8)
    if not plain.strip():
        return None
    try:
        return from_json(plain, allow_inf_nan=False)
    except ValueError as error:
        if "recursion" not in str(error):
            try:  # NaN, which Python writes, becomes null
                return _mended(json.loads(plain, parse_constant=lambda _: None))
            except (ValueError, RecursionError):
                pass
        shown = plain[:_SHOWN].decode("utf-8", "replace")
        raise MalformedError(f"{error}; it begins {shown!r}") from None


def _mended(value: Any) -> Any:
    """Give a value without halves of surrogate pairs, which some APIs cut emoji into."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_mended(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in cast("dict[str, Any]", value).items()}
    return value


def _charset(content_type: str) -> str:
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            try:
                charset = codecs.lookup(value.strip().strip("\"'")[:40]).name
            except (LookupError, ValueError):
                break
            return charset if _CHARSETS.match(charset) else "utf-8"
    return "utf-8"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in data
