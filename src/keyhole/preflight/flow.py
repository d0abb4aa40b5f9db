"""Small questions about a program's tree: where control may leave, and what is only reached if something is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyhole.preflight.names import FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

_MAX_CHAIN = 64
_JUMPS = frozenset(("break_statement", "continue_statement"))
_LEAVES = _JUMPS | {"return_statement", "yield_expression"}
_KEEPS = {
    **dict.fromkeys(("for_statement", "for_in_statement", "while_statement", "do_statement"), _JUMPS),
    "switch_statement": frozenset(("break_statement",)),
}
"""Which jumps without a label stay within a statement."""


def first(node: Node | None) -> Node | None:
    """Give the first named child that is no comment."""
    return next((child for child in node.named_children if child.type != "comment"), None) if node is not None else None


def bare(node: Node) -> Node:
    """Take the parentheses off an expression."""
    while node.type == "parenthesized_expression" and (inner := first(node)) is not None:
        node = inner
    return node


def start_of_chain(node: Node) -> Node | None:
    """Give what stands left of the first `?.` in a chain of members and calls; None where there is none.

    What is longer than any chain that people write counts as if there were one.
    """
    found: Node | None = None
    at: Node | None = node
    for _ in range(_MAX_CHAIN):
        if at is None or at.type not in ("member_expression", "subscript_expression", "call_expression"):
            return found
        inner = at.child_by_field_name("object") or at.child_by_field_name("function")
        if any(child.type in ("optional_chain", "?.") for child in at.children):
            found = inner
        at = inner
    return at


def may_leave(statement: Node) -> bool:
    """Say whether a statement may end more than itself: a `return`, or a `break` of a loop around it."""
    queue: list[tuple[Node, frozenset[str]]] = [(statement, frozenset())]
    while queue:
        node, kept = queue.pop()
        if node.type in FUNCTIONS:
            continue
        if node.type in _LEAVES and (node.type not in kept or node.named_child_count):  # a label is a named child
            return True
        kept = kept | _KEEPS.get(node.type, frozenset())
        queue += [(child, kept) for child in node.named_children]
    return False


def throws_on(handler: Node) -> bool:
    """Say whether a `catch` always throws in the end."""
    body = handler.child_by_field_name("body")
    inside = [child for child in body.named_children if child.type != "comment"] if body is not None else []
    return bool(inside) and inside[-1].type == "throw_statement" and not any(may_leave(one) for one in inside)
