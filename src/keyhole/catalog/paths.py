"""From a concrete path back to its operation: a tree over the segments of all path templates of one API."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyhole.catalog.operation import Operation

_TEMPLATE = re.compile(r"\{([^{}]*)\}")
_MAX_STEPS = 10_000
_MAX_NAMES = 3
_DEAR = 50  # steps that matching several names in one segment counts for
_MAX_SEGMENT = 256  # where a segment holds several names, matching takes time in a power of its length


@dataclass(slots=True)
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict[str, "_Node"])
    templates: dict[str, tuple[re.Pattern[str], tuple[str, ...], _Node]] = field(
        default_factory=dict[str, "tuple[re.Pattern[str], tuple[str, ...], _Node]"]
    )
    whole: dict[str, _Node] = field(default_factory=dict[str, "_Node"])
    operations: dict[str, Operation] = field(default_factory=dict[str, "Operation"])
    _sorted: list[str] = field(default_factory=list[str])

    def longest_first(self) -> list[str]:
        """Give the segments that hold a name and something else."""
        if len(self._sorted) != len(self.templates):
            self._sorted = sorted(self.templates, key=len, reverse=True)
        return self._sorted


class Paths:
    """Matches paths. `match` takes time in the length of the path, not in the number of operations."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for operation in operations:
            node = self._root
            for segment in _segments(operation.path):
                node = _child(node, segment)
            node.operations.setdefault(operation.method.upper(), operation)

    def match(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """Do what `Catalog.match` says."""
        segments = _segments(re.split(r"[?#]", path.strip(), maxsplit=1)[0])
        steps = iter(range(_MAX_STEPS))
        found = _walk(self._root, segments, 0, method.upper(), steps)
        if found is None:
            return None
        operation, values = found
        names = {one.wire: one.name for one in operation.signature.parameters if one.place == "path"} if values else {}
        return operation, {names.get(wire, wire): value for wire, value in values}


def parts_of(path: str) -> list[str]:
    """Give the segments of a path, without query, fragment and what is empty."""
    return [part for part in re.split(r"[?#]", path)[0].split("/") if part]


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/")


def _child(node: _Node, segment: str) -> _Node:
    names = _TEMPLATE.findall(segment)
    if not names:
        return node.literals.setdefault(segment, _Node())
    if _TEMPLATE.fullmatch(segment):
        return node.whole.setdefault(names[0], _Node())
    if segment not in node.templates:
        literal = [re.escape(part) for part in _TEMPLATE.split(segment)[::2]]
        # Lazy groups and no alternation: the time is bounded by the segment's length to the number of names.
        pattern = re.compile("([^/]+?)".join(literal))
        node.templates[segment] = (pattern, tuple(names), _Node())
    return node.templates[segment][2]


def _walk(
    node: _Node, segments: list[str], at: int, method: str, steps: Iterator[int]
) -> tuple[Operation, list[tuple[str, str]]] | None:
    if next(steps, None) is None:
        return None
    if at == len(segments):
        found = node.operations.get(method)
        return (found, []) if found else None
    for values, child in _branches(node, segments[at], steps):
        rest = _walk(child, segments, at + 1, method, steps)
        if rest:
            return rest[0], [*values, *rest[1]]
    return None


def _branches(node: _Node, segment: str, steps: Iterator[int]) -> Iterable[tuple[list[tuple[str, str]], _Node]]:
    """Give where `segment` may lead, the most literal first."""
    plain = unquote(segment)
    for key in dict.fromkeys((segment, plain)):
        if key in node.literals:
            yield [], node.literals[key]
    if segment in node.templates:
        yield [], node.templates[segment][2]
    for text in node.longest_first():
        pattern, names, child = node.templates[text]
        if text != segment and (hit := _fitted(text, pattern, names, segment, steps)):
            yield [(name, unquote(value)) for name, value in zip(names, hit, strict=True)], child
    if _TEMPLATE.fullmatch(segment):
        same = node.whole.get(segment[1:-1])
        yield from (([], child) for child in ([same] if same else node.whole.values()))
    elif segment:
        yield from (([(name, plain)], child) for name, child in node.whole.items())


def _fitted(
    text: str, pattern: re.Pattern[str], names: tuple[str, ...], segment: str, steps: Iterator[int]
) -> tuple[str, ...] | None:
    """Give the values of a segment's names. One name is told by what stands around it, whatever the length."""
    if len(names) == 1:
        before, _, after = _TEMPLATE.sub("\0", text).partition("\0")
        held = segment[len(before) : len(segment) - len(after)]
        return (held,) if held and segment.startswith(before) and segment.endswith(after) else None
    if len(names) > _MAX_NAMES or len(segment) > _MAX_SEGMENT or next(islice(steps, _DEAR, None), None) is None:
        return None
    found = pattern.fullmatch(segment)
    return found.groups() if found else None
