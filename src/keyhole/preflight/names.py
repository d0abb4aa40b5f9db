"""What the names of a program are bound to, as far as that is certain: one walk over its tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

FUNCTIONS = frozenset(
    ("function_declaration", "generator_function_declaration", "function_expression", "generator_function",
     "arrow_function", "method_definition", "class_static_block")
)  # fmt: skip
CALLABLE = frozenset(("function_declaration", "function_expression", "arrow_function"))
"""Functions whose body runs when they are called: a generator's does not."""
_SCOPES = FUNCTIONS | {
    "program", "statement_block", "for_statement", "for_in_statement", "switch_body", "catch_clause", "class_body",
}  # fmt: skip
# With these a program can change what its names mean, or what is sent for an object, and no reading tells how.
_UNTOLD_NAMES = frozenset(("globalThis", "eval", "Function"))
_UNTOLD_FIELDS = frozenset(("constructor", "prototype", "__proto__", "toJSON"))
_OPENING = b"(f => "
_HANDING = b"f.length ? f(globalThis) : f())"


@dataclass(frozen=True, slots=True)
class Binding:
    """What a name is bound to: the `value` of its declaration, or the `field` of that value which it is taken from.

    A function's value is the function. `value` is None for what is given from elsewhere: a parameter, a loop.
    `scope` is where the name holds, in bytes.
    """

    value: Node | None
    scope: tuple[int, int]
    field: str = ""


@dataclass
class Names:
    """The names and the calls of one program."""

    data: bytes
    bound: dict[str, list[Binding]] = field(default_factory=dict[str, list[Binding]])
    assigned: set[str] = field(default_factory=set[str])
    """Names that get another value after their declaration."""
    retyped: bool = False
    """Whether a name is given another value by `=`, and so perhaps another type."""
    fields_set: set[str] = field(default_factory=set[str])
    """Names of fields that are assigned to; "" for one that is not known."""
    uses: dict[str, list[Node]] = field(default_factory=dict[str, list["Node"]])
    calls: list[Node] = field(default_factory=list["Node"])
    caught: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """Where an exception is caught, in bytes."""
    classes: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    untold: bool = False
    """Whether the program may change what its names mean in ways that no reading tells."""
    scopes: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """The scopes around the walk's place."""
    declared: set[int] = field(default_factory=set[int])
    """Where identifiers stand that declare or are assigned to."""
    granted: set[int] = field(default_factory=set[int])
    """Where parameters stand that take a global by its own name: `async ({ github }) => …` as a program."""

    def text(self, node: Node) -> str:
        """Give the text of a node."""
        return self.data[node.start_byte : node.end_byte].decode(errors="replace")

    def only(self, node: Node) -> Binding | None:
        """Give what the identifier `node` is bound to, if that is certain: declared once, around it, never assigned."""
        name = self.text(node)
        found = self.bound.get(name, ())
        if len(found) != 1 or name in self.assigned:
            return None
        start, end = found[0].scope
        return found[0] if start <= node.start_byte and node.end_byte <= end else None

    def is_global(self, name: str) -> bool:
        """Say whether a name is nowhere bound or assigned: it means the global of that name everywhere."""
        return name not in self.bound and name not in self.assigned

    def bind(self, pattern: Node, value: Node | None = None, *, around: int = -1) -> None:
        """Bind every name of a pattern; `around` picks the scope."""
        scope = self.scopes[around]
        known = dict(_taken(self, pattern)) if value is not None else {}
        for leaf in leaves(pattern):
            if leaf.start_byte in self.granted:
                self.declared.add(leaf.start_byte)
            elif leaf.type not in ("member_expression", "subscript_expression"):
                taken = known.get(leaf.start_byte)
                self.declared.add(leaf.start_byte)
                binding = Binding(None if taken is None else value, scope, taken or "")
                self.bound.setdefault(self.text(leaf), []).append(binding)

    def assign(self, pattern: Node) -> None:
        """Note every name and field that a pattern assigns to."""
        for leaf in leaves(pattern):
            if leaf.type == "member_expression":
                self.fields_set.add(self.text(leaf.children[-1]))
            elif leaf.type == "subscript_expression":
                self.fields_set.add("")
            else:
                self.declared.add(leaf.start_byte)
                self.assigned.add(self.text(leaf))


def read(data: bytes, root: Node) -> Names:
    """Walk the tree once, without recursion."""
    names = Names(data)
    cursor = root.walk()
    depth = 0
    inside: list[int] = []
    while True:
        node = cursor.node
        assert node is not None
        if node.type in _SCOPES:
            inside.append(depth)
            names.scopes.append((node.start_byte, node.end_byte))
        rule = _RULES.get(node.type) if node.is_named else None
        if (rule is None or rule(names, node) is not False) and cursor.goto_first_child():
            depth += 1
            continue
        while True:
            if inside and inside[-1] == depth:
                inside.pop()
                names.scopes.pop()
            if cursor.goto_next_sibling():
                break
            if not cursor.goto_parent():
                return names
            depth -= 1


def leaves(pattern: Node) -> Iterator[Node]:
    """Give the names, and in an assignment the fields, that a pattern binds."""
    queue = [pattern]
    while queue:
        node = queue.pop()
        match node.type:
            case "pair_pattern":
                inner = node.child_by_field_name("value")
            case "assignment_pattern" | "object_assignment_pattern":
                inner = node.child_by_field_name("left")
            case "required_parameter" | "optional_parameter":
                inner = node.child_by_field_name("pattern")
            case "object_pattern" | "array_pattern" | "rest_pattern" | "formal_parameters" | "parenthesized_expression":
                queue += node.named_children
                continue
            case "comment" | "this" | "undefined":
                continue
            case _:
                yield node
                continue
        if inner is not None:
            queue.append(inner)


