"""Makes JSON of any value: hostile programs and APIs give bytes, lone surrogates, NaN and endless nesting."""

from __future__ import annotations

import base64
import json
import math
import re
from typing import Any, cast

MAX_DEPTH = 100
"""Levels of nesting that are given out; JSON readers and this one's own stack end somewhere."""
TOO_DEEP = f"… (nested deeper than {MAX_DEPTH} levels)"

_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Replace lone surrogates, which no UTF-8 writer takes, by U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def compact(value: Any) -> str:
    """Give a plain value as JSON without spaces, in one line. Lone surrogates are escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # str.splitlines and many a reader take these two for newlines
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def plain(value: Any, depth: int = MAX_DEPTH) -> Any:
    """Give the value as what any JSON writer takes. Bytes become `{"$bytes": base64}`; never raises."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, (dict, list, tuple)):
        if depth <= 0:
            return TOO_DEEP
        if isinstance(value, dict):
            fields = cast("dict[Any, Any]", value)
            return {clean(str(key)): plain(item, depth - 1) for key, item in fields.items()}
        return [plain(item, depth - 1) for item in cast("list[Any]", value)]
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": base64.b64encode(value).decode()}
    return scalar(value)


def scalar(value: Any) -> Any:
    """Give null, a boolean or a number as JSON has it: no NaN, no number too long to be written."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int):
        return value if value.bit_length() <= 8192 else f"(a whole number of {value.bit_length()} bits)"
    return f"({type(value).__name__})"
