"""What is certain to happen when a program runs: the expressions that every run evaluates, unless it fails before.

A program goes down its statements. After one that may leave (a `return` under a condition), nothing is certain;
neither is what stands under a condition, behind `&&` or `?.`, in a loop that may not turn, in a function that nobody
calls for certain, or where an exception is caught.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyhole.preflight.flow import bare, first, may_leave, start_of_chain, throws_on
from keyhole.preflight.names import CALLABLE, FUNCTIONS, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tree_sitter import Node

    from keyhole.preflight.names import Names

_MAX_DEPTH = 80
_MAX_USES = 30
_SHORT_CIRCUITS = frozenset(("&&", "||", "??", "&&=", "||=", "??="))
_MEMBERS = ("member_expression", "subscript_expression")
_DECLARES = frozenset(("function_declaration", "generator_function_declaration", "class_declaration"))
# What evaluates all of its parts, in order.
_WHOLE = frozenset(
    ("unary_expression", "update_expression", "spread_element", "sequence_expression", "array", "template_string",
     "template_substitution", "computed_property_name", "arguments", "pair", "object", "new_expression")
)  # fmt: skip


class Course:
    """Walks a program as it will run.

    `evaluated` holds the ids of the nodes that are certain to be evaluated; `settled` those of them whose promise, if
    it is rejected, ends the program: awaited, returned or dropped. `uses` are those that read a part of a value.
    """

    def __init__(self, names: Names, root: Node) -> None:
        self.evaluated: set[int] = set()
        self.settled: set[int] = set()
        self.uses: list[Node] = []
        self.names = names
        self._followed: set[int] = set()
        self._depth = 0
        self._follow(first(first(first(root))))

    def statements(self, nodes: Iterable[Node]) -> bool:
        """Go down statements as far as is certain; say whether what comes after them is."""
        return all(self.statement(node) for node in nodes)

    def statement(self, node: Node | None) -> bool:
        """Go through one statement; say whether what comes after it is certain."""
        if node is None or node.type in _DECLARES or node.type == "comment":
            return True
        rule = _STATEMENTS.get(node.type)
        self._depth += 1
        goes_on = rule is None or self._depth > _MAX_DEPTH or rule(self, node)
        self._depth -= 1
        return goes_on and not may_leave(node)

    def expression(self, node: Node | None, *, settles: bool = False) -> None:
        """Note what is evaluated. `settles`: a promise that this gives is waited for, or dropped."""
        if node is None or node.type in FUNCTIONS or self._depth > _MAX_DEPTH:
            return
        self._depth += 1
        if (base := start_of_chain(node)) is not None:  # of `a?.b.c`, only `a` is certain
            self.expression(base)
        else:
            self.evaluated.add(node.id)
            if settles:
                self.settled.add(node.id)
            self._parts(node, settles=settles)
        self._depth -= 1

    def _parts(self, node: Node, *, settles: bool) -> None:
        match node.type:
            case "parenthesized_expression" | "await_expression":
                self.expression(first(node), settles=settles or node.type == "await_expression")
            case "call_expression":
                self._call(node, settles=settles)
            case "member_expression" | "subscript_expression":
                self.uses.append(node)
                self.expression(node.child_by_field_name("object"))
                self.expression(node.child_by_field_name("index"))
            case "binary_expression" | "augmented_assignment_expression" | "assignment_expression":
                self._two_sides(node)
            case "unary_expression" if node.children[0].type == "delete":
                deleted = node.child_by_field_name("argument")
                self.expression(deleted.child_by_field_name("object") if deleted is not None else None)
            case "ternary_expression":
                self.expression(node.child_by_field_name("condition"))
            case kind if kind in _WHOLE:
                for child in node.named_children:
                    self.expression(child)
            case _:
                pass

    def _two_sides(self, node: Node) -> None:
        operator = node.child_by_field_name("operator")
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and node.type == "assignment_expression":
            left = left.child_by_field_name("object")  # what is assigned to is not read
        self.expression(left)
        if operator is None or self.names.text(operator) not in _SHORT_CIRCUITS:
            self.expression(right)

    def _call(self, node: Node, *, settles: bool) -> None:
        program = opened(self.names.data, node)
        if program is not None:
            self._follow(self._function_of(program))
            return
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        given = [one for one in arguments.named_children if one.type != "comment"] if arguments is not None else []
        if settles and function is not None and self._hands_on(function, given):
            return
        self.expression(function)
        for argument in given:
            self.expression(argument)
        if settles and function is not None:
            self._follow(self._function_of(function))

    def _hands_on(self, function: Node, given: list[Node]) -> bool:
        """Go through `Promise.all([…])`, `.then(f)` and `.finally(f)`: what rejects a part of them rejects them."""
        if function.type != "member_expression" or len(given) != 1:
            return False
        held, name = function.child_by_field_name("object"), self.names.text(function)
        if name == "Promise.all" and self.names.is_global("Promise"):
            if given[0].type != "array":
                return given[0].type == "call_expression" and self._mapped(given[0])
            for item in given[0].named_children:
                self.expression(item, settles=item.type != "spread_element")
            return True
        if self.names.text(function.children[-1]) in ("then", "finally"):
            self.expression(held, settles=True)
            return True
        return False

    def _mapped(self, call: Node) -> bool:
        """Go through `[1, 2].map(f)` within `Promise.all`: `f` is called, and its promise waited for."""
        function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
        if function is None or function.type != "member_expression" or self.names.text(function.children[-1]) != "map":
            return False
        held, each = function.child_by_field_name("object"), first(arguments)
        if held is None or each is None or not self.has_items(held):
            return False
        self.expression(held)
        self._follow(self._function_of(each))
        return True

    def has_items(self, node: Node) -> bool:
        """Say whether this is for certain an array of one item or more."""
        if node.type == "identifier":
            binding = self.names.only(node)
            if binding is None or binding.value is None or binding.field or not self._stays(self.names.text(node)):
                return False
            node = binding.value
        return node.type == "array" and any(
            item.type not in ("comment", "spread_element") for item in node.named_children
        )

    def _stays(self, name: str) -> bool:
        """Say whether nothing can empty the array that a name holds."""
        uses = self.names.uses.get(name, ())
        return len(uses) <= _MAX_USES and all(_is_iterated(use) for use in uses)

    def _function_of(self, node: Node) -> Node | None:
        """Give the function of this program that is called by `node`."""
        node = bare(node)
        if node.type == "identifier":
            binding = self.names.only(node)
            if binding is None or binding.value is None or binding.field:
                return None
            node = bare(binding.value)
        return node if node.type in CALLABLE else None

    def _follow(self, function: Node | None) -> None:
        if function is None or function.id in self._followed or self._depth > _MAX_DEPTH:
            return
        self._followed.add(function.id)
        body = function.child_by_field_name("body")
        if body is not None and body.type == "statement_block":
            self.statements(body.named_children)
        else:
            self.expression(body, settles=True)


def _is_iterated(use: Node) -> bool:
    """Say whether a use of an array leaves it as it is: it is gone through, or mapped."""
    parent = use.parent
    if parent is None or parent.type == "for_in_statement":
        return parent is not None
    return parent.type == "member_expression" and parent.children[-1].text in (b"map", b"length", b"filter", b"join")


# Each rule goes through one kind of statement and says whether what comes after it is certain, but for `may_leave`.


def _expression(course: Course, node: Node) -> bool:
    # Nobody holds the promise of a call that stands alone, so nobody can catch what rejects it.
    course.expression(first(node), settles=True)
    return True


def _declaration(course: Course, node: Node) -> bool:
    for declarator in node.named_children:
        if declarator.type == "variable_declarator":
            course.expression(declarator.child_by_field_name("value"))
            course.uses.append(declarator)
    return True


def _return(course: Course, node: Node) -> bool:
    course.expression(first(node), settles=node.type == "return_statement")
    return False


def _block(course: Course, node: Node) -> bool:
    return course.statements(node.named_children)


def _condition(course: Course, node: Node) -> bool:
    course.expression(node.child_by_field_name("condition") or node.child_by_field_name("value"))
    return True


def _for(course: Course, node: Node) -> bool:
    course.statement(node.child_by_field_name("initializer"))
    condition = node.child_by_field_name("condition")
    if condition is None or condition.type in ("empty_statement", "true"):
        course.statement(node.child_by_field_name("body"))
    else:
        course.expression(condition)
    return True


def _while(course: Course, node: Node) -> bool:
    condition = node.child_by_field_name("condition")
    course.expression(condition)
    if condition is not None and bare(condition).type == "true":
        course.statement(node.child_by_field_name("body"))
    return True


def _do(course: Course, node: Node) -> bool:
    course.statement(node.child_by_field_name("body"))
    return True


def _for_in(course: Course, node: Node) -> bool:
    right = node.child_by_field_name("right")
    course.expression(right)
    course.uses.append(node)
    if right is not None and course.has_items(right):
        course.statement(node.child_by_field_name("body"))
    return True


def _try(course: Course, node: Node) -> bool:
    handler, final = node.child_by_field_name("handler"), node.child_by_field_name("finalizer")
    body = node.child_by_field_name("body")
    if (final is None or not may_leave(final)) and (handler is None or throws_on(handler)):
        course.statement(body)
    if final is not None:
        course.statement(final.child_by_field_name("body"))
    return True


_STATEMENTS: dict[str, Callable[[Course, Node], bool]] = {
    "expression_statement": _expression,
    **dict.fromkeys(("lexical_declaration", "variable_declaration"), _declaration),
    **dict.fromkeys(("return_statement", "throw_statement"), _return),
    "statement_block": _block,
    **dict.fromkeys(("if_statement", "switch_statement"), _condition),
    "for_statement": _for,
    "while_statement": _while,
    "do_statement": _do,
    "for_in_statement": _for_in,
    "try_statement": _try,
}
