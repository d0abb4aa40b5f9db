"""TypeScript declarations of operations, cut to a token budget: what a model needs to call one right the first time.

Every text given is valid TypeScript by itself, whatever the document holds: a `declare namespace` an API with one
function an operation. Text of the document stands in comments and string literals only, made safe by `types`.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from keyhole.catalog.types import Cut, Printer, TooLarge, comment, key, prose
from keyhole.tokens import estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyhole.catalog.operation import Operation

MAX_TOKENS = 1_500
"""No declaration is larger."""

_BEST_SHARE = 0.45
_LEAST = 60
_SUMMARY = 120
_DESCRIPTION = 600
_LINES_ONLY = 12

# From generous to bare: (arguments, output). The first pair that fits the budget is taken.
_CUTS = (
    (Cut(4, 30, 16), Cut(4, 16, 8)),
    (Cut(4, 20, 12), Cut(3, 10, 6)),
    (Cut(3, 16, 10), Cut(3, 6, 4)),
    (Cut(3, 12, 8), Cut(2, 6, 3)),
    (Cut(3, 10, 6), Cut(2, 3, 2)),
    (Cut(2, 8, 5), Cut(1, 3, 2)),
    (Cut(2, 5, 4), Cut(0, 0, 2)),
    (Cut(2, 2, 3), Cut(0, 0, 1)),
    (Cut(1, 1, 1), Cut(0, 0, 0)),
    (Cut(1, 0, 0), Cut(0, 0, 0)),
)
_FULL = ((24, 200), (24, 120), (20, 80), (16, 60), (12, 40), (8, 30), (5, 20), (2, 10))


def declaration(operation: Operation, *, budget: int = 400) -> str:
    """Declare one operation in about `budget` tokens (never over `MAX_TOKENS`, however small the budget)."""
    return _namespace(operation.api, [_fitting(operation, min(budget, MAX_TOKENS))])


def declarations(operations: Sequence[Operation], *, budget: int = 600) -> str:
    """Declare several, best first: the first gets the fullest declaration, the budget's rest is shared out evenly."""
    budget = min(budget, 10 * MAX_TOKENS)
    written: list[tuple[str, str]] = []
    left = budget
    for place, operation in enumerate(operations):
        others = len(operations) - place - 1
        share = left / (others + 1) if place else max(left * _BEST_SHARE, left / (others + 1))
        text = _fitting(operation, int(max(_LEAST, min(share, MAX_TOKENS))))
        if others + 1 > _LINES_ONLY and share < _LEAST:
            text = f"{_heading(operation)}\nfunction {operation.name}(args: unknown): Promise<unknown>;"
        left = max(0, left - estimate(text))
        written.append((operation.api, text))
    groups = groupby(written, key=lambda item: item[0])
    return "\n".join(_namespace(api, [text for _, text in group]) for api, group in groups)


def describe(operation: Operation, *, depth: int = 3, budget: int = MAX_TOKENS) -> str:
    """Declare one operation with descriptions, a line a parameter, `depth` levels deep, in at most `budget` tokens."""
    budget = min(budget, MAX_TOKENS)
    lines = [_heading(operation)]
    said = prose(operation.description, _DESCRIPTION)
    if said and said.rstrip("…") not in operation.summary:
        lines.append(f"// {said}")
    if operation.auth:
        lines.append(f"// auth: {comment(' or '.join(operation.auth), 100)}")
    if operation.id not in (operation.name, f"{operation.method} {operation.path}"):
        lines.append(f"// operationId: {comment(operation.id, 120)}")
    body = operation.signature.body
    if body and body.content_type != "application/json":
        lines.append(f"// body is sent as {comment(body.content_type, 60)}")
    for width, text in _FULL:
        for level in range(min(depth, 6), 0, -1):
            shown = Cut(level, width, max(4, width), text)
            try:
                function = _function(operation, shown, Cut(level, width, max(3, width // 2), text), budget * 8)
            except TooLarge:
                continue
            full = _namespace(operation.api, ["\n".join([*lines, function])])
            if estimate(full) <= budget:
                return full
    return declaration(operation, budget=budget)


def usage(operation: Operation, *, budget: int = 160) -> str:
    """Write a call with the types of its arguments, on one line: what an error about arguments shows."""
    for arguments, _ in _CUTS:
        try:
            text = f"{operation.qualified}({_arguments(operation, arguments, budget * 8).partition(': ')[2]})"
        except TooLarge:
            continue
        if estimate(text) <= budget:
            return text
    return f"{operation.qualified}({_bare(operation)})"


def _fitting(operation: Operation, budget: int) -> str:
    heading = _heading(operation)
    room = budget - estimate(heading)
    text = ""
    for arguments, output in _CUTS:
        try:
            text = _function(operation, arguments, output, max(room, 40) * 8)
        except TooLarge:
            continue
        if estimate(text) <= room:
            break
    if not text or estimate(text) > MAX_TOKENS - 100:
        text = f"function {operation.name}(args: {_bare(operation)}): Promise<unknown>;"
    return f"{heading}\n{text}"


def _bare(operation: Operation) -> str:
    """Name the arguments without their types, as many as may be: for what fits no other way."""
    names = [one.name for one in operation.signature.parameters if one.required][:20]
    if operation.signature.body and operation.signature.body.required:
        names.append("body")
    return "{ " + "".join(f"{key(name)}: unknown; " for name in names if len(name) < 100) + "[name: string]: unknown }"


def _heading(operation: Operation) -> str:
    parts = [f"{operation.method} {comment(operation.path, 200)}" if operation.method else "", str(operation.effect)]
    parts += ["deprecated"] if operation.deprecated else []
    parts.append(prose(operation.summary or operation.description, _SUMMARY))
    return f"// {' · '.join(part for part in parts if part)}"


def _function(operation: Operation, arguments: Cut, output: Cut, bound: int) -> str:
    result = _output(operation, output, bound)
    return f"function {operation.name}({_arguments(operation, arguments, bound)}): Promise<{result}>;"


def _arguments(operation: Operation, cut: Cut, bound: int) -> str:
    signature = operation.signature
    rows: list[tuple[str, bool, Any]] = [
        (one.name, one.required, _described(one.schema, one.description, cut)) for one in signature.parameters
    ]
    if signature.body:
        body = signature.body
        # Before the optional parameters: `members` keeps the order among equals, and a body matters more than they do.
        written = ("body", body.required, _described(body.schema, body.description, cut))
        rows = [*(row for row in rows if row[1]), written, *(row for row in rows if not row[1])]
    if not rows:
        return ""
    printer = Printer(signature.schemas, cut, request=True, bound=bound)
    optional = "" if any(row[1] for row in rows) else "?"
    return f"args{optional}: {printer.members(rows, cut.depth + 1, ())}"


def _described(schema: dict[str, Any], description: str, cut: Cut) -> dict[str, Any]:
    if not cut.text or not description or "$ref" in schema:
        return schema
    return {**schema, "description": description}


def _output(operation: Operation, cut: Cut, bound: int) -> str:
    if operation.signature.output is None:
        return "unknown"
    if not cut.width:
        return "unknown"
    return Printer(operation.signature.schemas, cut, request=False, bound=bound).type(operation.signature.output)


def _namespace(api: str, functions: list[str]) -> str:
    return f"declare namespace {api} {{\n" + "\n".join(functions) + "\n}"
