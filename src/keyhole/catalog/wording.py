"""A document's text made safe to stand in TypeScript: in literals, keys, comments; and what a type cannot say."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache
from typing import Any

Schema = dict[str, Any]

IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
SKIPPED = re.compile(r'"(?:[^"\\]|\\.)*"|/\*.*?\*/|//[^\n]*', re.DOTALL)
"""What of TypeScript written here may hold a brace that is none: strings and comments."""

_BLANKS = re.compile(r"[\x00-\x20\x7f]+")
_MAX_LITERAL = 60
_LONG = 1_000
_SHORT_PATTERN = 30
_FEW_WORDS = 4  # blanks
_WORTH_CUTTING = 60
"""Characters. Half of a sentence that is shorter says nothing."""
_PLAIN_FORMATS = frozenset(("int32", "int64", "float", "double", "binary", "string"))
_TOLD_BY_NAME = frozenset(("uri", "url", "uuid", "email"))
_TELLING_FORMATS = frozenset(("date-time", "date", "time", "duration", "unix-time", "email", "uuid", "byte", "base64"))
_BOUNDS = (
    ("minimum", "≥", ""), ("exclusiveMinimum", ">", ""), ("maximum", "≤", ""), ("exclusiveMaximum", "<", ""),
    ("multipleOf", "steps of", ""), ("minLength", "≥", " chars"), ("maxLength", "≤", " chars"),
    ("minItems", "≥", " items"), ("maxItems", "≤", " items"),
)  # fmt: skip


def literal(value: Any) -> str:
    """Write a JSON value as a literal type that cannot break out of its line; a long one becomes its type."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int | float):
        return json.dumps(value) if value == value and abs(value) < 1e300 else "number"  # noqa: PLR0124  (NaN)
    if isinstance(value, str) and len(value) <= _MAX_LITERAL:
        return json.dumps(value, ensure_ascii=not value.isprintable())
    return "string" if isinstance(value, str) else "unknown"


def key(name: str) -> str:
    """Write a property's name, quoted where it is no identifier, or where parsers take it for a modifier."""
    if IDENTIFIER.fullmatch(name) and name != "abstract":
        return name
    return json.dumps(name, ensure_ascii=not name.isprintable())


@lru_cache(maxsize=8192)
def comment(text: str, limit: int) -> str:
    """Make a document's text safe in a comment of either kind: one line, no controls, no end of comment, shortened."""
    head = text[: limit * 4]
    if not head.isascii():
        head = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in head)
    calm = _BLANKS.sub(" ", head).strip().replace("*/", "* /").replace("`", "'")
    return calm if len(calm) <= limit and len(text) == len(head) else f"{calm[:limit].rstrip()}…"


@lru_cache(maxsize=8192)
def prose(text: str, limit: int) -> str:
    """Give a description as plain words: no tags, no link targets; safe as `comment` is."""
    return comment(re.sub(r"<[^<>]{0,200}>|\]\([^()]{0,300}\)|\[|\*\*", "", text[: limit * 6]), limit)


def note(schema: Schema, limit: int, *, request: bool = True) -> str:
    """Say in a line what a type cannot: deprecation, format, default, bounds, description. Bounds where it is sent."""
    found = ["deprecated"] if schema.get("deprecated") is True else list[str]()
    form = schema.get("format")
    if isinstance(form, str) and form not in _PLAIN_FORMATS and (request or form not in _TOLD_BY_NAME):
        found.append(comment(form, 30))
    if request:
        found += _bounds(schema)
    description = schema.get("description")
    if isinstance(description, str) and description.strip():
        text = prose(description, limit)
        if limit >= _WORTH_CUTTING or not text.endswith("…"):
            found.append(text)
    return "; ".join(found)


def brief(schema: Schema, limit: int) -> str:
    """Give a description that fits `limit` characters and says more than a name does; else nothing."""
    text = schema.get("description")
    if not limit or not isinstance(text, str) or text.count(" ") < _FEW_WORDS:
        return ""
    said = prose(text, limit)
    return "" if said.endswith("…") else said.rstrip(".")


def hint(schema: Schema) -> str:
    """Say in a word or two what a value must look like that a type has as a mere string or number; often nothing.

    Of some values it is the one that is taken where none is given: a filter that is left out may not mean "all".
    """
    form, pattern = schema.get("format"), schema.get("pattern")
    if "enum" in schema or "const" in schema:
        default = schema.get("default")
        return f"= {comment(literal(default), 40)}" if isinstance(default, str) and default else ""
    if isinstance(form, str) and form in _TELLING_FORMATS:
        return comment(form, 30)
    # One that would close the comment cannot be shown as it is.
    short = isinstance(pattern, str) and len(pattern) <= _SHORT_PATTERN and "*/" not in f"{pattern}/"
    return comment(f"/{pattern}/", 32) if short else ""


def _bounds(schema: Schema) -> list[str]:
    found: list[str] = []
    default = schema.get("default")
    if isinstance(default, str | int | float) and default != "":
        found.append(f"default {comment(literal(default), 40)}")
    if "enum" in schema or "const" in schema:
        return found
    for name, sign, unit in _BOUNDS:
        value = schema.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and not _goes_without_saying(name, value):
            found.append(f"{sign} {comment(literal(value), 30)}{unit}")
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and pattern:
        found.append(comment(f"/{pattern}/", 62))
    return found


def _goes_without_saying(name: str, value: float) -> bool:
    """Say whether a bound is one that hardly anybody would break."""
    return (name == "maxLength" and value > _LONG) or (name.startswith("min") and name != "minimum" and value < 1)
