"""An `await` forgotten: what a call gives is used as if it were the answer. It throws as soon as it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyhole.preflight.flow import bare, first

if TYPE_CHECKING:
    from tree_sitter import Node

    from keyhole.preflight.names import Names
    from keyhole.preflight.reference import References

_OF_PROMISES = frozenset(("then", "catch", "finally", "constructor"))
_LITERAL = ("number", "string")
_ASKING = frozenset(("find", "describe"))


class Promises:
    """Finds uses of promises in one program."""

    def __init__(self, names: Names, references: References) -> None:
        self._names = names
        self._references = references

    def problem(self, node: Node) -> tuple[str, str, Node] | None:
        """Give what is wrong with a use, what to do, and where; None where the node uses no promise of a call.

        `node` is a member, a subscript, a declaration, a loop or a spread that is evaluated.
        """
        held, use, where = self._use(node)
        if held is None:
            return None
        held = bare(held)
        kept = ""
        if held.type == "identifier":
            binding = self._names.only(held)
            if binding is None or binding.value is None or binding.field:
                return None
            kept, held = self._names.text(held), bare(binding.value)
        name = self._called(held)
        if name is None or (use in ("reading .toArray", "reading .take") and self._paged(held)):
            return None
        hint = f"Write `const {kept} = await {name}(…)`." if kept else f"Write `(await {name}(…))` around the call."
        # the words of catalog/surface.js, which says it where the program runs
        return f"{name}(…) is a Promise: await it before {use}", hint, where

    def _use(self, node: Node) -> tuple[Node | None, str, Node]:
        """Give what is used, how, and where."""
        field = node.child_by_field_name
        if node.type == "member_expression":
            last = field("property")
            name = self._names.text(last) if last is not None else ""
            return (None if name in _OF_PROMISES else field("object")), f"reading .{name}", last or node
        if node.type == "subscript_expression":
            index = field("index")
            plain = index is not None and index.type in _LITERAL and self._names.text(index)[1:-1] not in _OF_PROMISES
            return (field("object") if plain else None), "reading a part of it", index or node
        if node.type == "variable_declarator":
            return self._taken_apart(node)
        if node.type == "for_in_statement" and any(child.type == "of" for child in node.children):
            return (None if _awaits(node) else field("right")), "going through it", field("right") or node
        return None, "", node

    def _taken_apart(self, node: Node) -> tuple[Node | None, str, Node]:
        pattern, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if pattern is None or pattern.type not in ("object_pattern", "array_pattern"):
            return None, "", node
        if pattern.type == "array_pattern":
            return value, "going through it", pattern
        one = first(pattern)
        key = (one.child_by_field_name("key") or one.child_by_field_name("left") or one) if one is not None else None
        name = self._names.text(key) if key is not None else ""
        plain = one is not None and one.type != "rest_pattern" and name.isidentifier() and name not in _OF_PROMISES
        return (value if plain else None), f"reading .{name}", pattern

    def _paged(self, call: Node) -> bool:
        function = call.child_by_field_name("function")
        found = self._references.of(function) if function is not None else None
        return found is not None and found.paged

    def _called(self, call: Node) -> str | None:
        """Give what is called, as the program writes it, where that gives a promise of ours."""
        function = call.child_by_field_name("function") if call.type == "call_expression" else None
        if function is None:
            return None
        written = self._names.text(function)
        if function.type == "identifier" and written in _ASKING and self._names.is_global(written):
            return written
        found = self._references.of(function)
        return " ".join(written.split())[:80] if found is not None and found.name else None


def _awaits(loop: Node) -> bool:
    return any(child.type == "await" for child in loop.children)
