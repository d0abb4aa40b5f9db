"""All that is wrong with a document and matters here, and the overlay that mends what needs no guessing."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from keyhole.sources.openapi.lint.noticed import noticed
from keyhole.sources.openapi.lint.operations import operations
from keyhole.sources.openapi.lint.promises import Promises
from keyhole.sources.openapi.lint.schemas import schemas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from keyhole.catalog.spot import Parts
    from keyhole.sources.openapi.lint.finding import Finding
    from keyhole.sources.openapi.mend import Edit
    from keyhole.sources.openapi.source import OpenAPISource


def lint(source: OpenAPISource, progress: Callable[[str], None] = lambda _: None) -> list[Finding]:
    """Give every finding once, the document's order within each kind. Edits that would undo others' are left out.

    `progress` is told what is being looked at. Never raises for what a document holds.
    """
    found: dict[tuple[str, Parts, str], Finding] = {}
    for finding in _all(source, progress):
        found.setdefault((finding.rule, finding.spot.parts, finding.message), finding)
    claims = _Claims()
    return [replace(one, edits=one.edits if claims.take(one.edits) else ()) for one in found.values()]


def _all(source: OpenAPISource, progress: Callable[[str], None]) -> Iterator[Finding]:
    every = source.operations()
    yield from noticed(source.notices, source.schemas)
    progress("operations")
    yield from operations(source)
    progress("schemas")
    yield from schemas(every, source.schemas)
    promises = Promises(source.schemas)
    for count, operation in enumerate(every):
        if count % 500 == 0:
            progress(f"examples of operation {count + 1:,} of {len(every):,}")
        yield from promises.of(operation)


_UNWRITTEN = re.compile(r"[\x00-\x07\x0b\x0e-\x1f]")
"""Characters that a JSONPath may hold only as escapes that libraries do not take (RFC 9535 section 2.3.1.1)."""


class _Claims:
    """What edits have changed so far: two must not change the same place, or one what the other has moved."""

    def __init__(self) -> None:
        self._edits: set[tuple[str, str]] = set()
        self._changed: dict[Parts, bool] = {}
        self._above: set[Parts] = set()

    def take(self, edits: tuple[Edit, ...]) -> bool:
        """Say whether these go together with those before them, and count them among them if so."""
        if any(_UNWRITTEN.search(str(part)) for edit in edits for part in edit.spot.parts):
            return False
        marks = {(edit.spot.pointer, repr(edit.fields)) for edit in edits}
        if marks <= self._edits:
            return True
        claims = [claim for edit in edits for claim in edit.claims]
        if any(self._is_taken(parts, appends=appends) for parts, appends in claims):
            return False
        self._edits |= marks
        for parts, appends in claims:
            self._changed[parts] = appends and self._changed.get(parts, True)
            self._above.update(parts[:length] for length in range(len(parts)))
        return True

    def _is_taken(self, parts: Parts, *, appends: bool) -> bool:
        # What is appended to a list moves nothing in it, and is not moved by what becomes of its items.
        if parts in self._changed:
            return not (appends and self._changed[parts])
        moved = any(not self._changed.get(parts[:length], True) for length in range(len(parts)))
        return moved or (parts in self._above and not appends)


def overlay_of(findings: Iterable[Finding], title: str) -> dict[str, Any] | None:
    """Give the overlay (1.0) that mends the findings which can be mended; None where there are none."""
    edits = {(edit.spot.parts, repr(edit.fields)): edit for one in findings for edit in one.edits}
    # Items go last, from the end: what is removed from a list moves what comes after it.
    items = [edit for edit in edits.values() if edit.fields is None and isinstance(edit.spot.parts[-1], int)]
    items.sort(key=lambda edit: (str(edit.spot.parts[:-1]), edit.spot.parts[-1]), reverse=True)
    actions = [edit.action for edit in (*(one for one in edits.values() if one not in items), *items)]
    if not actions:
        return None
    return {
        "overlay": "1.0.0",
        "info": {"title": f"What keyhole lint mends of {title}", "version": "1.0.0"},
        "actions": actions,
    }
