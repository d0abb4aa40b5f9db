"""Actions of an overlay that make a document say what its API does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from keyhole.catalog.mismatch import Mismatch
    from keyhole.catalog.schema import Dialect
    from keyhole.catalog.spot import Spot

Object = dict[str, Any]

_TYPES = {"a boolean": "boolean", "a number": "number", "a string": "string"}


def update(spot: Spot, fields: Any) -> Object:
    """Give the action that merges `fields` into an object, or appends them to a list."""
    return {"target": spot.path, "update": fields}


def remove(spot: Spot) -> Object:
    """Give the action that takes something away."""
    return {"target": spot.path, "remove": True}


def put(spot: Spot, key: str, value: Any) -> list[Object]:
    """Give the actions after which an object has `value` at `key`, and nothing of what was there."""
    there = isinstance(spot.entries.get(key), (dict, list)) and isinstance(value, (dict, list))
    return [*([remove(spot.child(key))] if there else []), update(spot, {key: value})]


def mends(mismatch: Mismatch, dialect: Dialect) -> list[Object]:
    """Give what would make the schema allow what was found; none where only somebody who knows the API can say."""
    spot = mismatch.spot
    if not mismatch.sure:
        return []
    match mismatch.kind:
        case "null":
            return nullable(spot, dialect)
        case "missing":
            listed = cast("list[Any]", spot.entries.get("required") or [])
            return put(spot, "required", [name for name in listed if name != mismatch.name])
        case "extra":
            return [update(spot, {"additionalProperties": True})]
        case "type" if mismatch.found in _TYPES:
            return [update(spot.followed, {"type": _TYPES[mismatch.found]})] if "$ref" not in spot.entries else []
        case _:
            return []


def nullable(spot: Spot, dialect: Dialect) -> list[Object]:
    """Give what lets a schema be null: here alone, where it is a reference."""
    schema = spot.entries
    kind = schema.get("type")
    if "$ref" in schema or not isinstance(kind, (str, list)):
        return _or_null(spot, dialect)
    if dialect != "3.1":
        return [update(spot, {"nullable" if dialect == "3.0" else "x-nullable": True})]
    kinds = cast("list[Any]", kind) if isinstance(kind, list) else [kind]
    values = schema.get("enum")
    more: Object = {"enum": [None]} if isinstance(values, list) and None not in values else {}
    return [*put(spot, "type", [*kinds, "null"]), *([update(spot, more)] if more else [])]


def _or_null(spot: Spot, dialect: Dialect) -> list[Object]:
    """Put a schema into an alternative to null. An item of a list cannot be put back in its place: none then."""
    key = spot.parts[-1]
    if not isinstance(key, str):
        return []
    parent = type(spot).of(spot.root, spot.parts[:-1])
    flag = {"3.0": {"nullable": True}, "2.0": {"x-nullable": True}}.get(dialect)
    schema = {"allOf": [spot.value], **flag} if flag else {"anyOf": [spot.value, {"type": "null"}]}
    return [remove(spot), update(parent, {key: schema})]
