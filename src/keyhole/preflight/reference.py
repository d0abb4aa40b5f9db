"""Which operation an expression of a program refers to: `api.name`, `api.a.b`, `api["name"]`, through any alias."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keyhole.preflight.flow import bare, start_of_chain

if TYPE_CHECKING:
    from collections.abc import Collection

    from tree_sitter import Node

    from keyhole.preflight.literal import Literals
    from keyhole.preflight.names import Names

VERBS = frozenset(("get", "put", "post", "delete", "patch", "head", "options"))
_FIXED = frozenset(("toString", "toJSON", "then"))
"""What the global of an API answers itself."""
_OF_FUNCTIONS = frozenset(
    ("name", "length", "call", "apply", "bind", "toString", "toLocaleString", "valueOf", "hasOwnProperty",
     "isPrototypeOf", "propertyIsEnumerable", "arguments", "caller", "then", "toJSON", "constructor")
)  # fmt: skip
"""What a function answers itself: no part of an operation's name."""
_MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Reference:
    """An API, what is named of it ("" for the API itself), and the node that names it; `paged` is its `.items`."""

    api: str
    name: str
    node: Node
    paged: bool = False

    @property
    def takes_path(self) -> bool:
        """Whether it is called with a path: `api.get("/things", …)`."""
        return self.name.lower() in VERBS and self.name in (self.name.lower(), self.name.upper())


class References:
    """Finds what the expressions of one program refer to, where that is certain."""

    def __init__(self, names: Names, literals: Literals, apis: Collection[str]) -> None:
        self._names = names
        self._literals = literals
        self._apis = apis

    def of(self, node: Node, depth: int = 0) -> Reference | None:
        """Give what `node` refers to; None where it is no API, or another name is meant by what looks like one."""
        node = bare(node)
        if depth > _MAX_DEPTH:
            return None
        if node.type == "identifier":
            return self._named(node, depth)
        if node.type not in ("member_expression", "subscript_expression") or start_of_chain(node) is not None:
            return None
        held = node.child_by_field_name("object")
        found = self.of(held, depth + 1) if held is not None else None
        key = self._key(node)
        if found is None or key is None:
            return None
        return _part(found, *key)

    def _named(self, node: Node, depth: int) -> Reference | None:
        name = self._names.text(node)
        if self._names.is_global(name):
            if name == "request" and len(self._apis) == 1:
                return Reference(next(iter(self._apis)), name, node)
            return Reference(name, "", node) if name in self._apis else None
        binding = self._names.only(node)
        if binding is None or binding.value is None:
            return None
        found = self.of(binding.value, depth + 1)
        return _part(found, binding.field, node) if found is not None and binding.field else found

    def _key(self, node: Node) -> tuple[str, Node] | None:
        if node.type == "member_expression":
            last = node.child_by_field_name("property")
            return (self._names.text(last), last) if last is not None and last.type == "property_identifier" else None
        index = node.child_by_field_name("index")
        value = self._literals.value(index) if index is not None else None
        return (value, index) if index is not None and isinstance(value, str) else None


def _part(of: Reference, key: str, node: Node) -> Reference | None:
    """Give what `key` of a reference refers to, as `catalog/surface.js` answers it."""
    if not of.name:
        return None if key in _FIXED else Reference(of.api, key, node)
    if key == "raw" and not of.paged:
        return of
    if key == "items" and not of.paged:
        return replace(of, paged=True)
    if key in _OF_FUNCTIONS or of.takes_path or of.name == "request":
        return None
    return Reference(of.api, f"{of.name}{'.items' if of.paged else ''}.{key}", node)
