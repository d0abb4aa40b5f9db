"""A part of a document's schemas as one JSON Schema 2020-12, for validating: bounded, and only what a validator takes.

Whatever is cut or left out only ever allows more: that is why `not`, `if` and `contains`, which turn around what is
cut inside them, are left out whole, and why a recursive type is checked one round deep, and for its kind below.
"""

from __future__ import annotations

import re
from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyhole.catalog.schema import Schemas

Schema = dict[str, Any]

BACKTRACK_LIMIT = 100_000
REGEX_BYTES = 1 << 20
"""Regular expressions of a document are hostile: what exceeds these does not compile, or is not judged by."""

_MAX_DEFS = 120
_MAX_NODES = 20_000
_MAX_NESTING = 48
_MAX_PATTERN = 1_000
_MAX_EXPANDED = 100_000
"""Nodes, every reference written out: what one validator may cost for one value."""

_MAX_BOUND = 1e300
_TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_FORMATS = frozenset({"date-time", "date", "uuid", "email", "ipv4", "ipv6", "uri", "hostname", "byte"})


def _is_base64(text: str) -> bool:
    """Say whether a text is base64 (RFC 4648): of either alphabet, in lines, without its padding, in a data URL."""
    bare = re.sub(r"[\r\n]|^data:[^,]{0,200};base64,", "", text)
    if re.fullmatch(r"[A-Za-z0-9+/_-]*={0,2}", bare) is None or len(bare.rstrip("=")) % 4 == 1:
        return False
    return not bare.endswith("=") or len(bare) % 4 == 0


FORMATS: dict[str, Callable[[str], bool]] = {
    # By the letter, brackets and umlauts are wrong, and servers take them: refused is what is surely something else.
    "email": lambda text: re.fullmatch(r"[^@\s]+@[^@\s]+", text) is not None,
    "uri": lambda text: re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"]*", text) is not None,
    "hostname": lambda text: re.fullmatch(r"[^\s/@?#]+", text) is not None,
    "byte": _is_base64,
}
"""How a validator checks the formats that its own check is too strict for."""

_COMPOSED = ("allOf", "anyOf", "oneOf", "$ref")


def sliced(schema: Any, schemas: Schemas, *, depth: int, request: bool) -> Schema:
    """Do what `Schemas.slice` says."""
    work = _Slice(schemas, depth, request=request)
    result = work.run(schema)
    return result if isinstance(result, dict) else {}