def _taken(names: Names, pattern: Node) -> Iterator[tuple[int, str]]:
    """Give where a name of the pattern stands and which field of the value it is, "" for the whole value."""
    if pattern.type == "identifier":
        yield pattern.start_byte, ""
    elif pattern.type == "object_pattern":
        for child in pattern.named_children:
            if child.type == "shorthand_property_identifier_pattern":
                yield child.start_byte, names.text(child)
            elif child.type == "pair_pattern":
                key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
                if key is not None and value is not None and (key.type, value.type) == _PLAIN_PAIR:
                    yield value.start_byte, names.text(key)


_PLAIN_PAIR = ("property_identifier", "identifier")


def _declarator(names: Names, node: Node) -> None:
    name = node.child_by_field_name("name")
    if name is not None:
        names.bind(name, node.child_by_field_name("value"))


def _function(names: Names, node: Node) -> None:
    name = node.child_by_field_name("name")
    if name is not None and name.type == "identifier":
        # a declaration's name holds around it, an expression's in it
        declares = node.type in ("function_declaration", "generator_function_declaration")
        names.bind(name, node if node.type in CALLABLE else None, around=-2 if declares else -1)
    for part in ("parameters", "parameter"):
        parameters = node.child_by_field_name(part)
        if parameters is not None:
            names.bind(parameters)


def _class(names: Names, node: Node) -> None:
    name = node.child_by_field_name("name")
    if name is not None:
        names.bind(name)
    names.classes.append((node.start_byte, node.end_byte))


def _catch(names: Names, node: Node) -> None:
    parameter = node.child_by_field_name("parameter")
    if parameter is not None:
        names.bind(parameter)


def _try(names: Names, node: Node) -> None:
    body, handler = node.child_by_field_name("body"), node.child_by_field_name("handler")
    if body is not None and handler is not None:
        names.caught.append((body.start_byte, body.end_byte))


def _loop(names: Names, node: Node) -> None:
    left = node.child_by_field_name("left")
    if left is not None and node.child_by_field_name("kind") is not None:
        names.bind(left)
    elif left is not None:
        names.assign(left)


def _assignment(names: Names, node: Node) -> None:
    left = node.child_by_field_name("left") or node.child_by_field_name("argument")
    if left is not None:
        before = len(names.assigned)
        names.assign(left)
        names.retyped = names.retyped or (node.type == "assignment_expression" and len(names.assigned) > before)


def _identifier(names: Names, node: Node) -> None:
    name = names.text(node)
    if name in _UNTOLD_NAMES or name in _UNTOLD_FIELDS or "\\" in name:  # an escape spells any name
        names.untold = True
    if node.start_byte not in names.declared:
        names.uses.setdefault(name, []).append(node)


def _field(names: Names, node: Node) -> None:
    name = names.text(node)
    if name in _UNTOLD_FIELDS or "\\" in name:
        names.untold = True


def _call(names: Names, node: Node) -> None:
    names.calls.append(node)
    program = opened(names.data, node)
    parameters = program.child_by_field_name("parameters") if program is not None else None
    for parameter in parameters.named_children if parameters is not None else ():
        pattern = parameter.child_by_field_name("pattern")
        if pattern is not None and parameter.child_by_field_name("value") is None:
            found = set(_taken(names, pattern)) if pattern.type == "object_pattern" else set[tuple[int, str]]()
            names.granted |= {
                leaf.start_byte for leaf in leaves(pattern) if (leaf.start_byte, names.text(leaf)) in found
            }


def opened(data: bytes, call: Node) -> Node | None:
    """Give the function that is the program, where this is the call that `sandbox.shape` puts around it."""
    function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    if function is None or arguments is None or not _hands_globals(data, function):
        return None
    return arguments.named_children[0] if arguments.named_child_count == 1 else None


def _hands_globals(data: bytes, node: Node) -> bool:
    return data.startswith(_OPENING, node.start_byte) and data.endswith(_HANDING, 0, node.end_byte)


def _parenthesized(names: Names, node: Node) -> bool:
    return not _hands_globals(names.data, node)


def _with(names: Names, _node: Node) -> None:
    names.untold = True


def _this(names: Names, node: Node) -> None:
    """Outside of a class it may be the global object, through which every name can be set."""
    if not any(start < node.start_byte < end for start, end in names.classes):
        names.untold = True


_RULES: dict[str, Callable[[Names, Node], bool | None]] = {
    **dict.fromkeys(FUNCTIONS - {"class_static_block"}, _function),
    **dict.fromkeys(("class_declaration", "class"), _class),
    **dict.fromkeys(("identifier", "shorthand_property_identifier"), _identifier),
    **dict.fromkeys(("property_identifier", "shorthand_property_identifier_pattern", "string_fragment"), _field),
    **dict.fromkeys(("assignment_expression", "augmented_assignment_expression", "update_expression"), _assignment),
    "with_statement": _with,
    "this": _this,
    "variable_declarator": _declarator,
    "catch_clause": _catch,
    "try_statement": _try,
    "for_in_statement": _loop,
    "call_expression": _call,
    "parenthesized_expression": _parenthesized,
}
