"""Where a document contradicts itself: examples that its own schemas refuse, and schemas that cannot be compiled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from keyhole.catalog.mismatch import Comparer
from keyhole.catalog.spot import Spot
from keyhole.sources.openapi.lint.finding import Finding
from keyhole.sources.openapi.media import is_json
from keyhole.sources.openapi.mend import mends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyhole.catalog.mismatch import Mismatch
    from keyhole.catalog.operation import Operation
    from keyhole.catalog.schema import Schemas

_MAX_EXAMPLES = 10
_MAX_BYTES = 1 << 20


class Promises:
    """Looks at one document's operations; what has been compiled once is not compiled again."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._known: dict[tuple[Any, bool], Comparer | None] = {}
        self._told: set[tuple[str, str]] = set()

    def of(self, operation: Operation) -> Iterator[Finding]:
        """Give what the examples of an operation say against its schemas."""
        spot = Spot.of(self._schemas.root, operation.origin.parts).followed
        for holder in (spot, spot.parent):
            for one in holder.child("parameters").members():
                yield from self._parameter(one.followed)
        for kind in spot.child("requestBody", "content").followed.entries:
            if is_json(kind):
                yield from self._media(spot.child("requestBody", "content", kind), request=True)
        for response in spot.child("responses").members():
            if not str(response.parts[-1]).startswith("2"):
                continue
            yield from self._old(response.followed)
            for kind in response.child("content").followed.entries:
                if is_json(kind):
                    yield from self._media(response.child("content", kind), request=False)

    def _parameter(self, spot: Spot) -> Iterator[Finding]:
        schema = spot.child("schema")
        if schema.entries and spot.entries.get("in") != "body":
            yield from self._compared(schema, _examples(spot), request=True)
        elif schema.entries:  # Swagger 2.0's body
            yield from self._compared(schema, [], request=True)

    def _media(self, spot: Spot, *, request: bool) -> Iterator[Finding]:
        schema = spot.child("schema")
        if schema.entries:
            yield from self._compared(schema, _examples(spot), request=request)

    def _old(self, response: Spot) -> Iterator[Finding]:
        schema, examples = response.child("schema"), response.child("examples")
        if schema.entries:
            found = [one for one in examples.members() if is_json(str(one.parts[-1]))]
            yield from self._compared(schema, found, request=False)

    def _compared(self, schema: Spot, examples: list[Spot], *, request: bool) -> Iterator[Finding]:
        if not examples and not request:
            return
        comparer = self._comparer(schema, request=request)
        if comparer is None:
            if request:
                yield Finding("not-checked", schema, "the schema cannot be compiled")
            return
        for example in examples[:_MAX_EXAMPLES]:
            text = json.dumps(example.value)
            if len(text) > _MAX_BYTES or (isinstance(example.value, str) and text[1:2] in "{["):
                continue  # JSON in a text, as many write it
            for mismatch in comparer.differences(example.value, len(text)):
                yield from self._finding(mismatch, example, request=request)

    def _finding(self, mismatch: Mismatch, example: Spot, *, request: bool) -> Iterator[Finding]:
        key = (mismatch.spot.pointer, f"{mismatch.kind} {mismatch.name}")
        if key in self._told:
            return
        self._told.add(key)
        # Null is what documents lie about most, and an example of it is hardly a slip; all else may be the example's.
        edits = mends(mismatch, self._schemas.dialect) if mismatch.kind == "null" else []
        rule = "example-refused" if request else "example-answer"
        yield Finding(rule, mismatch.spot, f"in the example at {example.pointer}, {mismatch.text}", tuple(edits))

    def _comparer(self, schema: Spot, *, request: bool) -> Comparer | None:
        key = (schema.followed.parts if len(schema.entries) == 1 else schema.parts, request)
        if key not in self._known:
            try:
                self._known[key] = Comparer(schema, self._schemas, request=request)
            except ValueError:
                self._known[key] = None
        return self._known[key]


def _examples(spot: Spot) -> list[Spot]:
    """Give the values of `example` and `examples` beside a schema (OpenAPI 3)."""
    found = [spot.child("example")] if "example" in spot.entries else []
    return [
        *found,
        *(one.child("value") for one in spot.child("examples").members() if "value" in one.followed.entries),
    ]
