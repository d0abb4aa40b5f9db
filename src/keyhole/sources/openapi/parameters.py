"""Serialisation of parameters by the book: OpenAPI's style table, which is mostly RFC 6570. Pure functions."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, unquote

from keyhole.value import File

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_RESERVED = ":/?#[]@!$&'()*+,;="
# OpenAPI 3.1.1, 4.8.12.2: `allowReserved` leaves to the sender what would change the query's own structure.
QUERY_RESERVED = ":/?@!$'()*,;="
_TRIPLET = re.compile(r"(%[0-9A-Fa-f]{2})")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NO_COOKIE = re.compile(r"[^!#-+\--:<-\[\]-~,]")
_MAX_DEPTH = 32

DELIMITERS = {"spaceDelimited": "%20", "pipeDelimited": "%7C", "tabDelimited": "%09"}


class SerialisationError(ValueError):
    """The value cannot be sent in that place; the text says why."""


@dataclass(frozen=True, slots=True)
class Wire:
    """How one parameter goes over the wire. `media` is the content type of a `content` parameter, else empty."""

    name: str
    place: str
    style: str
    explode: bool
    reserved: bool = False
    media: str = ""


def number_text(value: float) -> str:
    """Give a number without an exponent: 1.0 → "1", 1e21 → "1000000000000000000000"."""
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        raise SerialisationError(f"{value} is not a number that can be sent")
    text = format(Decimal(repr(value)), "f")
    return text.removesuffix(".0")


def text_of(value: Any) -> str:
    """Give a primitive as text; an object or list, where the style has no place for one, as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, (bytes, bytearray, File)):
        raise SerialisationError("bytes cannot be sent in a parameter")
    return json_text(value)


def plain(value: Any, depth: int = 0) -> Any:
    """Give a JSON value with whole floats as integers: JavaScript's 1 arrives as 1.0, and must leave as 1."""
    if depth > 200:
        raise SerialisationError("nested deeper than 200 levels")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise SerialisationError(f"{value} is not a number that can be sent")
        return int(value) if value.is_integer() and abs(value) < 2**63 else value
    if isinstance(value, dict):
        return {str(key): plain(item, depth + 1) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, depth + 1) for item in cast("list[Any]", value)]
    if isinstance(value, (bytes, bytearray, File)):
        raise SerialisationError("bytes cannot be sent in JSON; send text, or base64 where the API says so")
    return value


def json_text(value: Any) -> str:
    """Give compact JSON. Raises `SerialisationError` for bytes, NaN, infinity."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def utf8(text: str) -> bytes:
    """Give a text as bytes. Raises `SerialisationError` for half of a surrogate pair."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise SerialisationError("the text holds half of a surrogate pair") from None


def encode(text: str, *, keep: str = "") -> str:
    """Percent-encode all but the unreserved characters (RFC 3986 section 2.3) and `keep`."""
    try:
        if not keep:
            return quote(text, safe="")
        # RFC 6570 section 3.2.3: reserved expansion passes percent-encoded triplets through.
        return "".join(part if _TRIPLET.fullmatch(part) else quote(part, safe=keep) for part in _TRIPLET.split(text))
    except UnicodeEncodeError:
        raise SerialisationError("the text holds half of a surrogate pair") from None


def _members(value: Any) -> list[str]:
    # RFC 6570 section 2.3: undefined members of a list are ignored.
    return [text_of(item) for item in value if item is not None]


def _entries(value: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(str(key), text_of(item)) for key, item in value.items() if item is not None]


def path_text(wire: Wire, value: Any) -> str:
    """Give what replaces `{name}` in a path. Raises `SerialisationError` for what would leave the segment empty."""
    keep = _RESERVED if wire.reserved else ""
    if wire.media:
        return encode(_media_text(wire.media, value), keep=keep)
    if isinstance(value, dict):
        text = _path_object(wire, _entries(cast("dict[str, Any]", value)), keep)
    elif isinstance(value, (list, tuple)):
        text = _path_list(wire, _members(value), keep)
    else:
        text = _path_primitive(wire, text_of(value), keep)
    if not text:
        raise SerialisationError("it is empty, which would make another path")
    return text


def _path_primitive(wire: Wire, value: str, keep: str) -> str:
    text = encode(value, keep=keep)
    if wire.style == "label":
        return f".{text}"
    if wire.style == "matrix":
        return f";{encode(wire.name)}={text}" if text else f";{encode(wire.name)}"
    return text


def _path_list(wire: Wire, members: list[str], keep: str) -> str:
    parts = [encode(member, keep=keep) for member in members]
    name = encode(wire.name)
    if wire.style == "label":
        return "".join(f".{part}" for part in parts) if wire.explode else "." + ",".join(parts)
    if wire.style == "matrix":
        return "".join(f";{name}={part}" for part in parts) if wire.explode else f";{name}=" + ",".join(parts)
    return ",".join(parts)


def _path_object(wire: Wire, entries: list[tuple[str, str]], keep: str) -> str:
    pairs = [(encode(key, keep=keep), encode(value, keep=keep)) for key, value in entries]
    if wire.explode:
        lead = {"label": ".", "matrix": ";"}.get(wire.style, "")
        return lead + (lead or ",").join(f"{key}={value}" for key, value in pairs)
    joined = ",".join(f"{key},{value}" for key, value in pairs)
    if wire.style == "matrix":
        return f";{encode(wire.name)}={joined}"
    return f".{joined}" if wire.style == "label" else joined


