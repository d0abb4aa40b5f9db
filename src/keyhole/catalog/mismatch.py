"""How a value differs from the schema that promises it: where, in which way, and which part of the schema says so.

Types and places are told, never values, nor names that only the value has: they are an API's, and may be secrets.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from keyhole.catalog.slice import REGEX_BYTES
from keyhole.catalog.wording import comment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema_rs import Draft202012Validator, ValidationError

    from keyhole.catalog.schema import Schemas
    from keyhole.catalog.spot import Spot

Schema = dict[str, Any]

WORK = 400_000
"""Nodes of a value times the subschemas that judge one of them: what one comparison may cost, some 20 ms."""

_ITEMS = (50, 8, 2)
_TOLD = 40_000
_COPIED = 50_000
_MAX_ERRORS = 200
_MAX_TOLD = 40
_GRAVE = ("type", "null", "alternatives", "missing")
_SHOWN = 60
_KINDS = {
    "Type": "type", "AnyOf": "alternatives", "Required": "missing", "Enum": "enum", "AdditionalProperties": "extra",
    "Minimum": "minimum", "Maximum": "maximum", "ExclusiveMinimum": "minimum", "ExclusiveMaximum": "maximum",
    "MinLength": "minLength", "MaxLength": "maxLength", "MinItems": "minItems", "MaxItems": "maxItems",
    "MinProperties": "minProperties", "MaxProperties": "maxProperties", "MultipleOf": "multipleOf",
    "UniqueItems": "uniqueItems", "Pattern": "pattern", "Constant": "const",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One way in which values differ: `kind` is null, type, missing, enum, extra, alternatives or the name of a bound.

    `at` is the place in the value, items as `[*]`; `spot` the part of the schema that says otherwise; `found` the JSON
    type there, `declared` what there should be. `name` is the missing property's. `sure`
    is false where several alternatives are meant, and this is of the likeliest.
    """

    kind: str
    at: str
    found: str
    declared: str
    spot: Spot
    name: str = ""
    sure: bool = True

    @property
    def gravity(self) -> int:
        """Where it is told: 0 a wrong type, 1 something missing, 2 the rest."""
        return 2 if self.kind not in _GRAVE else int(self.kind == "missing")

    @property
    def text(self) -> str:
        """The mismatch in a line."""
        match self.kind:
            case "null" | "type":
                return f"{self.at} is {self.found}, not {self.declared}"
            case "missing":
                return f"{self.at} is missing"
            case "enum":
                return f"{self.at} is none of its {self.declared} values"
            case "extra":
                return f"{self.at} has a field that is not declared"
            case "alternatives":
                return f"{self.at} is none of its {self.declared} alternatives"
            case _:
                return f"{self.at} is not as its `{self.kind}` says"


