"""What TypeScript has at run time and JavaScript lacks, written as JavaScript in place: enums, parameter properties.

And a global that is not there, where it is only asked for: "undefined", while its use says what to do instead.

Nothing moves: the program's own words stay at their line and column, and what is put between them is an insertion.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from keyhole.sandbox.syntax import Edit, blank

if TYPE_CHECKING:
    from tree_sitter import Node

    from keyhole.sandbox.typescript import Survey

MODIFIERS = frozenset(("accessibility_modifier", "override_modifier", "readonly"))
# As tsc writes it: a member's value, and for numbers the way back. A member without a value is one more than the last.
_HEAD = (
    " = (({name}, $last = -1, $put = ($key, $value = $last + 1) => {{ $last = $value; {name}[$key] = $value;"
    ' if (typeof $value === "number") {name}[$value] = $key; }}) => '
)


ABSENT = frozenset(
    ("fetch", "XMLHttpRequest", "WebSocket", "EventSource", "Request", "Response", "Worker", "MessageChannel",
     "BroadcastChannel", "importScripts", "Blob", "File", "FileReader", "FormData", "ReadableStream", "WritableStream",
     "TransformStream", "require", "process", "Deno", "Bun", "localStorage", "sessionStorage", "indexedDB")
)  # fmt: skip
"""The globals of `quickjs/absent.js`: each of them refuses to be used."""


_GLOBAL = re.compile(r"\(?\s*global(?:This)?(?:\s+as\s+\w+)?\s*\)?$")
_LONG = 40
_ASKING = frozenset(("typeof", "!", "&&", "||", "??", "==", "!=", "===", "!=="))


def absent(found: Survey, node: Node) -> bool:
    """Lower `typeof process` and `globalThis.process?.env` to `undefined`, unless the program has its own `process`."""
    for part in _asked(node):
        owner, asked = None, part
        while asked.type == "parenthesized_expression" and asked.named_children:
            asked = asked.named_children[0]
        name: Node | None = asked
        if asked.type == "member_expression":
            owner, name = asked.child_by_field_name("object"), asked.child_by_field_name("property")
        elif asked.type != "identifier" or node.type != "unary_expression" or node.children[0].type != "typeof":
            continue
        if name is None or _text(found, name) not in ABSENT or _is_own(found, _text(found, name)):
            continue
        if owner is None or (owner.end_byte - owner.start_byte < _LONG and _GLOBAL.match(_text(found, owner))):
            found.edits.append(_insert(asked.start_byte, "undefined"))
            found.edits.append(blank(found.data, asked.start_byte, asked.end_byte))
    return True


def _asked(node: Node) -> list[Node]:
    """Give the parts of an expression or statement that it takes as a value that may be undefined."""
    children = node.children
    if node.type in ("unary_expression", "binary_expression"):
        operator = node.child_by_field_name("operator")
        return [child for child in children if child.is_named] if operator and operator.type in _ASKING else []
    if node.type in ("if_statement", "ternary_expression"):
        condition = node.child_by_field_name("condition")
        return [condition] if condition else []
    return children[:1] if len(children) > 1 and children[1].type in ("optional_chain", "?.") else []


def _is_own(found: Survey, name: str) -> bool:
    """Say whether the program has something of its own by that name, as far as a look at its text tells."""
    known = found.own.get(name)
    if known is None:
        declared = rb"(?:\b(?:const|let|var|class|function\*?)\s+|[{,(\[]\s*)%b\s*(?:[=,:})\](;]|=>)" % name.encode()
        is_set = rb"\.%b\s*=(?!=)" % name.encode()
        known = found.own[name] = bool(re.search(declared, found.data) or re.search(is_set, found.data))
    return known


def enum(found: Survey, node: Node) -> bool:
    """Lower `enum Name { A, B = 2 }` to `const Name = (…) => { $put("A"); $put("B", 2); … }` called at once."""
    named, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if not node.is_named or named is None or body is None:
        return True
    name = _text(found, named)
    found.edits += [
        blank(found.data, node.start_byte, named.start_byte),
        _insert(node.start_byte, "const "),
        _insert(named.end_byte, _HEAD.format(name=name)),
    ]
    known: set[str] = set()
    for member in body.children:
        if member.type == ",":
            found.edits.append(blank(found.data, member.start_byte, member.end_byte))
        elif member.is_named and member.type != "comment":
            known.add(_member(found, member, name, known))
    found.edits += [_insert(body.end_byte - 1, f"return {name}; "), _insert(body.end_byte, ")({});")]
    return True


def _member(found: Survey, member: Node, enum_name: str, known: set[str]) -> str:
    """Lower one member and give its name, "" where it cannot be referred to by name alone."""
    value = member.child_by_field_name("value")
    key = member if value is None else member.children[0]
    own = _text(found, key) if key.type == "property_identifier" else ""
    written = json.dumps(own) if own else _text(found, key).strip("[]")
    if value is None:
        found.edits += [blank(found.data, member.start_byte, member.end_byte)]
        found.edits += [_insert(member.start_byte, f"$put({written});")]
        return own
    found.edits += [
        _insert(member.start_byte, f"$put({written}, "),
        blank(found.data, member.start_byte, value.start_byte),
        _insert(member.end_byte, ");"),
    ]
    found.edits += [
        _insert(node.start_byte, f"{enum_name}.")
        for node in _descendants(value)
        if node.type == "identifier" and _text(found, node) in known
    ]
    return own


def parameter_properties(found: Survey, method: Node) -> None:
    """Lower `constructor(private x: T)`: the modifiers go, and `this.x = x;` is put first, or behind `super(…);`."""
    parameters, body = method.child_by_field_name("parameters"), method.child_by_field_name("body")
    if parameters is None:
        return
    assigned = ""
    for parameter in parameters.named_children:
        modifiers = [child for child in parameter.children if child.type in MODIFIERS]
        if not modifiers:
            continue
        pattern = parameter.child_by_field_name("pattern")
        if body is None or pattern is None or pattern.type != "identifier":
            found.refuse(modifiers[0], "This parameter property cannot be lowered.", "declare a field and assign it")
            return
        found.edits += [blank(found.data, child.start_byte, child.end_byte) for child in modifiers]
        name = _text(found, pattern)
        assigned += f" this.{name} = {name};"
    if assigned and body is not None:
        found.edits.append(_insert(*_place(found, method, body, assigned)))


def _place(found: Survey, method: Node, body: Node, assigned: str) -> tuple[int, str]:
    made = method.parent.parent if method.parent is not None else None
    if made is None or not any(node.type == "extends_clause" for node in _heritage(made)):
        return body.start_byte + 1, assigned
    for statement in body.named_children:
        call = statement.named_children[0] if statement.type == "expression_statement" else None
        if call is not None and call.type == "call_expression" and call.children[0].type == "super":
            return statement.end_byte, assigned if found.data.endswith(b";", 0, statement.end_byte) else f";{assigned}"
    found.refuse(method, "A parameter property needs `super(…)` as a statement of its own.", "call super(…) first")
    raise AssertionError


def _heritage(made: Node) -> list[Node]:
    return [inner for child in made.children if child.type == "class_heritage" for inner in child.children]


def _descendants(node: Node) -> list[Node]:
    found, waiting = [node], [node]
    while waiting:
        children = waiting.pop().children
        found += children
        waiting += children
    return found


def _insert(at: int, text: str) -> Edit:
    return Edit(at, at, text)


def _text(found: Survey, node: Node) -> str:
    return found.data[node.start_byte : node.end_byte].decode(errors="replace")