def query_parts(  # noqa: PLR0911  (one style after another)
    wire: Wire, value: Any
) -> list[str]:
    """Give the `name=value` parts of a query, encoded; none for null, an empty list or object."""
    if value is None:
        return []
    keep = QUERY_RESERVED if wire.reserved else ""
    name = encode(wire.name)
    if wire.style == "querystring":
        return _querystring(wire.media, value)
    if wire.media:
        return [f"{name}={encode(_media_text(wire.media, value), keep=keep)}"]
    if wire.style == "deepObject" and isinstance(value, (dict, list, tuple)):
        return [f"{encode(key)}={encode(text, keep=keep)}" for key, text in bracketed(wire.name, value)]
    if isinstance(value, dict):
        pairs = [
            (encode(key, keep=keep), encode(text, keep=keep)) for key, text in _entries(cast("dict[str, Any]", value))
        ]
        if wire.explode:
            return [f"{key}={text}" for key, text in pairs]
        return _joined(name, wire.style, [part for pair in pairs for part in pair])
    if isinstance(value, (list, tuple)):
        parts = [encode(text, keep=keep) for text in _members(value)]
        return [f"{name}={part}" for part in parts] if wire.explode else _joined(name, wire.style, parts)
    return [f"{name}={encode(text_of(value), keep=keep)}"]


def _joined(name: str, style: str, parts: list[str]) -> list[str]:
    return [f"{name}={DELIMITERS.get(style, ',').join(parts)}"] if parts else []


def _querystring(media: str, value: Any) -> list[str]:
    """OpenAPI 3.2: `in: querystring`, the whole query is one value."""
    if isinstance(value, dict) and "json" not in media:
        pairs = [pair for key, item in cast("dict[str, Any]", value).items() for pair in form_pairs(key, item)]
        return [f"{encode(key)}={encode(text)}" for key, text in pairs]
    text = _media_text(media, value) if "json" in media else text_of(value)
    return [encode(text, keep="" if "json" in media else "&=")]


def form_pairs(name: str, value: Any, *, style: str = "form", explode: bool = True) -> list[tuple[str, str]]:
    """Give the pairs of one field of a form, not encoded. Lists repeat the name; objects take brackets."""
    if value is None:
        return [(name, "")]
    if isinstance(value, dict) or style == "deepObject":
        return bracketed(name, value)
    if isinstance(value, (list, tuple)):
        items = cast("list[Any]", value)
        if any(isinstance(item, (dict, list, tuple)) for item in items):
            return bracketed(name, items)
        if explode:
            return [(name, text) for text in _members(items)]
        delimiter = {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}.get(style, ",")
        return [(name, delimiter.join(_members(items)))]
    return [(name, text_of(value))]


def bracketed(name: str, value: Any, depth: int = 0) -> list[tuple[str, str]]:
    """Give `name[key]=…`, nested; lists by their index, as Stripe's own libraries do. Not encoded."""
    if depth > _MAX_DEPTH:
        raise SerialisationError(f"nested deeper than {_MAX_DEPTH} levels")
    entries: Iterable[tuple[Any, Any]]
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value).items()
    elif isinstance(value, (list, tuple)):
        entries = enumerate(cast("list[Any]", value))
    else:
        # Null empties a field in a form (Stripe: "unset with an empty string").
        return [(name, "" if value is None else text_of(value))]
    return [pair for key, item in entries for pair in bracketed(f"{name}[{key}]", item, depth + 1)]


def header_text(wire: Wire, value: Any) -> str:
    """Give a header's value: style `simple`, not percent-encoded (OpenAPI 3.1.1, 4.8.12.3)."""
    if wire.media:
        text = _media_text(wire.media, value)
    elif isinstance(value, dict):
        entries = _entries(cast("dict[str, Any]", value))
        text = ",".join(f"{key}={item}" if wire.explode else f"{key},{item}" for key, item in entries)
    elif isinstance(value, (list, tuple)):
        text = ",".join(_members(value))
    else:
        text = text_of(value)
    if _UNPRINTABLE.search(text):
        raise SerialisationError("a header may not hold line breaks or control characters")
    return text.strip(" \t")


def cookie_parts(wire: Wire, value: Any) -> list[str]:
    """Give the `name=value` parts of a Cookie header: style `form`, percent-encoded, or `cookie` (3.2), as it is."""
    if value is None:
        return []
    parts = query_parts(Wire(wire.name, "cookie", "form", wire.explode, media=wire.media), value)
    if wire.style != "cookie" or wire.media:
        return parts
    plain = [unquote(part) for part in parts]
    # RFC 6265 section 4.1.1: what a cookie holds without quotes.
    if any(_NO_COOKIE.search(part) for part in plain):
        raise SerialisationError('a cookie may not hold ";", quotes, backslashes, spaces or what is not ASCII')
    return plain


def _media_text(media: str, value: Any) -> str:
    return json_text(value) if "json" in media or not isinstance(value, str) else value
