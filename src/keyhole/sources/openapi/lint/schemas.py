"""What is wrong with the schemas that calls and answers are made of, each looked at once, by what it says of itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from keyhole.catalog.slice import compiles, fits
from keyhole.catalog.spot import Spot
from keyhole.sources.openapi.lint.finding import Finding
from keyhole.sources.openapi.mend import nullable, put, remove, update, without

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyhole.catalog.operation import Operation
    from keyhole.catalog.schema import Dialect, Schemas
    from keyhole.catalog.spot import Parts
    from keyhole.sources.openapi.mend import Edit

Object = dict[str, Any]

_TYPES = ("string", "number", "integer", "boolean", "object", "array", "null", "file")
_MEANT = {
    "int": "integer", "int32": "integer", "int64": "integer", "long": "integer", "float": "number", "double": "number",
    "decimal": "number", "bool": "boolean", "str": "string", "text": "string", "date": "string", "datetime": "string",
    "date-time": "string", "uuid": "string", "uri": "string", "url": "string", "list": "array", "dict": "object",
    "map": "object", "hash": "object", "json": "object",
}  # fmt: skip
_MANY = ("properties", "patternProperties")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_ONE = ("items", "additionalProperties")
_SLASHES = re.compile(r"/(\^?.*\$?)/[gimsuy]*", re.DOTALL)
_BOUNDS = (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"))


def schemas(operations: Iterable[Operation], found: Schemas) -> Iterator[Finding]:
    """Give what is wrong with the schemas of these operations' parameters, bodies and answers."""
    sent, answered = _starts(operations, found.root)
    seen: set[Parts] = set()
    for starts, request in ((sent, True), (answered, False)):
        for parts, schema in _walk(found.root, starts, seen):
            yield from _schema(Spot(found.root, parts, schema), found, request=request)


def _starts(operations: Iterable[Operation], root: Any) -> tuple[list[Spot], list[Spot]]:
    sent: list[Spot] = []
    answered: list[Spot] = []
    for operation in operations:
        spot = Spot.of(root, operation.origin.parts).followed
        for holder in (spot, spot.parent):
            for one in holder.child("parameters").members():
                parameter = one.followed
                inner = parameter.child("schema")
                sent.append(inner if inner.entries else parameter)
                sent += [media.child("schema") for media in parameter.child("content").members()]
        sent += [media.child("schema") for media in spot.child("requestBody", "content").members()]
        for response in spot.child("responses").members():
            answered.append(response.child("schema"))
            answered += [media.child("schema") for media in response.child("content").members()]
    return sent, answered


def _walk(  # noqa: C901  (one kind of keyword after another, in a hot loop)
    root: Any, starts: list[Spot], seen: set[Parts]
) -> Iterator[tuple[Parts, Object]]:
    """Give every schema below, references followed, each once. A hot loop: a large document has 100,000 of them."""
    stack: list[tuple[Parts, Any]] = [(spot.parts, spot.value) for spot in reversed(starts)]
    while stack:
        parts, value = stack.pop()
        if not isinstance(value, dict):
            continue
        schema = cast("Object", value)
        if isinstance(schema.get("$ref"), str):
            target = Spot(root, parts, schema).followed
            if target.parts != parts and target.parts not in seen:
                stack.append((target.parts, target.value))
            if len(schema) == 1:
                continue
        if parts in seen:
            continue
        seen.add(parts)
        yield parts, schema
        for key in _MANY:
            held = schema.get(key)
            if isinstance(held, dict):
                stack += [((*parts, key, name), one) for name, one in cast("Object", held).items()]
        for key in _LISTS:
            held = schema.get(key)
            if isinstance(held, list):
                stack += [((*parts, key, index), one) for index, one in enumerate(cast("list[Any]", held))]
        stack += [((*parts, key), schema[key]) for key in _ONE if key in schema]


def _schema(spot: Spot, found: Schemas, *, request: bool) -> Iterator[Finding]:
    entries = spot.entries
    yield from _types(spot, entries.get("type"))
    if isinstance(entries.get("enum"), list):
        yield from _enum(spot, found.dialect)
    if isinstance(pattern := entries.get("pattern"), str):
        yield from _pattern(spot, pattern)
    if entries.get("default") is not None:
        yield from _default(spot)
    if "required" in entries or "properties" in entries:
        yield from _required(spot, found, request=request)
    if "discriminator" in entries:
        yield from _discriminator(spot, found)
    if entries.get("readOnly") is True and entries.get("writeOnly") is True:
        yield Finding("read-and-write-only", spot, "it is readOnly and writeOnly")
    for low, high in _BOUNDS:
        least, most = entries.get(low), entries.get(high)
        if _is_number(least) and _is_number(most) and cast("float", least) > cast("float", most):
            yield Finding("bounds", spot, f"{low} is {least}, {high} is {most}")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _types(spot: Spot, kind: Any) -> Iterator[Finding]:
    for one in cast("list[Any]", kind) if isinstance(kind, list) else [kind]:
        if one is None or one in _TYPES:
            continue
        low = one.lower() if isinstance(one, str) else ""
        meant = low if low in _TYPES else _MEANT.get(low)
        edits = (update(spot, {"type": meant}),) if meant and isinstance(kind, str) else ()
        yield Finding("type-unknown", spot, f"type is {str(one)[:40]!r}", edits)
    if kind == "array" and not {"items", "prefixItems"} & set(spot.entries):
        yield Finding("items-none", spot, "an array without `items`", (update(spot, {"items": {}}),))


