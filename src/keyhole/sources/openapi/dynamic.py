"""`$dynamicRef` (JSON Schema 2020-12, section 8.2.3.2) made plain: what it means depends on who refers to it.

A template that several schemas fill in is copied once for each of them, with its holes filled; then every reference
means the same wherever one comes from.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from keyhole.catalog.schema import escaped, pointed
from keyhole.sources.openapi.identity import nodes

if TYPE_CHECKING:
    from keyhole.sources.openapi.identity import Identity

BOUND = "x-keyhole-bound"
"""Where a document keeps the copies of its templates."""

_MAX_COPIES = 300
_MAX_NODES = 200_000
_MAX_WALKED = 200_000
_OWN_NAMES = ("$id", "$anchor", "$dynamicAnchor")

Dynamic = tuple[dict[str, Any], str, str]
"""A node with `$dynamicRef`; the `$dynamicAnchor` it names, or empty; the pointer it has by itself."""


def bind(root: dict[str, Any], who: Identity, found: list[Dynamic]) -> None:
    """Turn each `$dynamicRef` of `found` into a `$ref`, in place."""
    binder = _Binder(root, who)
    for node, name, own in found:
        node["$dynamicRef"] = [name, own]
    for resource in dict.fromkeys(resource for resource, _ in who.dynamic):
        binder.enter(resource)
    binder.finish()
    for node, _, own in found:
        if node.pop("$dynamicRef", None):
            node.setdefault("$ref", own)


class _Binder:
    def __init__(self, root: dict[str, Any], who: Identity) -> None:
        self._root = root
        self._who = who
        self._copies: dict[tuple[str, frozenset[tuple[str, str]]], str] = {}
        self._reached: dict[str, frozenset[str]] = {}
        self._own: list[tuple[dict[str, Any], str]] = []
        self._bound: dict[str, Any] = {}
        self._nodes = 0
        self._walked = 0
        self._owners = {place: known for known, place in reversed(who.resources.items())}
        self._direct: dict[str, tuple[set[str], list[str]]] = {}
        times = Counter(name for _, name in who.dynamic)
        self._holes: dict[str, dict[str, str]] = {}
        for (owner, name), place in who.dynamic.items():
            if times[name] > 1:
                self._holes.setdefault(owner, {})[name] = place

    def enter(self, resource: str) -> None:
        """Find what the references of one resource mean when one comes to it first."""
        holes = self._holes.get(resource)
        place = self._who.resources.get(resource, "")
        if holes and place:
            self._own += self._filled(pointed(self._root, place), holes, place)

    def finish(self) -> None:
        """Write down what was found: not before the end, for the originals are copied from until then."""
        _write(self._own)

    def _filled(self, content: Any, holes: dict[str, str], place: str) -> list[tuple[dict[str, Any], str]]:
        """Give the references of one resource, bound. `place` is where it is: what stays inside of it is not copied."""
        found: list[tuple[dict[str, Any], str]] = []
        resource: str | None = None
        filling = frozenset(holes.items())
        for node in nodes(content):
            resource = node.base if resource is None else resource
            if node.base != resource:
                continue
            dynamic = node.value.get("$dynamicRef")
            if isinstance(dynamic, list) and dynamic[0] in holes:
                found.append((node.value, holes[cast("str", dynamic[0])]))
            elif isinstance(ref := node.value.get("$ref"), str):
                inside = ref == place or ref.startswith(f"{place}/")
                if not inside and self._reach(ref) & holes.keys():
                    found.append((node.value, self._copy(ref, holes, filling)))
        return found

    def _copy(self, ref: str, holes: dict[str, str], filling: frozenset[tuple[str, str]]) -> str:
        key = (ref, filling)
        if key in self._copies:
            return self._copies[key]
        if len(self._copies) >= _MAX_COPIES or self._nodes > _MAX_NODES:
            return ref
        original = pointed(self._root, ref)
        # Holes cost like nodes: every copy is asked about each of them.
        self._nodes += sum(1 for _ in nodes(original)) + len(holes)
        if self._nodes > _MAX_NODES or not isinstance(original, dict):
            return ref
        name = f"{_last(ref)}_{_last(next(iter(holes.values())))}_{len(self._copies)}"
        place = self._copies[key] = f"#/{BOUND}/{escaped(name)}"
        copy = cast("dict[str, Any]", json.loads(json.dumps(original)))
        self._root[BOUND] = self._bound
        self._bound[name] = copy
        for node in nodes(copy):
            for keyword in _OWN_NAMES:
                if isinstance(node.value.get(keyword), str):
                    del node.value[keyword]
        _write(self._filled(copy, {**self._holes.get(self._owner(ref), {}), **holes}, place))
        for node in nodes(copy):
            if isinstance(dynamic := node.value.pop("$dynamicRef", None), list):
                node.value.setdefault("$ref", cast("list[Any]", dynamic)[1])
        return place

    def _owner(self, ref: str) -> str:
        """Give the resource that a pointer leads into: the innermost one."""
        while ref not in self._owners and "/" in ref:
            ref = ref.rpartition("/")[0]
        return self._owners.get(ref, "")

    def _reach(self, ref: str) -> frozenset[str]:
        """Give the names of the holes in what `ref` points at, and in all that that refers to."""
        if ref not in self._reached:
            found: set[str] = set()
            seen, queue = {ref}, [ref]
            while queue and self._walked < _MAX_WALKED:
                self._walked += 1
                names, following = self._look(queue.pop())
                found |= names
                queue += [each for each in following if each not in seen]
                seen.update(following)
            self._reached[ref] = frozenset(found)
        return self._reached[ref]

    def _look(self, ref: str) -> tuple[set[str], list[str]]:
        """Give the holes in what `ref` points at, and the references there."""
        if ref not in self._direct:
            names: set[str] = set()
            following: dict[str, None] = {}
            for node in nodes(pointed(self._root, ref)):
                self._walked += 1
                dynamic, target = node.value.get("$dynamicRef"), node.value.get("$ref")
                if isinstance(dynamic, list):
                    names.add(str(cast("list[Any]", dynamic)[0]))
                if isinstance(target, str):
                    following[target] = None
            self._direct[ref] = (names, list(following))
        return self._direct[ref]


def _write(found: list[tuple[dict[str, Any], str]]) -> None:
    for node, ref in found:
        node.pop("$dynamicRef", None)
        node["$ref"] = ref


def _last(pointer: str) -> str:
    return "".join(char for char in pointer.rpartition("/")[2] if char.isalnum() or char == "_")[:60] or "schema"
