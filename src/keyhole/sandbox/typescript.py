"""Erases TypeScript's types from a program and keeps every line and column.

What is erased becomes spaces, so plain JavaScript passes through as it is. Where blanks alone would change how the
rest is read (a missing semicolon, a newline before `=>`), a `;` or a parenthesis takes the place of one blank.
What has a meaning at run time becomes JavaScript in its place (lowering.py); namespaces and decorators are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyhole.sandbox import lowering
from keyhole.sandbox.syntax import Edit, blank, fail

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

FUNCTIONS = frozenset(
    ("function_declaration", "generator_function_declaration", "function_expression", "generator_function",
     "arrow_function", "method_definition", "class_static_block")
)  # fmt: skip
_TYPE_STATEMENTS = frozenset(
    ("interface_declaration", "type_alias_declaration", "ambient_declaration", "function_signature")
)
_NO_MODULES = "There are no modules: every API is a global already, and so are `find`, `describe` and `request`"
_COMMA = re.compile(rb"\s*,")
_OPENS_AFTER_NEWLINE = re.compile(rb"[^\S\n]*\r?\n\s*[(\[`]")


@dataclass
class Survey:
    """What one walk over a program's tree finds: the edits that erase its types, and what the wrapping must know."""

    data: bytes
    edits: list[Edit] = field(default_factory=list[Edit])
    errors: list[int] = field(default_factory=list[int])
    """Byte offsets where the parser stumbled."""
    returns: bool = False
    """Whether there is a `return` outside of every function."""
    acts: bool = False
    """Whether there is a call or an `await` outside of every function."""
    default: Node | None = None
    """The `export default` statement."""
    ends: set[int] = field(default_factory=set[int])
    """Where statements end without a semicolon."""
    own: dict[str, bool] = field(default_factory=dict[str, bool])
    """Whether the program has something of its own by the name of a global that is not there (`lowering.py`)."""
    frames: list[tuple[int, bool]] = field(default_factory=list[tuple[int, bool]])
    """Functions around the walk's place: (depth, async)."""

    def blank(self, start: int, end: int, *, first: str = "", last: str = "") -> None:
        """Erase a stretch; where a statement ends with it and no semicolon follows, it leaves one."""
        if end in self.ends and not first and not last:
            first = ";"
        self.edits.append(blank(self.data, start, end, first=first, last=last))

    def refuse(self, node: Node, message: str, hint: str) -> None:
        """Raise the syntax error for what cannot be erased."""
        raise fail(self.data, node.start_byte, message, hint)


def survey(data: bytes, root: Node) -> Survey:
    """Walk the tree once, without recursion. Raises ProgramError(kind="syntax") for what cannot be erased."""
    found = Survey(data)
    cursor = root.walk()
    depth = 0
    while True:
        node = cursor.node
        assert node is not None
        rule = RULES.get(node.type)
        if rule is not None:
            if node.type in FUNCTIONS:
                found.frames.append((depth, any(child.type == "async" for child in node.children[:4])))
            descend = rule(found, node)
        else:
            descend = True
        if descend and cursor.goto_first_child():
            depth += 1
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return found
            depth -= 1
            while found.frames and found.frames[-1][0] > depth:
                found.frames.pop()
        while found.frames and found.frames[-1][0] >= depth:
            found.frames.pop()


# Each rule looks at one kind of node and says whether the walk goes on inside it.


def _type(found: Survey, node: Node) -> bool:
    _ends_on_its_line(found, node.children[-1] if node.type == "type_annotation" else None)
    found.blank(node.start_byte, node.end_byte)
    return False


def _ends_on_its_line(found: Survey, kind: Node | None) -> None:
    """Refuse `Type⏎[…]`: the language ends the type at the newline, this parser takes the bracket for a part of it."""
    while kind is not None and kind.type in ("lookup_type", "array_type"):
        inner = kind.children[0]
        bracket = kind.children[1]
        if b"\n" in found.data[inner.end_byte : bracket.start_byte]:
            found.refuse(bracket, "This bracket would be read as a part of the type before it.", "put a `;` before it")
        kind = inner


