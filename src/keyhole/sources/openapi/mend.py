"""Edits that make a document say what its API does, as actions of an overlay (OpenAPI Overlay 1.0)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from keyhole.catalog.mismatch import Mismatch
    from keyhole.catalog.schema import Dialect
    from keyhole.catalog.spot import Parts, Spot

Object = dict[str, Any]

_TYPES = {"a boolean": "boolean", "a number": "number", "a string": "string"}


@dataclass(frozen=True, slots=True)
class Edit:
    """One action: `fields` are merged into what is at `spot`, or appended to it; where it is None, it is removed.

    What an update brings for a list is appended.
    """

    spot: Spot
    fields: Any = None

    @property
    def action(self) -> Object:
        """The action as an overlay has it."""
        change = {"remove": True} if self.fields is None else {"update": self.fields}
        return {"target": self.spot.path, **change}

    @property
    def claims(self) -> list[tuple[Parts, bool]]:
        """What is changed: each place, and whether it is only appended to."""
        if self.fields is None:
            return [(self.spot.parts, False)]
        fields = cast("Object", self.fields)
        if isinstance(self.spot.value, list):
            return [(self.spot.parts, True)]
        return [((*self.spot.parts, key), isinstance(value, list)) for key, value in fields.items()]


def update(spot: Spot, fields: Any) -> Edit:
    """Merge `fields` into an object, or append them to a list."""
    return Edit(spot, fields)


def remove(spot: Spot) -> Edit:
    """Take something away."""
    return Edit(spot)


def put(spot: Spot, key: str, value: Any) -> list[Edit]:
    """Give an object `value` at `key`, and nothing of what was there."""
    there = isinstance(spot.entries.get(key), (dict, list)) and isinstance(value, (dict, list))
    return [*([remove(spot.child(key))] if there else []), update(spot, {key: value})]


def mends(mismatch: Mismatch, dialect: Dialect) -> list[Edit]:
    """Give what would make the schema allow what was found; none where only somebody who knows the API can say."""
    spot = mismatch.spot
    if not mismatch.sure:
        return []
    match mismatch.kind:
        case "null":
            return nullable(spot, dialect)
        case "missing":
            return without(spot, {mismatch.name})
        case "extra":
            return [update(spot, {"additionalProperties": True})]
        case "type" if mismatch.found in _TYPES and "$ref" not in spot.entries:
            return [update(spot, {"type": _TYPES[mismatch.found]})]
        case _:
            return []


def without(spot: Spot, names: set[Any]) -> list[Edit]:
    """Take names out of the list of what an object must have."""
    listed = spot.child("required")
    left = [name for name in listed.items if name not in names]
    return put(spot, "required", left) if left else [remove(listed)]


def nullable(spot: Spot, dialect: Dialect) -> list[Edit]:
    """Let a schema be null: here alone, where it is a reference."""
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


def _or_null(spot: Spot, dialect: Dialect) -> list[Edit]:
    """Put a schema into an alternative to null. An item of a list cannot be put back in its place: none then."""
    key = spot.parts[-1] if spot.parts else 0
    if not isinstance(key, str):
        return []
    flag: Object = {"3.0": {"nullable": True}, "2.0": {"x-nullable": True}}.get(dialect, {})
    schema: Object = {"allOf": [spot.value], **flag} if flag else {"anyOf": [spot.value, {"type": "null"}]}
    return [remove(spot), update(spot.parent, {key: schema})]
