"""Damages valid arguments in every way that a schema can tell: each damaged case is one that its schemas forbid."""

from __future__ import annotations

import copy
import random
import re
from typing import TYPE_CHECKING, Any

from judge_cases import Case, Operations, schema_of
from judge_drawing import UndrawableError

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEPTH = 5
_WRONG_FORMAT = {
    "date-time": "yesterday",
    "date": "2026-13-45",
    "uuid": "not-a-uuid",
    "email": "nobody",
    "ipv4": "300.1.2.3",
    "ipv6": "gg::1",
    "uri": "no uri",
    "byte": "no base64",
}
_NUMBERS = ("integer", "number")


class Damages:
    """Draws damaged cases for the operations of one document, from `valid` ones."""

    def __init__(self, operations: Operations, most: int) -> None:
        self._operations = operations
        self._most = most

    def of(self, operation: dict[str, Any], parameters: list[dict[str, Any]], valid: list[Case]) -> list[Case]:
        """Give at most so many damaged cases of an operation, of as many kinds as there are."""
        base = next((case for case in valid if case.kind == "everything"), valid[0] if valid else None)
        if base is None or base.kind == "a contradiction":
            return []
        return self._chosen(list(self._all(operation, parameters, base)), base.operation)

    def _chosen(self, proposed: list[tuple[Case, Any]], seed: str) -> list[Case]:
        """Take one of each kind first, then others, by chance but the same each time; what is not wrong is left out."""
        chance = random.Random(seed)
        chance.shuffle(proposed)
        seen: dict[str, int] = {}
        order = []
        for case, schema in proposed:
            kind = case.kind.partition(":")[0]
            seen[kind] = seen.get(kind, 0) + 1
            order.append((seen[kind], len(order), case, schema))
        found: dict[str, Case] = {}
        for _, _, case, schema in sorted(order, key=lambda one: one[:2]):
            if len(found) == self._most:
                break
            if schema is None or self._operations.reference.problem(schema, case.body):
                found.setdefault(case.key(), case)
        return list(found.values())

    def _all(
        self, operation: dict[str, Any], parameters: list[dict[str, Any]], base: Case
    ) -> Iterator[tuple[Case, Any]]:
        """Propose every damage, with the schema that has to find the body wrong; none where it is certain."""
        by_name = {(one["in"], one["name"]): one for one in parameters}
        for index, (place, name, value) in enumerate(base.parameters):
            parameter = by_name[place, name]
            rest = [*base.parameters[:index], *base.parameters[index + 1 :]]
            if parameter.get("required") and place != "path":
                yield self._like(base, f"missing: {place} {name}", rest), None
            for reason, bad in self._in_text(schema_of(parameter), value):
                yield self._like(base, f"{reason}: {place} {name}", [*rest, (place, name, bad)]), None
        content, needed = self._operations.content(operation)
        if base.media and needed:
            yield Case(base.operation, "missing: body", base.parameters), None
        kind = base.media.partition(";")[0]
        if not base.media or not ("json" in kind or "form" in kind) or "ndjson" in kind:
            return
        schema = content[base.media].get("schema", {})
        for path, reason, bad in self._in_value(schema, base.body, 0):
            if "form" in kind and (reason.startswith(("wrong type", "null")) or not path):
                continue  # a form holds texts: one type looks like another
            kind_of_damage = f"{reason}: body {'.'.join(map(str, path))}"
            body = _with(base.body, path, bad)
            yield Case(base.operation, kind_of_damage, base.parameters, base.media, body), schema

    def _like(self, base: Case, kind: str, parameters: list[Any]) -> Case:
        return Case(base.operation, kind, parameters, base.media, base.body)

    def _in_text(self, schema: Any, value: Any) -> Iterator[tuple[str, Any]]:
        """Damage a parameter's value so that its text on the wire is wrong as well."""
        drawing = self._operations._plain
        try:
            found = drawing.flat(schema)
        except UndrawableError:
            return
        kind = drawing._kind(found)
        if isinstance(value, list):
            for reason, bad in self._in_text(found.get("items", {}), value[0] if value else ""):
                yield f"{reason} in an item", [bad]
            yield from self._sizes(found, value)
        elif isinstance(value, dict):
            for name in found.get("required", ()):
                yield "missing field", {key: item for key, item in value.items() if key != name}
        else:
            candidates = list(self._scalars(found, value))
            if kind in _NUMBERS and not isinstance(value, str):
                candidates.append(("wrong type", "no number"))
            if kind == "boolean":
                candidates.append(("wrong type", "perhaps"))
            for reason, bad in candidates:
                if bad != "" and self._operations.reference.problem(schema, bad):
                    yield reason, bad

    def _in_value(self, schema: Any, value: Any, depth: int) -> Iterator[tuple[tuple[Any, ...], str, Any]]:
        drawing = self._operations._plain
        try:
            found = drawing.flat(schema)
        except UndrawableError:
            return
        kinds = {
            "string": 12345,
            "integer": "no number",
            "number": "no number",
            "boolean": "perhaps",
            "array": {"a": 1},
            "object": ["a"],
        }
        kind = drawing._kind(found)
        if kind in kinds:
            yield (), "wrong type", kinds[kind]
        if value is not None:
            yield (), "null", None
        if isinstance(value, dict):
            yield from self._fields(found, value, depth)
        elif isinstance(value, list):
            for reason, bad in self._sizes(found, value):
                yield (), reason, bad
            if value and depth < _DEPTH:
                for path, reason, bad in self._in_value(found.get("items", {}), value[0], depth + 1):
                    yield (0, *path), reason, bad
        else:
            for reason, bad in self._scalars(found, value):
                yield (), reason, bad

    def _fields(
        self, found: dict[str, Any], value: dict[str, Any], depth: int
    ) -> Iterator[tuple[tuple[Any, ...], str, Any]]:
        if set(value) == {"$bytes"}:
            return
        for name in found.get("required", ()) if isinstance(found.get("required"), list) else ():
            yield (), "missing field", {key: item for key, item in value.items() if key != name}
        yield (), "unknown field", {**value, "nobody_knows_this": 1}
        if found.get("maxProperties") is not None and found["maxProperties"] < 100:
            yield (
                (),
                "too many fields",
                {**value, **{f"more{index}": "x" for index in range(found["maxProperties"] + 1)}},
            )
        properties = found.get("properties", {})
        for name, item in value.items():
            schema = properties.get(name, found.get("additionalProperties"))
            if isinstance(schema, dict) and depth < _DEPTH:
                for path, reason, bad in self._in_value(schema, item, depth + 1):
                    yield (name, *path), reason, bad

    def _sizes(self, found: dict[str, Any], value: list[Any]) -> Iterator[tuple[str, list[Any]]]:
        if found.get("minItems", 0) > 1:
            yield "too few items", value[: found["minItems"] - 1]
        if value and found.get("maxItems", 1000) < 1000:
            yield "too many items", [copy.deepcopy(value[0]) for _ in range(found["maxItems"] + 1)]
        if value and found.get("uniqueItems"):
            yield "repeated items", [value[0], copy.deepcopy(value[0])]

    def _scalars(self, found: dict[str, Any], value: Any) -> Iterator[tuple[str, Any]]:
        if found.get("enum") or "const" in found:
            yield "not in the enum", "nothing-of-that" if isinstance(value, str) else 987654
        if isinstance(value, str):
            most, least = found.get("maxLength"), found.get("minLength", 0)
            if most is not None and most < 5000:
                yield "too long", (value or "x") + "x" * (most + 1 - len(value))
            if least > 1:
                yield "too short", value[: least - 1] or "x"
            if found.get("pattern"):
                yield "pattern", "!?" + re.sub(r"\w", "~", value)[:20]
            if found.get("format") in _WRONG_FORMAT:
                yield f"format {found['format']}", _WRONG_FORMAT[found["format"]]
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            if found.get("minimum") is not None and abs(found["minimum"]) < 2**52:
                yield "too small", found["minimum"] - 1
            if found.get("maximum") is not None and abs(found["maximum"]) < 2**52:
                yield "too large", found["maximum"] + 1
            if found.get("type") == "integer":
                yield "a fraction", 1.5
            elif found.get("multipleOf"):
                yield "multiple", found["multipleOf"] * 1.5


def _with(value: Any, path: tuple[Any, ...], bad: Any) -> Any:
    if not path:
        return bad
    made = copy.copy(value)
    made[path[0]] = _with(value[path[0]], path[1:], bad)
    return made