def _type_arguments(found: Survey, node: Node) -> bool:
    data, start = found.data, node.start_byte
    # `a < b, c > (d)`: with spaces around, it is a comparison that merely looks like generics
    if not (data[start - 1 : start].isspace() and data[start + 1 : start + 2].isspace()):
        found.blank(start, node.end_byte)
    return False


def _type_statement(found: Survey, node: Node) -> bool:
    if node.is_named:
        found.blank(node.start_byte, node.end_byte, first=";")
    return not node.is_named


def _statement(found: Survey, node: Node) -> bool:
    if not found.data.endswith(b";", 0, node.end_byte):
        found.ends.add(node.end_byte)
    return True


def _return(found: Survey, node: Node) -> bool:
    if not found.frames:
        found.returns = True
    return _statement(found, node)


def _as(found: Survey, node: Node) -> bool:
    operator = next((child for child in node.children if child.type in ("as", "satisfies")), None)
    if operator is not None:
        # a type ends before a newline and a bracket; the blank line would become a call or an index
        _ends_on_its_line(found, node.children[-1])
        first = ";" if _OPENS_AFTER_NEWLINE.match(found.data, node.end_byte) else ""
        found.blank(operator.start_byte, node.end_byte, first=first)
    return True


def _non_null(found: Survey, node: Node) -> bool:
    last = node.children[-1]
    if last.type == "!":
        found.edits.append(blank(found.data, last.start_byte, last.end_byte))
    return True


def _assertion(found: Survey, node: Node) -> bool:
    types, value = node.children[0], node.children[-1]
    multiline = b"\n" in found.data[types.start_byte : value.start_byte]
    body = value.type == "object" and found.data[max(0, node.start_byte - 200) : node.start_byte].rstrip().endswith(
        b"=>"
    )
    if multiline or body:
        found.refuse(node, "This type assertion cannot be erased in place.", "write `(value as Type)`")
    return True


def _export(found: Survey, node: Node) -> bool:
    kinds = {child.type for child in node.children}
    if "source" in kinds or ("from" in kinds and "type" not in kinds):
        found.refuse(node, "A program cannot export from a module.", f"{_NO_MODULES}. Delete this line.")
    if "type" in kinds or "export_clause" in kinds or kinds & _TYPE_STATEMENTS or "namespace" in kinds:
        found.blank(node.start_byte, node.end_byte, first=";")
        return False
    keyword = node.children[0]
    if "default" in kinds:
        found.default = node
    elif keyword.type == "export":
        found.blank(keyword.start_byte, keyword.end_byte)
    return True


def _import(found: Survey, node: Node) -> bool:
    if not node.is_named:
        return True
    specifiers = [
        name
        for clause in node.children
        if clause.type == "import_clause"
        for names in clause.children
        for name in (names.children if names.type == "named_imports" else (names,))
        if name.is_named
    ]
    types_only = bool(specifiers) and all(name.children and name.children[0].type == "type" for name in specifiers)
    if types_only or any(child.type == "type" for child in node.children):
        found.blank(node.start_byte, node.end_byte, first=";")
        return False
    found.refuse(node, "A program cannot import.", f"{_NO_MODULES}. Delete this line.")
    return False


def _parameter(found: Survey, node: Node) -> bool:
    for child in node.children:
        if child.type == "?":
            found.blank(child.start_byte, child.end_byte)
    if node.children and node.children[0].type == "this":
        comma = _COMMA.match(found.data, node.end_byte)
        found.blank(node.start_byte, comma.end() if comma else node.end_byte)
        return False
    return True


def _declarator(found: Survey, node: Node) -> bool:
    for child in node.children[1:3]:
        if child.type == "!":
            found.edits.append(blank(found.data, child.start_byte, child.end_byte))
    return True


