"""A document's text made safe to stand in TypeScript: in literals, keys, comments; and what a type cannot say."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

Schema = dict[str, Any]

IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_MAX_LITERAL = 60


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


def comment(text: str, limit: int) -> str:
    """Make a document's text safe in a comment of either kind: one line, no controls, no end of comment, shortened."""
    head = text[: limit * 4]
    calm = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in head)
    calm = re.sub(r" {2,}", " ", calm).strip().replace("*/", "* /").replace("`", "'")
    return calm if len(calm) <= limit and len(text) == len(head) else f"{calm[:limit].rstrip()}…"


def prose(text: str, limit: int) -> str:
    """Give a description as plain words: no tags, no link targets; safe as `comment` is."""
    return comment(re.sub(r"<[^<>]{0,200}>|\]\([^()]{0,300}\)|\[|\*\*", "", text[: limit * 6]), limit)


def note(schema: Schema, limit: int) -> str:
    """Say in a line what a type cannot: deprecation, format, default, bounds, description."""
    found = ["deprecated"] if schema.get("deprecated") is True else list[str]()
    form = schema.get("format")
    if isinstance(form, str) and form not in ("int32", "int64", "float", "double", "binary", "string"):
        found.append(comment(form, 30))
    for name, sign in (
        ("default", "default "),
        ("minimum", "≥ "),
        ("maximum", "≤ "),
        ("maxLength", "≤ "),
    ):
        value = schema.get(name)
        if isinstance(value, str | int | float) and not (
            value == "" or (isinstance(value, bool) and name != "default")
        ):
            if name == "maxLength" and "enum" in schema:
                continue
            found.append(f"{sign}{comment(literal(value), 40)}{' chars' if name == 'maxLength' else ''}")
    description = schema.get("description")
    if isinstance(description, str) and description.strip():
        found.append(prose(description, limit))
    return "; ".join(found)