class _Slice:
    def __init__(self, schemas: Schemas, depth: int, *, request: bool) -> None:
        self.schemas = schemas
        self.depth = depth
        self.hidden = "readOnly" if request else "writeOnly"
        self.keys: dict[str, str] = {}
        self.queue: deque[tuple[str, int]] = deque()
        self.nodes = 0
        self.hops = 0
        self.at = ""
        self.around: list[Schema] = []  # what the schema being converted is a member of, by allOf and the like
        self.links: dict[str, list[tuple[Schema, str]]] = {"": []}
        self.sizes: dict[str, int] = {}

    def run(self, schema: Any) -> Schema | bool:
        top = self.convert(schema, 0)
        self.sizes[""] = self.nodes
        defs: Schema = {}
        while self.queue:
            ref, self.hops = self.queue.popleft()
            self.at = self.keys[ref]
            self.links[self.at] = []
            before = self.nodes
            defs[self.at] = self.convert(self.schemas.target(ref), 0)
            self.sizes[self.at] = self.nodes - before
        if not isinstance(top, dict):
            return top
        self._untangle("", set(), defs)
        return {**top, "$defs": defs} if defs else top

    def _untangle(self, key: str, above: set[str], defs: Schema) -> int:
        """Cut the references that close a circle, and those beyond `_MAX_EXPANDED`; give the expanded size of `key`.

        Alternatives that lead back to themselves would let a document make one check take time without end.
        """
        links = self.links.pop(key, [])
        for link, target in links:
            size = 0 if target in above or target == key else self._untangle(target, above | {key}, defs)
            if not size or self.sizes[key] + size > _MAX_EXPANDED:
                del link["$ref"]
                if "type" not in link and isinstance(defs[target], dict) and "type" in defs[target]:
                    link["type"] = defs[target]["type"]
            else:
                self.sizes[key] += size
        return self.sizes[key]

    def convert(self, schema: Any, nesting: int, *, open_: bool = False) -> Schema | bool:
        """Convert one schema; `open_` drops `additionalProperties: false`, which no member of an `allOf` means."""
        self.nodes += 1
        if not isinstance(schema, dict) or nesting > _MAX_NESTING or self.nodes > _MAX_NODES:
            return schema is not False
        source = cast("Schema", schema)
        result: Schema = {}
        if isinstance(ref := source.get("$ref"), str):
            self._ref(ref, result)
            if self.schemas.dialect != "3.1":
                return result
        self._composition(source, result, nesting)
        self._object(source, result, nesting, open_=open_ or "allOf" in source or "$ref" in result)
        self._array(source, result, nesting)
        _scalars(source, result)
        return _nullable(result) if source.get("nullable") is True or source.get("x-nullable") is True else result

    def _ref(self, ref: str, result: Schema) -> None:
        if ref not in self.keys:
            if self.hops >= self.depth or len(self.keys) >= _MAX_DEFS:
                return
            self.keys[ref] = f"{self.schemas.name(ref)}_{len(self.keys)}"
            self.queue.append((ref, self.hops + 1))
        result["$ref"] = f"#/$defs/{self.keys[ref]}"
        self.links[self.at].append((result, self.keys[ref]))

    def _composition(self, source: Schema, result: Schema, nesting: int) -> None:
        branches: list[Schema] = []
        for keyword in ("allOf", "anyOf", "oneOf"):
            members = source.get(keyword)
            if not isinstance(members, list) or not members:
                continue
            open_ = keyword == "allOf"
            items = cast("list[Any]", members)
            self.around.append(source)
            converted = [self.convert(item, nesting + 1, open_=open_) for item in items]
            self.around.pop()
            if open_:
                result["allOf"] = converted
            elif True not in converted and {} not in converted:
                branches.append({"anyOf": converted})
        named = self._discriminator(source)
        if branches and named:
            result["required"] = [named]
        if len(branches) == 1:
            result.update(branches[0])
        elif branches:
            result["allOf"] = [*result.get("allOf", []), *branches]

    def _discriminator(self, source: Schema) -> str:
        """Give the property that tells the alternatives apart, where each has it: none can be chosen without."""
        said = source.get("discriminator")
        name = cast("Schema", said).get("propertyName") if isinstance(said, dict) else None
        members = source.get("oneOf") or source.get("anyOf")
        if not isinstance(name, str) or not isinstance(members, list):
            return ""
        return name if all(name in self.schemas.fields(one) for one in cast("list[Any]", members)) else ""

    def _object(self, source: Schema, result: Schema, nesting: int, *, open_: bool) -> None:
        properties = source.get("properties")
        if isinstance(properties, dict):
            items = cast("dict[str, Any]", properties).items()
            around, self.around = self.around, []
            result["properties"] = {str(name): self.convert(value, nesting + 1) for name, value in items}
            self.around = around
        if self.schemas.dialect == "3.1" and isinstance(source.get("patternProperties"), dict):
            patterns = cast("dict[str, Any]", source["patternProperties"])
            kept = {name: self.convert(value, nesting + 1) for name, value in patterns.items() if compiles(name)}
            result["patternProperties"] = kept
            open_ = open_ or len(kept) < len(patterns)
        extra = source.get("additionalProperties")
        if isinstance(extra, dict):
            if not open_:
                result["additionalProperties"] = self.convert(extra, nesting + 1)
        elif extra is False and not open_ and isinstance(properties, dict):
            result["additionalProperties"] = False
        required = source.get("required")
        if isinstance(required, list) and required:
            waived = self.schemas.waived(source) if self.hidden == "readOnly" else ()
            names = [name for name in cast("list[Any]", required) if isinstance(name, str) and name not in waived]
            shown = [
                name
                for name in dict.fromkeys([*result.get("required", []), *names])
                if not self._is_hidden(source, name)
            ]
            if len(shown) < len(set(names)) and "id" in shown:
                shown.remove("id")  # a list that names what only an answer has was written for the answer
            result["required"] = shown

    def _is_hidden(self, source: Schema, name: str) -> bool:
        """Say whether a property is the other direction's, as said here, in an alternative, or around this."""
        for schema in (source, *reversed(self.around)):
            if (found := self.schemas.fields(schema).get(name)) is not None:
                return found.get(self.hidden) is True or self.schemas.says(found, self.hidden)
        return False

    def _array(self, source: Schema, result: Schema, nesting: int) -> None:
        items = source.get("items")
        prefix = source.get("prefixItems")
        if isinstance(items, list):  # a tuple of older drafts
            prefix, items = cast("list[Any]", items), None
        if isinstance(prefix, list) and prefix:
            result["prefixItems"] = [self.convert(item, nesting + 1) for item in cast("list[Any]", prefix)]
        if isinstance(items, dict) or (items is False and isinstance(prefix, list)):
            result["items"] = self.convert(items, nesting + 1)
        if source.get("uniqueItems") is True:
            result["uniqueItems"] = True


