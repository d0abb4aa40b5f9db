"""All operations of all sources: the only thing that search, types and policy look at."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from threading import Lock
from typing import TYPE_CHECKING

from keyhole.catalog.intent import Names, lines
from keyhole.catalog.naming import loose
from keyhole.catalog.paths import Paths, parts_of
from keyhole.catalog.ranking import Found, Index
from keyhole.catalog.vocabulary import RELATED
from keyhole.catalog.words import plain_words, stem
from keyhole.errors import UnknownOperation, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyhole.catalog.intent import Intent
    from keyhole.catalog.operation import Operation

_OFFERED = 3
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_NEAR_POOL = 60
_NEAR_ENOUGH = 0.4
_MEANT = 0.5
_MAX_ROUTE = 300


class Catalog:
    """Operations by name, by method and path, and by words. Cheap to make: the rest is built on first use."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.operations: tuple[Operation, ...] = tuple(operations)
        grouped: dict[str, list[Operation]] = {}
        for operation in self.operations:
            grouped.setdefault(operation.api, []).append(operation)
        self.apis: dict[str, tuple[Operation, ...]] = {api: tuple(found) for api, found in grouped.items()}
        self._names = {(operation.api, operation.name): operation for operation in self.operations}
        self._loose: dict[str, dict[str, list[Operation]]] = {}
        self._paths: dict[str, Paths] = {}
        self._index: Index | None = None
        self._indexing = Lock()
        self._words: Names | None = None

    def get(self, api: str, name: str) -> Operation:
        """Give the operation called `name`: its name, its operationId, "METHOD /path", or either in another spelling.

        Raises UnknownOperation with the nearest names.
        """
        found = self._names.get((api, name))
        if found is None and api in self.apis:
            found = self._by_route(api, name) or self._by_spelling(api, name)
        if found is None:
            raise self.unknown(api, name)
        return found

    def lookup(self, name: str) -> Operation:
        """Give the operation for "api.name", or for a name, operationId or "METHOD /path" that only one API has.

        Raises UnknownOperation with the nearest names.
        """
        api, dot, rest = name.partition(".")
        if dot and api in self.apis:
            return self.get(api, rest)
        found = [hit for each in self.apis if (hit := self._find_one(each, name)) is not None]
        if len(found) == 1:
            return found[0]
        if found:
            choices = ", ".join(hit.qualified for hit in found[:_OFFERED])
            raise UnknownOperation(f"{_quoted(name)} is in several APIs: {choices}", hint="Say which: api.name.")
        raise self.unknown(next(iter(self.apis)) if len(self.apis) == 1 else "", name)

    def match(self, api: str, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """Find the operation that a concrete `path` belongs to, with its path arguments by their program names.

        Literal segments beat templates; a template given as it is (`/zones/{zone_id}`) matches without a value for
        it. A query string, a fragment and a trailing slash do not count. None where nothing matches.
        """
        if api not in self.apis:
            return None
        if api not in self._paths:
            self._paths[api] = Paths(self.apis[api])
        return self._paths[api].match(method, path)

    def find(self, query: str, *, limit: int = 10, api: str | None = None) -> list[Operation]:
        """Give the best operations for a query in plain words; several intents, one a line, take turns."""
        return list(self.search(query, limit=limit, api=api).operations)

    def search(self, query: str, *, limit: int = 10, api: str | None = None) -> Found:
        """Like `find`, with the scores, how many are near the best, and which lines nothing answers.

        The name of an API in a line confines it to that API; an operation's name, its operationId or its
        "METHOD /path" is the line's first hit.
        """
        if self._words is None:
            self._words = Names(self.apis)
        intents = [self._words.read(line) for line in lines(query)]
        if api is not None:
            if api not in self.apis:
                return Found((), (), 0)
            intents = [replace(intent, apis=frozenset({api})) for intent in intents]
        exact = [self._named(intent) for intent in intents]
        return self.index.search(intents, limit=limit, exact=exact)

    def _named(self, intent: Intent) -> list[Operation]:
        """Give the operations that a line names outright: by name, operationId, path, or method and path."""
        apis = intent.apis or self.apis.keys()
        text = intent.text.strip(" `'\"();")
        if text.startswith("/") and " " not in text:
            routes = [(api, self.match(api, method, text)) for method in _METHODS for api in apis]
            return [hit[0] for _, hit in routes if hit]
        found = (self._find_one(api, text) for api in self.apis if api in apis)
        return [hit for hit in found if hit is not None]

    @property
    def index(self) -> Index:
        """The search index, built on first use (0.3 s for GitHub's document); another thread may build it ahead."""
        with self._indexing:
            if self._index is None:
                self._index = Index(self.operations)
            return self._index

    def unknown(self, api: str, name: str) -> UnknownOperation:
        """Make the error for an operation that does not exist, with the nearest that do."""
        if api and api not in self.apis:
            known = nearest(api, self.apis) or list(self.apis)[:10]
            return UnknownOperation(
                f"There is no API {_quoted(api)}. There is: {', '.join(known)}.",
                hint=f"Write {known[0]}.<operation>(...)." if known else "",
                operation=f"{api}.{name}"[:200],
            )
        offered = self._near(api or None, name)
        message = f"{api or 'This catalog'} has no operation {_quoted(name)}."
        if offered:
            message += f" Nearest: {', '.join(offered)}."
        words = " ".join(plain_words(name))[:60] or "..."
        hint = f'{"Use one of these, or search" if offered else "Search"} for it: find("{words}").'
        operation = f"{api}.{name}" if api else name
        near = tuple(one.partition(" ")[0] for one in offered)
        return UnknownOperation(message, hint=hint, operation=operation[:200], nearest=near)

    def _find_one(self, api: str, name: str) -> Operation | None:
        return self._names.get((api, name)) or self._by_route(api, name) or self._by_spelling(api, name)

    def _by_route(self, api: str, name: str) -> Operation | None:
        method, space, path = name.strip().partition(" ")
        if not space or not method.isalpha() or not path.lstrip().startswith("/"):
            return None
        hit = self.match(api, method, path.strip())
        return hit[0] if hit else None

    def _by_spelling(self, api: str, name: str) -> Operation | None:
        if api not in self._loose:
            spelt: dict[str, list[Operation]] = {}
            for operation in self.apis[api]:
                for key in {operation.id, loose(operation.id), loose(operation.name)}:
                    spelt.setdefault(key, []).append(operation)
            self._loose[api] = spelt
        for key in (name, loose(name)):
            found = self._loose[api].get(key, []) if key else []
            if len(found) == 1:
                return found[0]
        return None

    def _near(self, api: str | None, name: str) -> list[str]:
        """Give the nearest names: for a route the paths like it, else by words that say the same, then by spelling."""
        operations = self.apis[api] if api else self.operations
        method, _, path = name[:_MAX_ROUTE].strip().partition(" ")
        if path.lstrip().startswith("/"):
            routed = self._near_route(operations, method.upper(), path.strip())
            return [f"{op.qualified} ({op.method} {op.path})" for op in routed]
        wanted = _triples(name)
        close = sorted(operations, key=lambda op: (-_overlap(wanted, _triples(op.name)), op.name))[:_NEAR_POOL]
        found = list(self.find(" ".join(plain_words(name[:_MAX_ROUTE])), limit=_NEAR_POOL, api=api))
        pool = list(dict.fromkeys([*close, *found]))
        said = _sense(name)
        scored = [
            (_likeness(said, wanted, op) + _MEANT * (op in found[:1]) + _beginning(name, op.name), -place, op)
            for place, op in enumerate(pool)
        ]
        scored.sort(key=lambda item: item[:2], reverse=True)
        return [op.qualified for score, _, op in scored[: _OFFERED + 1] if score > _NEAR_ENOUGH]

    def _near_route(self, operations: Iterable[Operation], method: str, path: str) -> list[Operation]:
        """Give the operations whose paths are most like `path`, those of its method first."""
        parts = parts_of(path)

        def likeness(operation: Operation) -> float:
            own = [part for part in operation.path.strip("/").split("/") if part]
            literal = {loose(part) for part in own if "{" not in part}
            same = sum(_like(part, literal) for part in parts)
            return same - 0.3 * abs(len(own) - len(parts)) - 0.2 * len(literal) + 0.5 * (operation.method == method)

        pool = [op for op in operations if op.method == method] or list(operations)
        ranked = sorted(pool, key=lambda op: (-likeness(op), op.path))[:_OFFERED]
        return [op for op in ranked if any(_like(part, {loose(one) for one in op.path.split("/")}) for part in parts)]


def _likeness(said: set[str], triples: set[str], operation: Operation) -> float:
    return _overlap(said, _sense(operation.name)) * 2 + _overlap(triples, _triples(operation.name))


def _beginning(name: str, known: str) -> float:
    """Say how much a name is the beginning of a known one, but for a letter or two."""
    plain = loose(name)[:60]
    return float(bool(plain and get_close_matches(plain, [loose(known)[: len(plain) + 1]], 1, 0.85)))


def _like(part: str, literal: set[str]) -> float:
    """Say how much a segment is one of the literal ones: 1 for the same, 0.8 but for a plural or a letter or two."""
    plain = loose(part)[:60]
    if plain in literal:
        return 1.0
    return 0.8 if plain and get_close_matches(plain, [one for one in literal if len(one) < 60], 1, 0.8) else 0.0


def _sense(name: str) -> set[str]:
    """Give the words of a name by their stems, verbs that say the same as one."""
    stems = [stem(word) for word in plain_words(name[:_MAX_ROUTE])]
    return {min((one, *RELATED.get(one, ()))) for one in stems}


def _triples(text: str) -> set[str]:
    plain = loose(text)
    return {plain[index : index + 3] for index in range(max(1, len(plain) - 2))}


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / (len(one | other) or 1)


def _quoted(text: str) -> str:
    shown = re.sub(r"\s+", " ", text)
    return f"`{shown[:80]}{'…' if len(shown) > 80 else ''}`"
