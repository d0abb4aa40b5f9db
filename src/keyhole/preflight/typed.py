"""What a compiler says of a program, and which of it matters: a Promise where a value is needed.

The compiler sees the program without its types, so that no annotation of the model's can mislead it, and calls as the
gateway takes them, not as the document words them. What it infers is believed only where nothing in the program can
give a name another type than it had.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING

from keyhole.preflight.flow import bare

if TYPE_CHECKING:
    from tree_sitter import Node

    from keyhole.catalog.operation import Operation
    from keyhole.preflight.finding import Finding
    from keyhole.preflight.preflight import Reading
    from keyhole.preflight.tsc import Diagnostic, Tsc

_SCALARS = frozenset(("string", "integer", "number", "boolean"))
_NO_FIELD = frozenset((2339, 2551, 2570))
_NO_ITERATOR = frozenset((2488,))
_MISFIT = frozenset((2322, 2345))
_OF_PROMISE = re.compile(r"^Property '\w+' does not exist on type 'Promise<")
_IS_PROMISE = re.compile(r"^(?:Type|Argument of type) 'Promise<")
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)


async def check(reading: Reading, tsc: Tsc) -> list[Finding]:
    """Give what the compiler finds that every run of the program fails at."""
    names = reading.names
    operations = _operations(reading)
    if names.retyped or not operations or not await tsc.serves():
        return []
    program = names.data.decode(errors="replace")
    sources = {"program.ts": program, "globals.d.ts": _globals(), "apis.d.ts": declarations(operations)}
    lines = program.split("\n")
    found: list[Finding] = []
    for said in await tsc.check(sources):
        node = _node(reading, lines, said)
        finding = _finding(reading, said, node) if node is not None else None
        if finding is not None:
            found.append(finding)
    return found


def _globals() -> str:
    return files("keyhole.preflight").joinpath("globals.d.ts").read_text("utf-8")


def _operations(reading: Reading) -> dict[str, dict[str, Operation]]:
    """Give the operations that the program calls, by API and by the name that it writes."""
    found: dict[str, dict[str, Operation]] = {}
    for call in reading.names.calls:
        function = call.child_by_field_name("function")
        reference = reading.references.of(function) if function is not None else None
        if reference is not None:
            operation = None if reference.takes_path else reading.calls.operation(reference, call)
            named = found.setdefault(reference.api, {})
            if operation is not None and _IDENTIFIER.fullmatch(reference.name):
                named[reference.name] = operation
    return found


def declarations(operations: dict[str, dict[str, Operation]]) -> str:
    """Declare APIs with the operations that are called: names of an operation's arguments, and what they may be."""
    texts: list[str] = []
    for api, named in operations.items():
        members = "; ".join(f"{name}: Call<{_arguments(operation)}>" for name, operation in named.items())
        texts.append(f"declare const {api}: Api & {{ {members} }};")
    return "\n".join(texts)


def _arguments(operation: Operation) -> str:
    signature = operation.signature
    rows = [
        f"{one.name}?: {'Scalar' if signature.schemas.resolve(one.schema).get('type') in _SCALARS else 'Given'}"
        for one in signature.parameters
        if _IDENTIFIER.fullmatch(one.name)
    ]
    return "{ " + "; ".join([*rows, "body?: Given"]) + " }"


def _node(reading: Reading, lines: list[str], said: Diagnostic) -> Node | None:
    """Give the node that a diagnostic is about."""
    if said.line > len(lines):
        return None
    before = lines[said.line - 1].encode("utf-16-le", "replace")[: (said.column - 1) * 2].decode("utf-16-le", "replace")
    row, column = said.line - 1, len(before.encode())
    return reading.root.descendant_for_point_range((row, column), (row, column))


def _finding(reading: Reading, said: Diagnostic, node: Node) -> Finding | None:
    if said.code in _NO_FIELD and _OF_PROMISE.match(said.message):
        return _read(reading, node)
    if said.code in _NO_ITERATOR and "'Promise<" in said.message:
        return _iterated(reading, node)
    if said.code in _MISFIT and _IS_PROMISE.match(said.message):
        return _given(reading, node)
    return None


def _read(reading: Reading, node: Node) -> Finding | None:
    """Find what fails next where a field of a promise, which is undefined, is called or read."""
    member, course = node.parent, reading.course
    field = reading.names.text(node)
    held = member.child_by_field_name("object") if member is not None else None
    user = member.parent if member is not None else None
    if member is None or held is None or user is None or member.id not in course.evaluated:
        return None
    called = user.type == "call_expression" and user.child_by_field_name("function") == member
    read = user.type in ("member_expression", "subscript_expression") and user.child_by_field_name("object") == member
    if not (called or read) or user.id not in course.evaluated or field in reading.names.fields_set:
        return None
    return _forgotten(reading, held, f"reading .{field}", node)


def _iterated(reading: Reading, node: Node) -> Finding | None:
    user = node
    while user.parent is not None and user.type not in ("variable_declarator", "for_in_statement"):
        user = user.parent
    value = user.child_by_field_name("right") or user.child_by_field_name("value")
    if value is None or all(user.id != one.id for one in reading.course.uses):
        return None
    pattern = user.child_by_field_name("name")
    if pattern is not None and pattern.type != "array_pattern":
        return None
    return _forgotten(reading, value, "going through it", node)


def _given(reading: Reading, node: Node) -> Finding | None:
    """Find the promise that is given to a call, which cannot be sent."""
    member = node if node.type == "shorthand_property_identifier" else node.parent
    value = node if member is node or member is None else member.child_by_field_name("value")
    call = member
    while call is not None and call.type in ("shorthand_property_identifier", "pair", "object", "arguments"):
        call = call.parent
    function = call.child_by_field_name("function") if call is not None else None
    if call is None or function is None or value is None or call.id not in reading.course.settled:
        return None
    if reading.references.of(function) is None:
        return None
    return _forgotten(reading, value, f"giving it to {reading.names.text(function)}", node)


def _forgotten(reading: Reading, held: Node, use: str, node: Node) -> Finding | None:
    """Make the finding, where the promise comes from a call that is written out, through no container."""
    names = reading.names
    value = bare(held)
    if value.type in ("identifier", "shorthand_property_identifier"):
        binding = names.only(value)
        if binding is None or binding.value is None or binding.field:
            return None
        value = bare(binding.value)
    function = value.child_by_field_name("function") if value.type == "call_expression" else None
    if function is None or (function.type != "identifier" and reading.references.of(function) is None):
        return None
    written = names.text(held)[:60]
    return reading.finding(f"`{written}` is a Promise: await it before {use}", f"Write `await {written}`.", node)
