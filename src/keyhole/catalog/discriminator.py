"""Discriminators (OpenAPI 3.1.1, section 4.8.25): which value of which property means which schema."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from keyhole.catalog.schema import Schemas

Schema = dict[str, Any]

_MAX_HEIRS = 60
_NAMED_VALUE = "x-ms-discriminator-value"


@dataclass(frozen=True, slots=True)
class Discriminator:
    """`name` is the property; `mapped` the values by reference, as far as the document says them.

    `default` is the schema of what has no such property, or another value (OpenAPI 3.2, Discriminator Object).
    """

    name: str
    mapped: dict[str, list[str]]
    default: str = ""

    def values(self, ref: str, schemas: Schemas) -> list[str]:
        """Give the values that mean the schema that `ref` points at: as mapped, else its own name."""
        named = schemas.target(ref).get(_NAMED_VALUE)
        return self.mapped.get(ref) or [named if isinstance(named, str) else _last(ref)]

    def said(self, option: Any, schemas: Schemas) -> Any:
        """Give an alternative with its value written out; as it is where it is no reference, or says so itself."""
        found = cast("Schema", option) if isinstance(option, dict) else {}
        ref = found.get("$ref")
        if not isinstance(ref, str):
            return cast("Any", option)
        if ref == self.default:
            return found
        own = schemas.resolve(schemas.properties(found).get(self.name))
        values = self.values(ref, schemas)
        known = own.get("enum")
        if "const" in own or (
            isinstance(known, list) and (len(cast("list[Any]", known)) == 1 or values[0] not in known)
        ):
            return found
        return {"allOf": [found], "properties": {self.name: {"enum": values}}, "required": [self.name]}


def discriminator_of(schema: Schema, schemas: Schemas) -> Discriminator | None:
    """Read the discriminator of a schema without a `$ref`; None where it has none."""
    raw = schema.get("discriminator")
    if isinstance(raw, str) and raw:  # Swagger 2.0
        return Discriminator(raw, {})
    if not isinstance(raw, dict):
        return None
    found = cast("Schema", raw)
    # Microsoft Graph maps hundreds of values, and is asked for them all the time.
    known: tuple[Schema, Discriminator | None] | None = schemas.memo.get(id(found))
    if known is None or known[0] is not found:
        known = schemas.memo[id(found)] = (found, _read(found))
    return known[1]


def _read(raw: Schema) -> Discriminator | None:
    name, mapping = raw.get("propertyName"), raw.get("mapping")
    if not isinstance(name, str) or not name:
        return None
    mapped: dict[str, list[str]] = {}
    for value, target in cast("Schema", mapping).items() if isinstance(mapping, dict) else ():
        if isinstance(target, str):
            mapped.setdefault(_reference(target), []).append(value)
    default = raw.get("defaultMapping")
    return Discriminator(name, mapped, _reference(default) if isinstance(default, str) and default else "")


def _reference(target: str) -> str:
    return target if "#" in target or "/" in target else f"#/components/schemas/{target}"


def told(properties: dict[str, Schema], schema: Schema, ref: str, schemas: Schemas) -> dict[str, Schema]:
    """Give the properties of the schema at `ref`, with the value that tells it from others made from the same."""
    parents = schema.get("allOf")
    for parent in cast("list[Any]", parents) if isinstance(parents, list) else ():
        kind = discriminator_of(schemas.resolve(parent), schemas)
        if kind and kind.name in properties:
            values = kind.values(ref, schemas)
            if _open(schemas.resolve(properties[kind.name]), values):
                return {**properties, kind.name: {"enum": values}}
    return properties


def offspring(schema: Any, schemas: Schemas) -> dict[str, Schema]:
    """Give the fields that only the schemas have which are made from one that `schema` refers to."""
    ref = cast("Schema", schema).get("$ref") if isinstance(schema, dict) else None
    kind = discriminator_of(schemas.resolve(schema), schemas)
    found: dict[str, Schema] = {}
    for heir in heirs(ref, kind, schemas) if isinstance(ref, str) and kind else ():
        for name, field in schemas.properties({"$ref": heir}).items():
            found.setdefault(name, field)
    return found


def heirs(ref: str, kind: Discriminator, schemas: Schemas) -> list[str]:
    """Give references to the schemas that are made from the one at `ref`: mapped, or with it in their `allOf`."""
    known = [*islice(kind.mapped, _MAX_HEIRS), kind.default]
    found = dict.fromkeys(target for target in known if target and schemas.target(target))
    queue = [ref]
    while queue and len(found) < _MAX_HEIRS:
        for child in schemas.children(queue.pop()):
            if child not in found:
                found[child] = None
                queue.append(child)
    found.pop(ref, None)
    return list(found)[:_MAX_HEIRS]


def parted(ref: str, kind: Discriminator, schemas: Schemas) -> tuple[Schema, list[Schema]] | None:
    """Part the schema at `ref`, which others are made from, into what all have and one alternative for each."""
    mark = ("parted", ref)
    if mark not in schemas.memo:
        schemas.memo[mark] = _parted(ref, kind, schemas)
    return cast("tuple[Schema, list[Schema]] | None", schemas.memo[mark])


def _parted(ref: str, kind: Discriminator, schemas: Schemas) -> tuple[Schema, list[Schema]] | None:
    own = schemas.properties({"$ref": ref})
    children = heirs(ref, kind, schemas)
    if not children or kind.name not in own:
        return None
    needed = schemas.required({"$ref": ref})
    base: Schema = {
        "type": "object",
        "properties": {name: schema for name, schema in own.items() if name != kind.name},
        "required": [name for name in own if name in needed and name != kind.name],
    }
    options: list[Schema] = []
    for child in children:
        fields = schemas.properties({"$ref": child})
        more = {name: schema for name, schema in fields.items() if name not in own}
        required = [name for name in more if name in schemas.required({"$ref": child})]
        said: Schema = {"enum": kind.values(child, schemas)}
        if child == kind.default:
            said = own[kind.name]
        else:
            required = [kind.name, *required]
        options.append({"type": "object", "properties": {kind.name: said, **more}, "required": required})
    return base, options


def _open(schema: Schema, values: list[str]) -> bool:
    """Say whether a property leaves open which of the values it has."""
    known = schema.get("enum")
    listed = cast("list[Any]", known) if isinstance(known, list) else None
    return "const" not in schema and (listed is None or (len(listed) > 1 and values[0] in listed))


def _last(ref: str) -> str:
    return ref.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
