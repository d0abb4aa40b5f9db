"""Mends arguments that a model wrote almost right, where the schema leaves no doubt; what was mended is told once.

A value that its schema takes is never touched, nor one that the schema takes in several ways.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from pydantic_core import from_json

from keyhole.catalog.naming import loose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jsonschema_rs import ValidationError

    from keyhole.catalog.operation import Schema
    from keyhole.catalog.schema import Schemas
    from keyhole.gateway.problems import Path
    from keyhole.value import Value

_SAID = {
    "number": "strings taken as numbers",
    "boolean": "strings taken as booleans",
    "string": "numbers or booleans taken as strings",
    "list": "single values taken as lists of one",
    "time": "dates and times without a zone taken as UTC",
    "seconds": "times without seconds taken as the full minute",
    "date": "midnights taken as dates",
    "name": "names taken as the API spells them",
    "file": "texts that look like names of files, sent as the content of one",
}
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_SHOWN = 4
_MAX_DEPTH = 24
_MEMO = 4_000


class Notes:
    """What was mended in one run: a line a kind, whatever the number of calls."""

    def __init__(self) -> None:
        self._found: dict[str, Counter[str]] = {}

    def add(self, kind: str, what: str) -> None:
        """Count one thing that was mended, by its kind and the name that a program knows it by."""
        self._found.setdefault(kind, Counter())[what[:120]] += 1

    def lines(self) -> list[str]:
        """Give what the model is told."""
        return [f"{_SAID[kind]}: {_listed(found)}" for kind, found in self._found.items()]


def _listed(found: Counter[str]) -> str:
    names, times = list(found), found.total()
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more + (f" ({times:,} times)" if times > 1 else "")


def parsed(text: str) -> Value:
    """Read a body that was given as JSON text, where it is an object."""
    try:
        found: Value = from_json(text)
    except ValueError:
        return text
    return cast("Value", found) if isinstance(found, dict) else text


def mended(value: Value, kinds: set[str]) -> tuple[Value, str]:
    """Give a value the type that is wanted, where there is only one way to, and the kind of mending, "" for none."""
    new: Any = value
    if isinstance(value, str) and kinds and "string" not in kinds:
        new = from_text(value, kinds)
    elif isinstance(value, bool | int | float):
        new = _from_scalar(value, kinds)
    elif isinstance(value, dict) and kinds == {"array"}:
        new = [value]
    if isinstance(new, list) and not isinstance(value, list):
        return cast("Value", new), "list"
    if isinstance(new, str) != isinstance(value, str):
        return cast("Value", new), "string" if isinstance(new, str) else "boolean" if isinstance(
            new, bool
        ) else "number"
    return cast("Value", new), ""


def _from_scalar(value: float, kinds: set[str]) -> Value:
    if isinstance(value, float) and value.is_integer() and kinds & {"integer", "string"}:
        value = int(value)
    if kinds and kinds <= {"string", "null"}:
        return str(value).lower()
    return [value] if kinds and kinds <= {"array", "null"} else value


def from_text(text: str, kinds: set[str]) -> Value:
    """Give the number, boolean or list of one that a text stands for, or the text itself."""
    if kinds & {"integer", "number"} and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if "number" in kinds and re.fullmatch(r"-?\d{1,18}(\.\d{1,18})?([eE][+-]?\d{1,2})?", text):
        return float(text)
    if "boolean" in kinds and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return [text] if kinds <= {"array", "null"} and "," not in text else text


def misfit(error: ValidationError) -> set[str]:
    """Give the types of which a value had to be one, where that is all that is wrong with it."""
    kind, details = type(error.kind).__name__, error.kind.as_dict()
    if kind == "Type":
        return set(cast("list[str]", details["types"]))
    if kind != "AnyOf":
        return set()
    here, found = list(error.instance_path), set[str]()
    for branch in cast("list[list[ValidationError]]", details["context"]):
        if not (types := _types(branch, here)):
            return set()
        found.update(types)
    return found


def _types(branch: list[ValidationError], here: list[str | int]) -> list[str]:
    """Give the types that an alternative demands of the value itself, where it is of none of them."""
    for one in branch:
        if type(one.kind).__name__ == "Type" and list(one.instance_path) == here:
            return cast("list[str]", one.kind.as_dict()["types"])
    return []


def timely(value: Value, error: ValidationError) -> tuple[Value, str]:
    """Give a time the form that its format wants (RFC 3339, 5.6), and the kind of mending, "" for none.

    A date is its midnight, a time without a zone is one of UTC, as JavaScript reads the one and the sandbox the other.
    """
    wanted = error.kind.as_dict().get("format")
    if not isinstance(value, str) or not (found := _TIME.fullmatch(value)) or not _is_time(value):
        return value, ""
    date, time, seconds, zone = found.groups()
    if wanted == "date-time" and not (time and seconds and zone):
        return f"{date}T{time or '00:00'}{seconds or ':00'}{zone or 'Z'}", "seconds" if zone else "time"
    if wanted == "date" and time == "00:00" and not (seconds or "").strip(":.0") and zone in (None, "Z"):
        return date, "date"
    return value, ""


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def causes(error: ValidationError) -> Iterator[ValidationError]:
    """Give what is wrong inside the one alternative that a value can be meant as: the others are of other types."""
    if type(error.kind).__name__ not in ("AnyOf", "OneOfNotValid"):
        yield error
        return
    here = list(error.instance_path)
    branches = cast("list[list[ValidationError]]", error.kind.as_dict()["context"])
    meant = [branch for branch in branches if not _types(branch, here)]
    if len(meant) != 1:
        yield error
        return
    for one in meant[0]:
        yield from causes(one)


def at(value: Value, path: Path) -> Value:
    """Give what stands at a path; None where the path leads nowhere."""
    for step in path:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return None
    return value


def put(value: Value, path: Path, new: Value) -> Value:
    """Give `value` with another one at a path that is in it; what is given stays as it is."""
    if not path:
        return new
    first, *rest = path
    copy: Any = [*value] if isinstance(value, list) else {**value}
    copy[first] = put(copy[first], tuple(rest), new)
    return copy


def wildcard(name: str, path: Path) -> str:
    """Write a place whatever the position in its arrays: body.records[].ttl."""
    return name + "".join("[]" if isinstance(step, int) else f".{step}" for step in path)


class Speller:
    """Gives the fields of a value the names that a schema has for them, at any depth; `note` hears of each."""

    def __init__(self, schemas: Schemas, note: Callable[[str, str], None]) -> None:
        self._schemas = schemas
        self._note = note
        self._fields: dict[int, tuple[Any, Mapping[str, list[Schema]], dict[str, list[str]]]] = {}

    def spelt(self, value: Value, schema: Any, path: Path = ()) -> Value:
        """Give the value with its fields renamed, itself where there is nothing to rename."""
        if len(path) > _MAX_DEPTH:
            return value
        found = self._schemas.resolve(schema)
        if isinstance(value, dict) and isinstance(found.get("items"), dict):  # one where several are wanted
            schema = found["items"]
            found = self._schemas.resolve(schema)
        if isinstance(value, dict):
            return self._object(cast("dict[str, Value]", value), schema, found, path)
        if isinstance(value, list):
            return self._list(cast("list[Value]", value), found, path)
        return value

    def _list(self, value: list[Value], found: Schema, path: Path) -> list[Value]:
        items = found.get("items")
        if not isinstance(items, dict):
            return value
        made: list[Value] = [self.spelt(one, items, (*path, place)) for place, one in enumerate(value)]
        return made if any(new is not old for new, old in zip(made, value, strict=True)) else value

    def _object(self, value: dict[str, Value], schema: Any, found: Schema, path: Path) -> Value:
        fields, spellings = self._known(schema, found)
        if not fields:
            return value
        made: dict[str, Value] = {}
        changed = False
        for key, held in value.items():
            name = key if key in fields else self._meant(key, value, fields, spellings)
            known = fields.get(name, [])
            inner = self.spelt(held, known[0], (*path, name)) if len(known) == 1 else held
            changed = changed or name != key or inner is not held
            if name != key:
                self._note(key, ".".join(str(step) for step in (*path, name) if isinstance(step, str)))
            made[name] = inner
        return made if changed else value

    def _meant(
        self, key: str, value: dict[str, Value], fields: Mapping[str, list[Schema]], spellings: dict[str, list[str]]
    ) -> str:
        alike = spellings.get(loose(key), []) if loose(key) else []
        if len(alike) != 1 or alike[0] in value or sum(loose(one) == loose(key) for one in value) > 1:
            return key
        return alike[0] if alike[0] in fields else key

    def _known(self, schema: Any, found: Schema) -> tuple[Mapping[str, list[Schema]], dict[str, list[str]]]:
        kept = self._fields.get(id(schema))
        if kept is not None and kept[0] is schema:
            return kept[1], kept[2]
        fields = self._schemas.variants(found)
        spellings: dict[str, list[str]] = {}
        for name in fields if not self._open(found) else ():
            spellings.setdefault(loose(name), []).append(name)
        if len(self._fields) < _MEMO:
            self._fields[id(schema)] = (schema, fields, spellings)
        return fields, spellings

    def _open(self, found: Schema) -> bool:
        """Say whether an object may have fields of any name: then one that is spelt otherwise may be meant so."""
        parts = [found, *(self._schemas.resolve(one) for one in cast("list[Any]", found.get("allOf") or ()))]
        return any(
            part.get("additionalProperties") not in (None, False) or part.get("patternProperties") for part in parts
        )
