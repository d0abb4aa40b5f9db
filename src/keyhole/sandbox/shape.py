"""Finds what a program's value is: the rules that make one function body of the many forms in which models write."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyhole.sandbox.syntax import Edit, blank, fail, parse

if TYPE_CHECKING:
    from tree_sitter import Node

    from keyhole.sandbox.typescript import Survey

_CALLABLE = frozenset(("arrow_function", "function_expression", "function_declaration"))
_WRAPPERS = frozenset(("parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression"))
_NOTHING = frozenset(("comment", "hash_bang_line", "empty_statement"))
_DECLARATIONS = frozenset(
    ("function_declaration", "generator_function_declaration", "class_declaration", "lexical_declaration",
     "variable_declaration", "interface_declaration", "type_alias_declaration", "ambient_declaration",
     "function_signature", "abstract_class_declaration", "enum_declaration", "import_statement", "export_statement")
)  # fmt: skip
_TYPES_ONLY = frozenset(("interface_declaration", "type_alias_declaration", "ambient_declaration", "import_statement"))
_MAIN = frozenset(("main", "run", "execute", "handler", "program", "script", "start"))
_EXPORTS = re.compile(rb"(?:module\s*\.\s*exports(?:\s*\.\s*default)?|exports\s*\.\s*default)")
# A function declared with a parameter gets the globals: `async ({ github }) => …` is written often.
_CALL = "(f => f.length ? f(globalThis) : f())"
_CALL_IF_FUNCTION = '(f => typeof f !== "function" ? f : f.length ? f(globalThis) : f())'


@dataclass
class Shape:
    """The edits that make the text return its value, and what is put behind it."""

    edits: list[Edit] = field(default_factory=list[Edit])
    ending: str = ""

    def wrap(self, node: Node, before: str, after: str) -> None:
        """Put text around a node."""
        self.edits.append(Edit(node.start_byte, node.start_byte, before))
        self.edits.append(Edit(node.end_byte, node.end_byte, after))

    def give(self, data: bytes, value: Node) -> None:
        """Return a value; a function is called, and so is what turns out to be one."""
        inner = _unwrap(value)
        if inner.type in _CALLABLE:
            self.wrap(value, f"return {_CALL}(", ")")
        elif inner.type == "identifier":
            self.wrap(value, f"return {_CALL_IF_FUNCTION}(", ")")
        else:
            if value.type == "unary_expression" and value.children[0].type == "void":
                # `void main()` would drop the promise that the run has to wait for
                self.edits.append(blank(data, value.start_byte, value.children[0].end_byte))
            self.wrap(value, "return (", ")")


def shape(data: bytes, root: Node, found: Survey) -> Shape:
    """Decide what the program's value is. Raises ProgramError(kind="syntax") where there is no program."""
    statements = [child for child in root.named_children if child.type not in _NOTHING]
    if not statements or all(statement.type in _TYPES_ONLY for statement in statements):
        what = "declares types only" if statements else "holds only comments" if data.strip() else "is empty"
        raise fail(data, 0, f"The program {what}.", "write JavaScript that returns a value, like `return 1 + 1`")
    made = Shape()
    if found.default is not None:
        _default(data, made, found.default, last=statements[-1] == found.default)
    elif not found.returns:
        _tail(data, made, statements, found)
    return made


def _unwrap(node: Node) -> Node:
    while node.type in _WRAPPERS:
        inner = next((child for child in node.named_children if child.type != "comment"), None)
        if inner is None:
            return node
        node = inner
    return node


def _default(data: bytes, made: Shape, export: Node, *, last: bool) -> None:
    """`export default …`: its value is the program's, and a function is called."""
    value = next((child for child in export.named_children if child.type not in ("comment", "decorator")), None)
    if value is None:
        return
    made.edits.append(blank(data, export.start_byte, value.start_byte))
    name = value.child_by_field_name("name")
    if value.type == "function_declaration" and name is not None:
        made.ending = f"\n;return {_CALL}({data[name.start_byte : name.end_byte].decode()});"
    elif last:
        made.give(data, value)
    else:
        kept = "$default"
        while kept.encode() in data:
            kept += "$"
        made.wrap(value, f"const {kept} = ", ";")
        made.ending = f"\n;return {_CALL_IF_FUNCTION}({kept});"


def _tail(data: bytes, made: Shape, statements: list[Node], found: Survey) -> None:
    """No `return` and no export: the last statement's value is the program's, as in a REPL."""
    last = statements[-1]
    if last.type == "expression_statement":
        value = next((child for child in last.named_children if child.type != "comment"), None)
        if value is not None:
            _expression(data, made, value)
    elif last.type == "statement_block":
        text = b"(" + data[last.start_byte : last.end_byte] + b")"
        if not parse(text).has_error:
            made.wrap(last, "return (", ")")
    else:
        name = _function_name(data, last)
        if name is not None and _uncalled(data, name, statements, found):
            made.ending = f"\n;return {_CALL}({name});"


def _expression(data: bytes, made: Shape, value: Node) -> None:
    if value.type == "assignment_expression":
        left, right = value.child_by_field_name("left"), value.child_by_field_name("right")
        if left is not None and right is not None and _EXPORTS.fullmatch(data[left.start_byte : left.end_byte]):
            made.edits.append(blank(data, left.start_byte, right.start_byte))
            made.give(data, right)
            return
    made.give(data, value)


def _function_name(data: bytes, statement: Node) -> str | None:
    """Give the name of the function that the statement declares, as a declaration or as a constant."""
    if statement.type == "export_statement":
        statement = statement.named_children[-1]
    if statement.type in ("lexical_declaration", "variable_declaration"):
        declarators = [child for child in statement.named_children if child.type == "variable_declarator"]
        value = declarators[0].child_by_field_name("value") if len(declarators) == 1 else None
        if value is None or _unwrap(value).type not in _CALLABLE:
            return None
        statement = declarators[0]
    elif statement.type != "function_declaration":
        return None
    name = statement.child_by_field_name("name")
    return None if name is None else data[name.start_byte : name.end_byte].decode(errors="replace")


def _uncalled(data: bytes, name: str, statements: list[Node], found: Survey) -> bool:
    """Say whether the function of the last statement is the program: nothing calls it, and nothing else is one."""
    used = re.findall(rf"(?<![\w$]){re.escape(name)}(?![\w$])", data.decode(errors="replace"))
    if len(used) != 1:
        return False
    quiet = not found.acts and all(statement.type in _DECLARATIONS for statement in statements)
    return quiet or name in _MAIN