class Comparer:
    """Compares values with one schema. With `each`, the value is a list, and the schema that of its items.

    Raises `ValueError` where the schema cannot be compiled. Safe to share between threads.
    """

    def __init__(self, spot: Spot, schemas: Schemas, *, each: bool = False, request: bool = False) -> None:
        self._spot = spot
        self._each = each
        sliced = schemas.slice(spot.value, request=request)
        defs = sliced.pop("$defs", {})
        whole: Schema = {"type": "array", "items": sliced} if each else sliced
        self._validator = _compiled({**whole, "$defs": defs} if defs else whole)
        self.weight = _Weight(cast("dict[str, Any]", defs)).heaviest(whole)

    def differences(self, value: Any, size: int) -> list[Mismatch]:
        """Give how a JSON value differs, each kind at each place once; none where it does not, or is too much to say.

        Wrong types come first, then what is missing: a program fails on them before it does on the rest.

        `size` is the length of its JSON text in bytes. Never raises.
        """
        try:
            if size // 2 * self.weight > WORK:
                value = _cut(value, [min(_COPIED, WORK // self.weight)], _ITEMS[0])
            if self._validator.is_valid(value):
                return []
            return self._told(value)
        except (_TooMuchError, ValueError, RecursionError):
            return []

    def _told(self, value: Any) -> list[Mismatch]:
        found: dict[tuple[str, str], Mismatch] = {}
        for items in _ITEMS:
            with suppress(_TooMuchError):
                # The validator finds every error before it gives one, so it is given little.
                short = _cut(value, [_TOLD // self.weight], items)
                for error in islice(self._validator.iter_errors(short), _MAX_ERRORS):
                    if type(error.kind).__name__ not in ("MinItems", "UniqueItems"):  # of a list that was cut
                        self._note(error, found)
                break
        if not found:
            for error in _first(self._validator, value):
                self._note(error, found)
        nulls = {one.at for one in found.values() if one.kind == "null"}
        told = [one for one in found.values() if one.kind == "null" or one.at not in nulls]
        return sorted(told, key=lambda one: one.gravity)[:_MAX_TOLD]

    def _note(self, error: ValidationError, found: dict[tuple[str, str], Mismatch]) -> None:
        mismatch = self._mismatch(error)
        if mismatch is not None:
            found.setdefault((mismatch.kind, mismatch.at), mismatch)

    def _mismatch(  # noqa: PLR0911  (one kind after another)
        self, error: ValidationError
    ) -> Mismatch | None:
        kind, details = type(error.kind).__name__, error.kind.as_dict()
        if kind == "AnyOf" and (inner := _closest(error, details["context"])) is not None:
            found = self._mismatch(inner[0])
            return replace(found, sure=inner[1]) if found and found.sure else found
        at, spot = self._place(list(error.instance_path))
        here = Mismatch(_KINDS.get(kind, ""), at, _kind(error.instance), "", spot)
        match here.kind:
            case "type" | "alternatives" if error.instance is None:
                return replace(here, kind="null", declared=_named(details.get("types")) or "what it says")
            case "type":
                return replace(here, declared=_named(details["types"]))
            case "alternatives":
                return replace(here, declared=str(len(details["context"])))
            case "missing":
                name = str(details["property"])
                return replace(here, at=at + _step(name), name=name, spot=spot.part_with(f"required:{name}"))
            case "enum":
                return replace(here, declared=str(len(details["options"])), spot=spot.part_with("enum"))
            case "extra":
                return replace(here, spot=spot.part_with("additionalProperties"))
            case _:
                return here if here.kind else None

    def _place(self, path: list[str | int]) -> tuple[str, Spot]:
        """Say where a path leads, a name that is not declared as `*`; and which schema is there, as far as it goes."""
        text, spot, steps = "$", self._spot, path
        if self._each and path:
            text, steps = "$[*]", path[1:]
        for step in steps:
            found = spot.schema_of(step)
            declared = found is not None and found.parts[-2:] == ("properties", step)
            text += "[*]" if isinstance(step, int) else _step(step) if declared else ".*"
            spot = found if found is not None else spot
        return text, spot


class _TooMuchError(Exception):
    """The value is too large for what judges it."""


class _Weight:
    """How many subschemas judge one node of a value, at most: what a document can multiply the cost by."""

    def __init__(self, defs: dict[str, Any]) -> None:
        self._defs = defs
        self._known: dict[str, int] = {}
        self._heaviest = 1

    def heaviest(self, schema: Any) -> int:
        for one in (schema, *self._defs.values()):
            self._visit(one)
        return self._heaviest

    def _visit(self, schema: Any) -> int:
        if not isinstance(schema, dict):
            return 1
        found = cast("Schema", schema)
        weight = 1 + len(found.get("enum", ())) // 4 + len(found.get("required", ())) // 4
        for keyword in ("allOf", "anyOf"):
            weight += sum(self._visit(member) for member in found.get(keyword, ()))
        if isinstance(ref := found.get("$ref"), str):
            weight += self._target(ref.rpartition("/")[2])
        for keyword in ("properties", "patternProperties"):
            for child in cast("dict[str, Any]", found.get(keyword, {})).values():
                self._visit(child)
        weight += len(found.get("patternProperties", ()))
        for child in (found.get("items"), found.get("additionalProperties"), *found.get("prefixItems", ())):
            self._visit(child)
        self._heaviest = max(self._heaviest, weight)
        return weight

    def _target(self, name: str) -> int:
        if name not in self._known:
            self._known[name] = 1  # the slice has no circles
            self._known[name] = self._visit(self._defs.get(name))
        return self._known[name]


def _compiled(schema: Schema) -> Draft202012Validator:
    import jsonschema_rs  # noqa: PLC0415  (60 ms that searching and starting do not need)

    # Linear regular expressions alone: an API that writes both the pattern and the text gets no time from us.
    options = jsonschema_rs.RegexOptions(size_limit=REGEX_BYTES, dfa_size_limit=REGEX_BYTES)
    for one in (schema, _without_patterns(schema)):
        try:
            return jsonschema_rs.Draft202012Validator(one, pattern_options=options, offline=True)
        except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, RecursionError):
            continue
    raise ValueError("the schema cannot be compiled")


def _without_patterns(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_patterns(one) for one in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    found = cast("Schema", schema)
    kept = {key: value for key, value in found.items() if not (key == "pattern" and isinstance(value, str))}
    if isinstance(kept.get("patternProperties"), dict):
        kept.pop("patternProperties")
        kept.pop("additionalProperties", None)
    return {key: value if key in ("enum", "const") else _without_patterns(value) for key, value in kept.items()}


def _cut(value: Any, left: list[int], items: int) -> Any:
    """Copy a value with the first items of its lists alone. Raises `_TooMuchError` where `left` nodes do not do."""
    left[0] -= 1
    if left[0] < 0:
        raise _TooMuchError
    if isinstance(value, list):
        return [_cut(item, left, items) for item in cast("list[Any]", value)[:items]]
    if isinstance(value, dict):
        return {key: _cut(item, left, items) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, str):
        left[0] -= len(value) >> 8
    return value


def _first(validator: Draft202012Validator, value: Any) -> Iterator[ValidationError]:
    import jsonschema_rs  # noqa: PLC0415

    try:
        validator.validate(value)
    except jsonschema_rs.ValidationError as error:
        yield error


def _closest(error: ValidationError, branches: list[list[ValidationError]]) -> tuple[ValidationError, bool] | None:
    """Give an error of the alternative that is meant, and whether it must be that one; None where that is open.

    It is the only one of the value's own type, or the one that fails furthest in.
    """
    own = len(error.instance_path)
    likely = [branch for branch in branches if branch and not any(_is_other_type(one, own) for one in branch)]
    if len(likely) == 1:
        return likely[0][0], True
    best = max((branch[0] for branch in likely), key=lambda one: len(one.instance_path), default=None)
    return (best, False) if best and len(best.instance_path) > own else None


def _is_other_type(error: ValidationError, own: int) -> bool:
    return type(error.kind).__name__ == "Type" and len(error.instance_path) == own


def _step(name: str) -> str:
    return f".{name}" if re.fullmatch(r"[A-Za-z_$][\w$]{0,60}", name, re.ASCII) else f"[{comment(name, _SHOWN)!r}]"


def _kind(value: Any) -> str:
    """Say a JSON value's type."""
    if value is None:
        return "null"
    kinds: dict[Any, str] = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "an array"}
    return kinds.get(cast("Any", type(value)), "an object")


def _named(kinds: Any) -> str:
    listed = [kind for kind in cast("list[str]", kinds or []) if kind != "null"]
    return " or ".join(f"{'an' if kind[:1] in 'aio' else 'a'} {kind}" for kind in listed)
