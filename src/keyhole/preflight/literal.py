"""What an expression is for certain, before the program runs: JSON, with `Unseen` where only the run will tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyhole.preflight.flow import bare
from keyhole.value import Unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from tree_sitter import Node

    from keyhole.preflight.names import Names
    from keyhole.value import Value

_MAX_DEPTH = 12
_MAX_ITEMS = 200
_MAX_READ = 5_000
"""Expressions that are read of one program: through names, few lines may stand for any number of them."""
_MAX_USES = 30
_WORDS = {"true": True, "false": False, "null": None}
_INTEGER = re.compile(r"[0-9]{1,15}")
_DECIMAL = re.compile(r"[0-9]{1,15}\.[0-9]{1,15}")
# These give a string, a number or a boolean, whatever is in them; `&&` and the like may give undefined.
_SCALARS = frozenset(("template_string", "update_expression", "regex", "number", "string"))
_MAYBE = frozenset(("&&", "||", "??"))


class Literals:
    """Reads expressions of one program. Names that are declared once and never assigned are read through.

    What is handed to the globals `apis` does not change by it.
    """

    def __init__(self, names: Names, apis: Container[str]) -> None:
        self._names = names
        self._apis = apis
        self._left = _MAX_READ
        self._readers: dict[str, Callable[[Node, int], Value]] = {
            "string": self._string,
            "template_string": self._template,
            "number": self._number,
            "array": self._array,
            "object": self._object,
            "identifier": self._named,
            "shorthand_property_identifier": self._named,
        }

    def value(self, node: Node, depth: int = 0) -> Value:
        """Give what an expression is; `Unseen` where that is not certain."""
        node = bare(node)
        self._left -= 1
        if depth > _MAX_DEPTH or self._left < 0:
            return Unseen(given=False)
        if node.type in _WORDS:
            return _WORDS[node.type]
        read = self._readers.get(node.type, self._computed)
        return read(node, depth)

    def _object(self, node: Node, depth: int) -> Value:
        fields, closed = self.fields(node, depth + 1)
        return fields if closed else Unseen(given=True)

    def fields(self, node: Node, depth: int = 0) -> tuple[dict[str, Value], bool]:
        """Give the fields of an object literal by name, and whether these are all.

        What stands before a spread may be overwritten by it, and is left out.
        """
        found: dict[str, Value] = {}
        closed = True
        for child in node.named_children[:_MAX_ITEMS]:
            if child.type == "comment":
                continue
            name = self.key(child)
            if name is None:
                found, closed = {}, False
                continue
            found.pop(name, None)
            if child.type == "shorthand_property_identifier":
                found[name] = self._named(child, depth)
            else:
                value = child.child_by_field_name("value")
                found[name] = Unseen(given=False) if value is None else self.value(value, depth)
        return found, closed and node.named_child_count <= _MAX_ITEMS

    def key(self, child: Node) -> str | None:
        """Give the name of a member of an object literal; None where that is not certain."""
        if child.type == "shorthand_property_identifier":
            return self._names.text(child)
        key = child.child_by_field_name("key") if child.type == "pair" else child.child_by_field_name("name")
        if key is not None and key.type == "computed_property_name" and key.named_child_count == 1:
            key = key.named_children[0]
            if key.type not in ("string", "template_string"):
                return None
        if key is None or child.type == "spread_element":
            return None
        if key.type == "property_identifier":
            return self._names.text(key)
        value = self.value(key)
        return value if isinstance(value, str) else str(value) if isinstance(value, int) else None

    def _array(self, node: Node, depth: int) -> Value:
        items = [child for child in node.named_children if child.type != "comment"]
        commas = [child.type == "," for child in node.children if child.type != "comment"]
        holes = sum(commas) - commas[-2] >= max(len(items), 1)
        if holes or len(items) > _MAX_ITEMS or any(child.type == "spread_element" for child in items):
            return Unseen(given=True)
        return [self.value(child, depth + 1) for child in items]

    def _string(self, node: Node, _depth: int) -> Value:
        parts = node.named_children
        if any(part.type != "string_fragment" for part in parts):
            return Unseen(given=True)
        return "".join(self._names.text(part) for part in parts)

    def _template(self, node: Node, depth: int) -> Value:
        parts: list[str] = []
        for child in node.named_children:
            if child.type == "string_fragment":
                parts.append(self._names.text(child))
            elif child.type == "template_substitution" and child.named_child_count == 1:
                value = self.value(child.named_children[0], depth + 1)
                if not isinstance(value, str | int) or isinstance(value, bool):
                    return Unseen(given=True)
                parts.append(str(value))
            else:
                return Unseen(given=True)
        return "".join(parts)

    def _number(self, node: Node, _depth: int) -> Value:
        text = self._names.text(node)
        if _INTEGER.fullmatch(text) and (text == "0" or text[0] != "0"):
            return int(text)
        return float(text) if _DECIMAL.fullmatch(text) else Unseen(given=True)

    def _named(self, node: Node, depth: int) -> Value:
        binding = self._names.only(node)
        if binding is None or binding.value is None or binding.field:
            return Unseen(given=False)
        if bare(binding.value).type in ("object", "array") and not self._stays(self._names.text(node)):
            return Unseen(given=True)
        return self.value(binding.value, depth + 1)

    def _stays(self, name: str) -> bool:
        """Say whether nothing can change the object that a name holds: it is only ever handed to calls of an API."""
        uses = self._names.uses.get(name, ())
        return len(uses) <= _MAX_USES and all(self._is_argument(use) for use in uses)

    def _is_argument(self, use: Node) -> bool:
        parent = use.parent
        while parent is not None and parent.type in ("pair", "object", "array", "spread_element"):
            parent = parent.parent
        call = parent.parent if parent is not None and parent.type == "arguments" else None
        function = call.child_by_field_name("function") if call is not None else None
        if function is None:
            return False
        while function.type in ("member_expression", "subscript_expression"):
            inner = function.child_by_field_name("object")
            if inner is None:
                return False
            function = inner
        return function.type == "identifier" and self._names.text(function) in self._apis

    def _computed(self, node: Node, depth: int) -> Value:
        operator = node.child_by_field_name("operator")
        sign = self._names.text(operator) if operator is not None else ""
        if node.type == "unary_expression":
            argument = node.child_by_field_name("argument")
            value = self.value(argument, depth + 1) if sign == "-" and argument is not None else None
            if isinstance(value, int | float) and not isinstance(value, bool):
                return -value
            return Unseen(given=sign != "void")
        return Unseen(given=node.type in _SCALARS or (node.type == "binary_expression" and sign not in _MAYBE))
