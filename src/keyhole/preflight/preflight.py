"""Preflight: a program is read before it runs, and what cannot work is told before anything has been sent.

Only what is certain stops a program: what is evaluated in every run, and fails in every run. What is written wrong
where it may never be reached is kept, and told if the program fails anyway.
"""

from __future__ import annotations

import asyncio
import re
from itertools import islice
from typing import TYPE_CHECKING

from keyhole.errors import ProgramError
from keyhole.preflight.calls import Calls
from keyhole.preflight.course import Course
from keyhole.preflight.finding import Finding, error
from keyhole.preflight.literal import Literals
from keyhole.preflight.names import read
from keyhole.preflight.promises import Promises
from keyhole.preflight.reference import References
from keyhole.preflight.typed import check
from keyhole.sandbox.syntax import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from keyhole.catalog.catalog import Catalog
    from keyhole.errors import CallError
    from keyhole.preflight.names import Names
    from keyhole.preflight.tsc import Tsc
    from keyhole.sandbox.program import Program

MAX_BYTES = 64 << 10
"""Larger programs are not read: a model writes a few kilobytes, and reading takes time in the length."""
_ASKS = re.compile(r"(?<![.\w])(?:find|describe|request)\(")
_MAX_CALLS = 300
_MAX_USES = 1_000
_MAX_FOUND = 10
_MAX_POSSIBLE = 3


class Preflight:
    """Reads programs against a catalog; with a compiler, what is found without it is not all."""

    def __init__(self, catalog: Catalog, tsc: Tsc | None = None) -> None:
        self._catalog = catalog
        self._tsc = tsc

    async def read(self, program: Program) -> Reading | None:
        """Read a program before it runs, on a thread; None where there is nothing in it that could be told.

        Never raises for what a program is.
        """
        code = program.code
        if len(code) > MAX_BYTES or not (any(api in code for api in self._catalog.apis) or _ASKS.search(code)):
            return None
        reading = await asyncio.to_thread(self.reading, program)
        if reading is not None and self._tsc is not None and not reading.certain:
            reading.certain = await check(reading, self._tsc)
        return reading

    def reading(self, program: Program) -> Reading | None:
        """Read a program, here and now."""
        data = program.code.encode(errors="replace")
        try:
            root = parse(data)
        except ProgramError:
            return None
        if root.has_error or b"<!--" in data:  # to the language that is a comment, to this parser it is none
            return None
        names = read(data, root)
        return None if names.untold else Reading(self._catalog, program, names, root)


class Reading:
    """One program, read: `certain` is what fails in every run of it."""

    def __init__(self, catalog: Catalog, program: Program, names: Names, root: Node) -> None:
        self.names = names
        self.root = root
        self.course = Course(names, root)
        self._program = program
        literals = Literals(names, catalog.apis)
        self.references = References(names, literals, catalog.apis)
        self.calls = Calls(catalog, literals)
        self._promises = Promises(names, self.references)
        found = [*islice(self._calls(certain=True), _MAX_FOUND), *islice(self._uses(), _MAX_FOUND)]
        self.certain = sorted(set(found), key=lambda one: (one.line, one.column))

    def stops(self) -> ProgramError | None:
        """Give the error of a program that would fail for certain."""
        return error(self.certain, self._program.source) if self.certain else None

    async def add_to(self, failed: ProgramError) -> None:
        """Add to the error of a run what else is wrong: calls that it did not come to, and that would fail."""
        if failed.kind in ("throw", "unhandled"):
            found = await asyncio.to_thread(lambda: list(islice(self._calls(certain=False), _MAX_POSSIBLE)))
            others = [one for one in found if one.line != failed.line and one.message not in failed.message]
            for one in others:
                place = f"line {one.line}, column {one.column}"
                failed.message += f"\nNot reached, but wrong too, at {place}: {one.message}"

    def finding(self, message: str, hint: str, node: Node, refused: CallError | None = None) -> Finding | None:
        """Make the finding at a node; None where the node is not the model's own text."""
        start = node.start_byte
        line = self.names.data.count(b"\n", 0, start) + 1
        column = start - self.names.data.rfind(b"\n", 0, start)
        place = self._program.locate(line, column)
        return Finding(*place, message, hint, refused) if place is not None else None

    def _calls(self, *, certain: bool) -> Iterator[Finding]:
        for call in self.names.calls[:_MAX_CALLS]:
            function = call.child_by_field_name("function")
            if function is None or (call.id in self.course.settled) != certain:
                continue
            if not certain and any(start <= call.start_byte < end for start, end in self.names.caught):
                continue
            reference = self.references.of(function)
            problem = self.calls.problem(reference, call) if reference is not None and reference.name else None
            if problem is not None:
                refused, wrong = problem
                found = self.finding(refused.message, refused.hint, wrong, refused)
                if found is not None:
                    yield found

    def _uses(self) -> Iterator[Finding]:
        for node in self.course.uses[:_MAX_USES]:
            problem = self._promises.problem(node)
            found = self.finding(*problem) if problem is not None else None
            if found is not None:
                yield found