def _member(found: Survey, node: Node) -> bool:
    """Take a field or a method of a class: its modifiers, `?` and `!`; all of it where it only declares."""
    children = node.children
    if any(child.type in ("declare", "abstract") for child in children):
        return _type_statement(found, node)
    if node.type == "public_field_definition":
        found.ends.add(node.end_byte)
    else:
        lowering.parameter_properties(found, node)
    for child in children:
        if child.type in lowering.MODIFIERS:
            # the field before may lack its semicolon
            first = ";" if child.start_byte == node.start_byte else " "
            found.blank(child.start_byte, child.end_byte, first=first)
        elif child.type in ("?", "!"):
            found.blank(child.start_byte, child.end_byte)
    return True


def _abstract_class(found: Survey, node: Node) -> bool:
    for child in node.children:
        if child.type == "abstract":
            found.blank(child.start_byte, child.end_byte)
    return True


def _arrow(found: Survey, node: Node) -> bool:
    """No newline may stand before `=>` or behind `async` and `return`: brackets move over it where types held one."""
    parameters = node.child_by_field_name("parameters")
    if parameters is None:
        return True
    result = node.child_by_field_name("return_type")
    if result is not None and b"\n" in found.data[parameters.end_byte : result.end_byte]:
        found.blank(parameters.end_byte - 1, parameters.end_byte)
        found.blank(result.start_byte, result.end_byte, last=")")
    generics = node.child_by_field_name("type_parameters")
    if generics is not None and b"\n" in found.data[generics.start_byte : parameters.start_byte]:
        found.blank(generics.start_byte, generics.end_byte, first="(")
        found.blank(parameters.start_byte, parameters.start_byte + 1)
    return True


def _function(_found: Survey, _node: Node) -> bool:
    return True


def _await(found: Survey, node: Node) -> bool:
    if not found.frames:
        found.acts = True
    elif not found.frames[-1][1]:
        hint = "make that function async; around `.map(async …)` put `await Promise.all(…)`"
        found.refuse(node, "`await` stands in a function that is not async.", hint)
    return True


def _call(found: Survey, node: Node) -> bool:
    if not found.frames:
        found.acts = True
    return lowering.absent(found, node)


def _error(found: Survey, node: Node) -> bool:
    found.errors.append(node.start_byte)
    return True


def _unsupported(what: str, hint: str) -> Callable[[Survey, Node], bool]:
    def rule(found: Survey, node: Node) -> bool:
        if node.is_named:
            found.refuse(node, f"{what} not supported.", hint)
        return True

    return rule


RULES: dict[str, Callable[[Survey, Node], bool]] = {
    **dict.fromkeys(
        ("type_annotation", "type_predicate_annotation", "asserts_annotation", "type_parameters", "implements_clause"),
        _type,
    ),
    **dict.fromkeys(_TYPE_STATEMENTS, _type_statement),
    **dict.fromkeys(("method_signature", "abstract_method_signature", "index_signature"), _type_statement),
    **dict.fromkeys(
        ("expression_statement", "lexical_declaration", "variable_declaration", "throw_statement"), _statement
    ),
    **dict.fromkeys(FUNCTIONS, _function),
    **dict.fromkeys(("as_expression", "satisfies_expression"), _as),
    **dict.fromkeys(("required_parameter", "optional_parameter"), _parameter),
    **dict.fromkeys(("public_field_definition", "method_definition"), _member),
    **dict.fromkeys(("import_statement", "import_alias"), _import),
    **dict.fromkeys(("internal_module", "module"), _unsupported("Namespaces are", "use a plain object")),
    "type_arguments": _type_arguments,
    "return_statement": _return,
    "non_null_expression": _non_null,
    "type_assertion": _assertion,
    "export_statement": _export,
    "variable_declarator": _declarator,
    "abstract_class_declaration": _abstract_class,
    "arrow_function": _arrow,
    "await": _await,
    "call_expression": _call,
    "new_expression": _call,
    "ERROR": _error,
    "enum_declaration": lowering.enum,
    **dict.fromkeys(
        (
            "unary_expression",
            "binary_expression",
            "member_expression",
            "subscript_expression",
            "if_statement",
            "ternary_expression",
        ),
        lowering.absent,
    ),
    "decorator": _unsupported("Decorators are", "call the function yourself"),
}
