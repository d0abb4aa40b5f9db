"""All operations of all sources: the only thing that search, types and policy look at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyhole.catalog.paths import Paths
from keyhole.catalog.ranking import Found, Index
from keyhole.errors import UnknownOperation, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyhole.catalog.operation import Operation

_OFFERED = 3
_NEAR_POOL = 60


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
        """Like `find`, with the scores and how many operations matched at all."""
        return self.index.search(query, limit=limit, api=api)

    @property
    def index(self) -> Index:
        """The search index, built on first use (0.3 s for GitHub's document); another thread may build it ahead."""
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
        words = " ".join(re.findall(r"[A-Za-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name)))[:60].lower() or "..."
        hint = f'Use one of these names, or search for it: find("{words}").'
        return UnknownOperation(message, hint=hint, operation=f"{api}.{name}"[:200] if api else name[:200])

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
            loose: dict[str, list[Operation]] = {}
            for operation in self.apis[api]:
                for key in {operation.id, _loose(operation.id), _loose(operation.name)}:
                    loose.setdefault(key, []).append(operation)
            self._loose[api] = loose
        for key in (name, _loose(name)):
            found = self._loose[api].get(key, []) if key else []
            if len(found) == 1:
                return found[0]
        return None

    def _near(self, api: str | None, name: str) -> list[str]:
        """Give the nearest names: by spelling among those that share most letter triples, then by meaning."""
        operations = self.apis[api] if api else self.operations
        wanted = _triples(name)
        close = sorted(operations, key=lambda op: (-_overlap(wanted, _triples(op.name)), op.name))[:_NEAR_POOL]
        by_name = {op.name: op for op in reversed(close)}
        chosen = [by_name[hit] for hit in nearest(name, by_name, limit=_OFFERED)]
        chosen += [op for op in self.find(name, limit=_OFFERED, api=api) if op not in chosen]
        return [op.qualified for op in chosen[: _OFFERED + 1]]


def _loose(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _triples(text: str) -> set[str]:
    plain = _loose(text)
    return {plain[index : index + 3] for index in range(max(1, len(plain) - 2))}


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / (len(one | other) or 1)


def _quoted(text: str) -> str:
    shown = re.sub(r"\s+", " ", text)
    return f"`{shown[:80]}{'…' if len(shown) > 80 else ''}`"