def _enum(spot: Spot, dialect: Dialect) -> Iterator[Finding]:
    entries = spot.entries
    values = spot.child("enum").items
    kinds = _kinds(entries)
    null = entries.get("nullable") is True or entries.get("x-nullable") is True
    odd = [value for value in values if not fits(value, kinds) and not (value is None and null)] if kinds else []
    if not odd:
        return
    right = [coerced(value, kinds) if any(value is one for one in odd) else value for value in values]
    told = ", ".join(repr(value)[:30] for value in odd[:3])
    edits: list[Edit] = []
    if all(value is None for value in odd):
        edits = nullable(spot, dialect)
    elif all(fits(value, kinds) for value in right):
        edits = put(spot, "enum", [value for index, value in enumerate(right) if value not in right[:index]])
    yield Finding("enum-type", spot, f"type is {' or '.join(kinds)}, and `enum` has {told}", tuple(edits))


def _kinds(entries: Object) -> list[str]:
    kind = entries.get("type")
    named = cast("list[Any]", kind) if isinstance(kind, list) else [kind]
    return [one for one in named if isinstance(one, str)] if all(one in _TYPES[:-1] for one in named) else []


def coerced(value: Any, kinds: list[str]) -> Any:  # noqa: PLR0911  (one way after another)
    """Give a value as one of these types, where there is one way to; None where there is not."""
    if isinstance(value, bool) and "string" in kinds:
        return "true" if value else "false"
    if _is_number(value) and "string" in kinds:
        return str(value)
    if isinstance(value, str):
        if "boolean" in kinds and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if "integer" in kinds and re.fullmatch(r"-?\d{1,15}", value):
            return int(value)
        if "number" in kinds and re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", value):
            return float(value) if "." in value else int(value)
        if "array" in kinds and not value:
            return []
    return None


def _pattern(spot: Spot, pattern: str) -> Iterator[Finding]:
    inner = _SLASHES.fullmatch(pattern)
    if inner and (inner[1].startswith("^") or inner[1].endswith("$")):
        edits = (update(spot, {"pattern": inner[1]}),) if compiles(inner[1]) else ()
        yield Finding("pattern-slashes", spot, f"the pattern is {pattern[:80]!r}", edits)
    elif not compiles(pattern):
        yield Finding("pattern-invalid", spot, f"the pattern is {pattern[:80]!r}")


def _default(spot: Spot) -> Iterator[Finding]:
    entries = spot.entries
    default: Any = entries["default"]
    kinds, values = _kinds(entries), spot.child("enum").items
    if kinds and not fits(default, kinds):
        right = coerced(default, kinds)
        good = right is not None and (not values or right in values)
        edits = put(spot, "default", right) if good else []
        if not good and isinstance(default, (dict, list)):
            edits = [remove(spot.child("default"))]
        message = f"default is {repr(cast('object', default))[:40]}, type {' or '.join(kinds)}"
        yield Finding("default-type", spot, message, tuple(edits))
    elif values and isinstance(default, (str, int, float)) and default not in values:
        alike = [value for value in values if str(value).lower() == str(default).lower()]
        edits = [update(spot, {"default": alike[0]})] if len(alike) == 1 else []
        yield Finding("default-type", spot, f"default {str(default)[:40]!r} is not in `enum`", tuple(edits))


def _required(spot: Spot, found: Schemas, *, request: bool) -> Iterator[Finding]:
    entries = spot.entries
    properties = spot.child("properties").entries
    required = spot.child("required").items
    flagged = [
        name for name, one in properties.items()
        if isinstance(one, dict) and cast("Object", one).get("required") is True and name not in required
    ]  # fmt: skip
    if flagged:
        message = f"`required: true` on {', '.join(name[:40] for name in flagged[:5])}"
        yield Finding("required-flag", spot, message, (update(spot, {"required": flagged}),))
    closed = entries.get("additionalProperties") is False and not {"allOf", "$ref", "patternProperties"} & set(entries)
    if closed and "properties" in entries:
        known = found.fields(entries)
        lacking = [name for name in required if isinstance(name, str) and name not in known]
        if lacking:
            message = f"it must have {', '.join(name[:40] for name in lacking[:5])}, which it does not list"
            yield Finding("required-closed", spot, message, tuple(without(spot, set(lacking))))
    if request:
        only = [name for name in required if isinstance(name, str) and _is_read_only(properties.get(name), found)]
        if only:
            yield Finding("required-read-only", spot, f"{', '.join(only[:5])}: required, and read-only")


def _is_read_only(schema: Any, found: Schemas) -> bool:
    return isinstance(schema, dict) and found.resolve(schema).get("readOnly") is True


def _discriminator(spot: Spot, found: Schemas) -> Iterator[Finding]:
    mapping = spot.child("discriminator", "mapping")
    lost = {
        value: target for value, target in mapping.entries.items()
        if not isinstance(target, str) or not _leads(target, found)
    }  # fmt: skip
    if lost:
        left = {value: target for value, target in mapping.entries.items() if value not in lost}
        holder = mapping.parent.followed
        message = f"{next(iter(lost))[:40]!r} is mapped to {str(next(iter(lost.values())))[:80]!r}, which leads nowhere"
        more = f", and {len(lost) - 1} more" if len(lost) > 1 else ""
        yield Finding("discriminator", spot, message + more, tuple(put(holder, "mapping", left)))


def _leads(target: str, found: Schemas) -> bool:
    if "#" in target:
        return bool(found.target(target)) or not target.startswith("#")
    if "/" in target or target.endswith((".json", ".yaml", ".yml")):
        return True  # a file: what could not be had of it has been said
    return bool(found.target(f"#/components/schemas/{target}"))
