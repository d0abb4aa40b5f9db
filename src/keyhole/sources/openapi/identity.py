"""What the parts of a document call themselves: `$self`, `$id`, `$anchor`, and where each of these is.

They say what a reference means, never where something is fetched from: a document that names itself after somebody
else's address is still only itself.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from keyhole.catalog.schema import escaped
from keyhole.sources.openapi.guard import joined

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES = re.compile(r"""\$(?:self|id|anchor|dynamicAnchor|dynamicRef|recursiveRef)["']?\s*:""")
_DATA = frozenset({"example", "x-example", "x-examples", "x-ms-examples"})
# Two letters at least: "C:\\" is a path.
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


def has_names(text: str) -> bool:
    """Say whether a document's text may hold a part that names itself."""
    return _NAMES.search(text) is not None


def placed(base: str, target: str) -> str:
    """Resolve a reference's URI, without its fragment, against what it stands in: a URL, or the path of a file."""
    if SCHEME.match(base):
        return joined(base, target)
    if not base or SCHEME.match(target) or "\0" in unquote(target):
        return target
    return os.path.normpath(os.path.join(os.path.dirname(base), unquote(target)))  # noqa: PTH118, PTH120 (a hot spot)


@dataclass(frozen=True, slots=True)
class Node:
    """One object of a file: its pointer from the file's root, and the resource it belongs to (`$id`, or the file)."""

    pointer: str
    value: dict[str, Any]
    base: str


@dataclass(slots=True)
class Identity:
    """Who is where: `resources` by URI or path, `anchors` by (resource, name), both as pointers from `#`.

    `dynamic` says the same of `$dynamicAnchor`s alone.
    """

    resources: dict[str, str] = field(default_factory=dict[str, str])
    anchors: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    dynamic: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def register(self, content: Any, location: str, prefix: str) -> None:
        """Note the names in one file. `prefix` is the pointer to it, without `#`. The first of a name keeps it."""
        self.resources.setdefault(location, f"#{prefix}")
        if isinstance(content, dict) and isinstance(own := cast("dict[str, Any]", content).get("$self"), str):
            self.resources.setdefault(placed(location, own.partition("#")[0]), f"#{prefix}")
        for node in nodes(content, location):
            place = f"#{prefix}{node.pointer}"
            if isinstance(node.value.get("$id"), str):
                self.resources.setdefault(node.base, place)
            for keyword in ("$anchor", "$dynamicAnchor"):
                if isinstance(name := node.value.get(keyword), str):
                    self.anchors.setdefault((node.base, name), place)
            if isinstance(name := node.value.get("$dynamicAnchor"), str):
                self.dynamic.setdefault((node.base, name), place)

    def find(self, base: str, fragment: str) -> str | None:
        """Give the pointer to `fragment` (empty, a JSON pointer, or an anchor) of a resource; None where unknown."""
        if fragment and not fragment.startswith("/"):
            return self.anchors.get((base, unquote(fragment)))
        root = self.resources.get(base)
        return None if root is None else f"{root}{fragment}"


def nodes(content: Any, location: str = "") -> Iterator[Node]:
    """Give every object of a file once, children after their parents. What is data (examples) is not looked into.

    A node may be changed while one looks at it.
    """
    seen: set[int] = set()
    stack: list[tuple[str, Any, str]] = [("", content, location)] if isinstance(content, (dict, list)) else []
    while stack:
        pointer, value, base = stack.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, list):
            for index, item in enumerate(cast("list[Any]", value)):
                if _nested(item):
                    stack.append((f"{pointer}/{index}", item, base))
            continue
        entries = cast("dict[str, Any]", value)
        if isinstance(own := entries.get("$id"), str):
            base = placed(base, own.partition("#")[0])
        children = list(entries.items())
        yield Node(pointer, entries, base)
        named = pointer.endswith("/properties")
        for key, item in children:
            if not _nested(item) or (key in _DATA and not named):
                continue
            below = f"{pointer}/{escaped(key)}"
            if key == "examples" and not named:
                stack += [(f"{below}/{name}", example, base) for name, example in _references(item)]
            else:
                stack.append((below, item, base))


def _references(examples: Any) -> list[tuple[str, dict[str, Any]]]:
    """Of Example Objects, give those that are nothing but a reference."""
    named = cast("dict[str, Any]", examples).items() if isinstance(examples, dict) else ()
    return [(name, one) for name, one in named if isinstance(one, dict) and set(cast("Any", one)) == {"$ref"}]


def _nested(value: Any) -> bool:
    return isinstance(value, (dict, list))