def _scalars(source: Schema, result: Schema) -> None:
    kinds = _kinds(source.get("type"))
    if kinds:
        result["type"] = kinds[0] if len(kinds) == 1 else kinds
    values = source.get("enum")
    if isinstance(values, list) and values:
        options = cast("list[Any]", values)
        # An enum whose values contradict its type (YAML's yes/no, numbers in quotes) says nothing certain.
        if not kinds or any(fits(value, kinds) for value in options):
            result["enum"] = options
    if "const" in source and (not kinds or fits(source["const"], kinds)):
        result["const"] = source["const"]
    if isinstance(pattern := source.get("pattern"), str) and compiles(pattern):
        result["pattern"] = pattern
    if (named := source.get("format")) in _FORMATS and all(_is_of(named, one) for one in _given(source)):
        result["format"] = named
    _bounds(source, result)


def _given(source: Schema) -> list[Any]:
    """Give the values that a document itself has for a schema: a format that they are not of says nothing certain."""
    values = [source[key] for key in ("example", "default", "const") if key in source]
    for key in ("examples", "enum"):
        if isinstance(found := source.get(key), list):
            values += cast("list[Any]", found)
    return values


def _bounds(source: Schema, result: Schema) -> None:
    for keyword in _COUNTS:
        value = source.get(keyword)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            result[keyword] = value
    for keyword in _NUMBERS:
        value: Any = source.get(keyword)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _MAX_BOUND:
            result[keyword] = value
    for edge in ("Minimum", "Maximum"):  # OpenAPI 3.0 and older: the exclusive keyword is a flag on the plain one
        if source.get(f"exclusive{edge}") is True and edge.lower() in result:
            result[f"exclusive{edge}"] = result.pop(edge.lower())
    step = source.get("multipleOf")
    if isinstance(step, int | float) and not isinstance(step, bool) and 0 < step < _MAX_BOUND:
        result["multipleOf"] = step


def _kinds(declared: Any) -> list[str]:
    kinds = cast("list[Any]", declared) if isinstance(declared, list) else [declared]
    if not all(isinstance(kind, str) and kind in _TYPES for kind in kinds):
        return []
    return list(dict.fromkeys(cast("list[str]", kinds)))


def fits(value: Any, kinds: list[str]) -> bool:
    """Say whether a JSON value is of one of the JSON Schema types `kinds`."""
    if value is None:
        kind = {"null"}
    elif isinstance(value, bool):
        kind = {"boolean"}
    elif isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        kind = {"integer", "number"}
    elif isinstance(value, float):
        kind = {"number"}
    elif isinstance(value, str):
        kind = {"string"}
    else:
        kind = {"array"} if isinstance(value, list) else {"object"}
    return bool(kind & set(kinds))


def _nullable(schema: Schema) -> Schema:
    if not schema:
        return schema
    kind = schema.get("type")
    if not kind or any(keyword in schema for keyword in (*_COMPOSED, "const")):
        return {"anyOf": [schema, {"type": "null"}]}
    kinds = cast("list[str]", kind) if isinstance(kind, list) else [cast("str", kind)]
    schema["type"] = list(dict.fromkeys([*kinds, "null"]))
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    return schema


def _is_of(name: str, value: Any) -> bool:
    return not isinstance(value, str) or _fits_format(name, value)


@lru_cache(maxsize=4096)
def _fits_format(name: str, value: str) -> bool:
    import jsonschema_rs  # noqa: PLC0415  (60 ms that searching and starting do not need)

    return jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True, formats=FORMATS).is_valid(value)


@lru_cache(maxsize=4096)
def compiles(pattern: str) -> bool:
    """Say whether a `pattern` is a regular expression that values can be held against."""
    if len(pattern) > _MAX_PATTERN:
        return False
    import jsonschema_rs  # noqa: PLC0415  (60 ms that searching and starting do not need)

    options = jsonschema_rs.FancyRegexOptions(BACKTRACK_LIMIT, size_limit=REGEX_BYTES, dfa_size_limit=REGEX_BYTES)
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=options, offline=True)
    except (ValueError, jsonschema_rs.ValidationError):
        return False
    return True
