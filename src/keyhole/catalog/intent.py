"""A query taken apart: one intent a line, the APIs that it names, the words that are left."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyhole.catalog.words import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from keyhole.catalog.operation import Operation

MAX_INTENTS = 8
_MAX_QUERY = 1_000
_MAX_LINE = 400
_OWN_WORD = 0.02
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_PREFIX = re.compile(r"\s*([A-Za-z_$][\w$]*)\s*([.:])\s*(.*)", re.DOTALL)
_IN_FRONT = frozenset({"in", "on", "at", "from", "with", "for", "via", "using", "to", "the"})


@dataclass(frozen=True, slots=True)
class Intent:
    """One line of a query: as it was `asked`, the `text` to rank by, and the `apis` it is confined to (empty: all)."""

    asked: str
    text: str
    apis: frozenset[str] = frozenset()


def lines(query: str) -> list[str]:
    """Give the lines that say something, bounded."""
    found = [line.strip() for line in query[:_MAX_QUERY].splitlines()]
    return [line[:_MAX_LINE] for line in found if line][:MAX_INTENTS]


class Names:
    """The names of the served APIs, as words of a query."""

    def __init__(self, apis: Mapping[str, Sequence[Operation]]) -> None:
        self._names = {name.lower(): name for name in apis}
        self._words = frozenset(
            name.lower() for name in apis if not any(_is_a_resource(name, each) for each in apis.values())
        )

    def read(self, line: str) -> Intent:
        """Take the API's name off a line: `stripe list customers`, `stripe: …`, `stripe.a_name`, `… in stripe`.

        A name that is also what some API calls a resource (`tracker issues` of an API called `issues`) is a word,
        unless a colon or a dot follows it.
        """
        prefix = _PREFIX.fullmatch(line)
        if prefix and (name := self._names.get(prefix[1].lower())) and prefix[3].strip():
            return Intent(line, prefix[3].strip(), frozenset({name}))
        named = {word for match in _WORD.finditer(line) if (word := match[0].lower()) in self._words}
        if not named:
            return Intent(line, line)
        left = self._without(line.split(), named)
        text = " ".join(left)
        return Intent(line, text if terms(text) else line, frozenset(self._names[word] for word in named))

    def _without(self, words: Iterable[str], named: set[str]) -> list[str]:
        left: list[str] = []
        for word in words:
            bare = re.sub(r"'s$|\W+$", "", word.lower())
            if bare not in named:
                left.append(word)
                continue
            while left and left[-1].lower() in _IN_FRONT:
                left.pop()
        return left


def _is_a_resource(name: str, operations: Sequence[Operation]) -> bool:
    """Say whether more than a few of the operations have `name` for a part of their path."""
    wanted = set(terms(name))
    if not wanted:
        return True
    bound = _OWN_WORD * len(operations)
    count = 0
    for operation in operations:
        if name.lower() not in operation.path.lower():
            continue
        count += wanted <= set(terms(re.sub(r"\{[^}]*\}", "", operation.path)))
        if count > bound:
            return True
    return False
