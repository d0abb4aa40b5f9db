"""A part of an API document cut to a budget of tokens: whole as far as that goes, then without what is seldom wanted.

A document's parts are cut where they stand and by what they are: examples before descriptions, descriptions before
fields. References are written out as deep as there is room for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from keyhole.answer.plain import MAX_DEPTH, compact
from keyhole.answer.shorten import CHARS_A_TOKEN, fits, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyhole.catalog.schema import Schemas

_MAX_HOPS = 8
_MAX_JSON = 4 << 20
_NOISE = frozenset(("example", "examples", "externalDocs", "xml", "encoding"))
_MARKS = frozenset((
    "$ref", "type", "properties", "items", "allOf", "oneOf", "anyOf", "enum", "schema", "content", "responses",
    "parameters", "operationId", "in", "get", "put", "post", "delete", "patch", "paths", "openapi", "swagger",
))  # fmt: skip
"""What has one of these is a part of a document, and not an object of the program's own."""
_NAMED = frozenset((
    "properties", "patternProperties", "definitions", "$defs", "schemas", "responses", "headers", "content", "paths",
    "callbacks", "parameters", "requestBodies", "securitySchemes", "mapping", "variables", "pathItems", "links",
))  # fmt: skip
"""What these hold are names, not keywords: a property may be called "example"."""


_NOTE = 60
_HINT = "Return a part; describe(name) gives an operation as types."


_SMALL = ("#/components/parameters/", "#/parameters/")
"""What is no larger than its name, nearly, and says more: always written out."""


class _Step(NamedTuple):
    """What is left out: noise, and what texts have beyond so many characters."""

    noise: bool
    text: int


_STEPS = (_Step(noise=False, text=1 << 30), *(_Step(noise=True, text=text) for text in (1 << 30, 200, 80, 30)))


class _Written(NamedTuple):
    """JSON with references written out `hops` deep; `more` says whether others are left."""

    text: str
    hops: int
    more: bool


class _TooLong(Exception):  # noqa: N818  (a signal, not an error)
    pass


def prune(value: Any, documents: Sequence[Schemas], budget: int) -> str | None:
    """Give the value as JSON within `budget` tokens, and a line of what is missing; None where it is of another kind.

    A text that is JSON counts as what it says where it does not fit. Deterministic; never raises.
    """
    told = _read(value, budget)
    if not _is_part(told):
        return None
    room = budget - _NOTE
    second = ""
    for step in _STEPS:
        found = _written(told, documents, step, room)
        if found is None:
            continue
        if found.hops or not found.more:
            return _noted(found, step)
        second = second or _noted(found, step)
    if second:
        return second
    last = _Cut(documents, _STEPS[-1], 0, 1 << 40)
    short = shorten(last.cut(told, (), MAX_DEPTH, keyword=True), room)
    return f"{short.text}\n({short.left_out} left out, beside examples and long texts. {_HINT})"


def _read(value: Any, budget: int) -> Any:
    if not isinstance(value, str) or value[:1] not in ("{", "[") or len(value) > _MAX_JSON or fits(value, budget):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _is_part(value: Any) -> bool:
    """Say whether it is a part of a document, or is made of such."""
    queue: list[Any] = [value]
    for _ in range(3):
        inner: list[Any] = []
        for one in queue[:50]:
            if isinstance(one, dict):
                fields = cast("dict[str, Any]", one)
                if not _MARKS.isdisjoint(fields):
                    return True
                inner += fields.values()
            elif isinstance(one, list):
                inner += cast("list[Any]", one)
        queue = inner
    return False


def _written(value: Any, documents: Sequence[Schemas], step: _Step, budget: int) -> _Written | None:
    """Give the JSON with references written out as deep as fits; None where not even that without any does."""
    best: _Written | None = None
    for hops in range(_MAX_HOPS + 1):
        cut = _Cut(documents, step, hops, budget * CHARS_A_TOKEN // 2)
        try:
            text = compact(cut.cut(value, (), MAX_DEPTH, keyword=True))
        except _TooLong:
            break
        if not fits(text, budget):
            break
        best = _Written(text, hops, cut.open)
        if not cut.open:
            break
    return best


def _noted(found: _Written, step: _Step) -> str:
    """Add what is missing, if anything is."""
    missing = ["examples, extensions and errors left out"] if step.noise else []
    missing += [f"texts cut at {step.text} characters"] if step.text < 1 << 30 else []
    missing += [f"references written out {found.hops} deep"] if found.more and found.hops else []
    return f"{found.text}\n({'; '.join(missing)}. {_HINT})" if missing else found.text


@dataclass
class _Cut:
    """One attempt: builds the value, with references written out `hops` deep. `open` says whether one is left."""

    documents: Sequence[Schemas]
    step: _Step
    hops: int
    left: int
    """Characters that may still be given out."""
    open: bool = False

    def cut(self, value: Any, stack: tuple[str, ...], depth: int, *, keyword: bool) -> Any:
        """Cut one value. `stack` holds the references it is inside of; `keyword`, whether its keys are keywords."""
        if isinstance(value, dict):
            return self.object(cast("dict[str, Any]", value), stack, depth, keyword=keyword)
        if isinstance(value, list):
            self.spend(2)
            if depth <= 0:
                return []
            return [self.cut(item, stack, depth - 1, keyword=True) for item in cast("list[Any]", value)]
        self.spend(len(value) + 3 if isinstance(value, str) else 6)
        return value

    def object(self, value: dict[str, Any], stack: tuple[str, ...], depth: int, *, keyword: bool) -> Any:
        self.spend(2)
        ref = value.get("$ref")
        if keyword and isinstance(ref, str):
            return self.reference(value, ref, stack, depth)
        if depth <= 0:
            return {}
        part = keyword and not _MARKS.isdisjoint(value)
        given: dict[str, Any] = {}
        for name, item in value.items():
            if (part and self.is_noise(name)) or (not keyword and self.is_error(name, item)):
                continue
            self.spend(len(name) + 4)
            if part and name in ("description", "summary") and isinstance(item, str) and len(item) > self.step.text:
                item = f"{item[: self.step.text].rstrip()}…"  # noqa: PLW2901
            given[name] = self.cut(item, stack, depth - 1, keyword=not keyword or name not in _NAMED)
        return given

    def is_noise(self, name: str) -> bool:
        return self.step.noise and (name in _NOISE or name.startswith("x-"))

    def is_error(self, name: str, item: Any) -> bool:
        """Say whether it is what an API answers when it fails, among responses by their status."""
        status = len(name) == 3 and name[0] in "345" and name[1:].replace("X", "0").isdigit()
        return self.step.noise and status and isinstance(item, dict)

    def reference(self, value: dict[str, Any], ref: str, stack: tuple[str, ...], depth: int) -> Any:
        known = () if ref in stack else [one for one in self.documents if one.target(ref)]
        found = [one.resolve(value) for one in known]
        # The same name in two documents may be two things: then it stays a name.
        if not found or any(one != found[0] for one in found) or depth <= 0:
            self.spend(len(ref) + 10)
            return {"$ref": ref}
        if len(stack) >= self.hops and not ref.startswith(_SMALL):
            self.open = True
            self.spend(len(ref) + 10)
            return {"$ref": ref}
        return self.object(found[0], (*stack, ref), depth - 1, keyword=True)

    def spend(self, chars: int) -> None:
        self.left -= chars
        if self.left < 0:
            raise _TooLong
