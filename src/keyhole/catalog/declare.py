"""TypeScript declarations of operations, cut to a token budget: what a model needs to call one right the first time.

Every text given is valid TypeScript by itself, whatever the document holds: a `declare namespace` an API with one
function an operation. Text of the document stands in comments and string literals only, made safe by `types`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from keyhole.catalog.types import Cut, Printer, TooLarge
from keyhole.catalog.wording import comment, key, prose
from keyhole.errors import InvalidArguments, nearest
from keyhole.tokens import estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from keyhole.catalog.operation import Body, Operation
    from keyhole.catalog.schema import Schemas

MAX_TOKENS = 1_500
"""No declaration is larger."""

_SUMMARY = 120
_DESCRIPTION = 600
_NESTED_ARRAYS = 4

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
    (Cut(0, 0, 0), Cut(0, 0, 0)),
)
_FULL = ((24, 200), (24, 120), (20, 80), (16, 60), (12, 40), (8, 30), (5, 20), (2, 10))


def declaration(operation: Operation, *, budget: int = 400) -> str:
    """Declare one operation in about `budget` tokens (never over `MAX_TOKENS`, however small the budget)."""
    return namespace(operation.api, [_fitting(operation, min(budget, MAX_TOKENS))])


def describe(operation: Operation, *, depth: int = 3, budget: int = MAX_TOKENS) -> str:
    """Declare one operation with descriptions, a line a parameter, `depth` levels deep, in at most `budget` tokens."""
    budget = min(budget, MAX_TOKENS)
    said = prose(operation.description, _DESCRIPTION)
    told = _letters(said) in _letters(operation.summary) or (not operation.summary and len(said) <= _SUMMARY)
    lines = [heading(operation if told or operation.summary else replace(operation, description=""))]
    if not told:
        lines.append(f"// {said}")
    if len(operation.auth) > 1:
        lines.append(f"// auth: {comment(' or '.join(operation.auth), 100)}")
    if operation.id != f"{operation.method} {operation.path}" and _letters(operation.id) != _letters(operation.name):
        lines.append(f"// operationId: {comment(operation.id, 120)}")
    body = operation.signature.body
    if body and body.content_type != "application/json" and not _says_nothing(operation, body):
        lines.append(f"// body is sent as {comment(body.content_type, 60)}")
    for width, text in _FULL:
        for level in range(min(depth, 6), 0, -1):
            shown = Cut(level, width, max(4, width), text)
            try:
                written = function(operation, shown, Cut(level, width, max(3, width // 2), text), budget * 8)
            except TooLarge:
                continue
            full = namespace(operation.api, ["\n".join([*lines, written])])
            if estimate(full) <= budget:
                return full
    return declaration(operation, budget=budget)


def describe_part(operation: Operation, path: str, *, depth: int = 4, budget: int = MAX_TOKENS) -> str:
    """Declare one part of an operation, `path` deep: "body.items", "result.owner", or an argument's name.

    Raises InvalidArguments with what there is where a step of the path leads nowhere.
    """
    first, *steps = path.replace("[]", "").split(".")
    signature = operation.signature
    parts: dict[str, Any] = {one.name: one.schema for one in signature.parameters}
    if signature.body:
        parts["body"] = signature.body.schema
    if signature.output is not None:
        parts["result"] = signature.output
    if first not in parts:
        raise _no_part(operation, first, "", parts)
    schema = parts[first]
    for place, step in enumerate(steps):
        fields = signature.schemas.fields(_item(schema, signature.schemas))
        if step not in fields:
            raise _no_part(operation, step, ".".join([first, *steps[:place]]), fields)
        schema = fields[step]
    title = f"// {operation.name}: {comment(path, 120)}"
    name = "".join(re.findall(r"\w+", path.title(), re.ASCII)) or "Part"
    for width, text in _FULL:
        for level in range(min(depth, 8), 0, -1):
            cut = Cut(level, width, max(8, width), text)
            printer = Printer(signature.schemas, cut, request=first != "result", bound=budget * 8)
            try:
                whole = namespace(operation.api, [title, f"type P{name} = {printer.type(schema)};"])
            except TooLarge:
                continue
            if estimate(whole) <= budget:
                return whole
    return namespace(operation.api, [title, f"type P{name} = unknown; // too large: describe one of its fields"])


def _item(schema: Any, schemas: Schemas) -> Any:
    """Unwrap arrays: a path goes through them without a step."""
    for _ in range(_NESTED_ARRAYS):
        items = schemas.resolve(schema).get("items")
        if not isinstance(items, dict):
            break
        schema = cast("Any", items)
    return schema


def _no_part(operation: Operation, step: str, where: str, known: Iterable[str]) -> InvalidArguments:
    names = list(known)
    near = nearest(step[:80], names[:500]) or names[:8]
    listed = ", ".join(comment(name, 60) for name in near)
    inside = f"{comment(where, 120)} of {operation.qualified}" if where else operation.qualified
    return InvalidArguments(
        f"{inside} has no {comment(step, 60)!r}. There is: {listed or 'nothing inside'}",
        hint='Write a path such as "body", "body.field" or "result.field".',
        operation=operation.qualified,
    )


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


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
    head = heading(operation)
    room = max(budget - estimate(head), 40) * 8
    text = ""
    for arguments, output in _CUTS:
        try:
            text = function(operation, arguments, output, room)
        except TooLarge:
            continue
        if estimate(namespace(operation.api, [head, text])) <= budget:
            break
    if not text or estimate(text) > MAX_TOKENS - 100:
        text = bare(operation)
    return f"{head}\n{text}"


def bare(operation: Operation) -> str:
    """Write the function of what fits no other way."""
    told = "" if operation.signature.output is None else f' /* describe("{operation.name}") */'
    return f"function {operation.name}(args: {_bare(operation)}): Promise<unknown{told}>;"


def _bare(operation: Operation) -> str:
    """Name the arguments without their types, as many as may be: for what fits no other way."""
    names = [one.name for one in operation.signature.parameters if one.required][:20]
    if operation.signature.body and operation.signature.body.required:
        names.append("body")
    return "{ " + "".join(f"{key(name)}: unknown; " for name in names if len(name) < 100) + "[name: string]: unknown }"


def heading(operation: Operation, limit: int = _SUMMARY) -> str:
    """Say an operation's route, effect and summary in one line of comment."""
    parts = [f"{operation.method} {comment(operation.path, 200)}" if operation.method else "", str(operation.effect)]
    parts += [".items()"] if operation.paging else []
    parts += ["deprecated"] if operation.deprecated else []
    parts.append(prose(operation.summary or operation.description, limit))
    return f"// {' · '.join(part for part in parts if part)}"


def function(
    operation: Operation,
    arguments: Cut,
    output: Cut,
    bound: int,
    alias: Callable[[str], str | None] | None = None,
) -> str:
    """Write the function of an operation. Raises TooLarge beyond `bound` characters."""
    result = _output(operation, output, bound, alias)
    return f"function {operation.name}({_arguments(operation, arguments, bound)}): Promise<{result}>;"


def _arguments(operation: Operation, cut: Cut, bound: int) -> str:
    signature = operation.signature
    rows: list[tuple[str, bool, Any]] = [
        (one.name, one.required, _described(one.schema, one.description, cut, deprecated=one.deprecated))
        for one in signature.parameters
    ]
    if (body := signature.body) and not _says_nothing(operation, body):
        # Before the optional parameters: `members` keeps the order among equals, and a body matters more than they do.
        written = ("body", body.required, _described(body.schema, body.description, cut))
        rows = [*(row for row in rows if row[1]), written, *(row for row in rows if not row[1])]
    if not rows:
        return ""
    printer = Printer(signature.schemas, cut, request=True, bound=bound)
    optional = "" if any(row[1] for row in rows) else "?"
    return f"args{optional}: {printer.members(rows, cut.depth + 1, ())}"


def _says_nothing(operation: Operation, body: Body) -> bool:
    """Say whether a body is declared and is none: an optional object of no fields."""
    found = operation.signature.schemas.resolve(body.schema)
    if body.required or operation.signature.schemas.fields(found):
        return False
    closed = found.get("properties") == {} and not found.get("additionalProperties")
    return closed or (operation.method in ("GET", "HEAD") and found.get("type") in (None, "object"))


def _described(schema: dict[str, Any], description: str, cut: Cut, *, deprecated: bool = False) -> dict[str, Any]:
    if deprecated:
        schema = {**schema, "deprecated": True}
    if not cut.text or not description or "$ref" in schema:
        return schema
    return {**schema, "description": description}


def _output(operation: Operation, cut: Cut, bound: int, alias: Callable[[str], str | None] | None) -> str:
    signature = operation.signature
    if signature.output is None:
        return "void" if signature.empty else "unknown"
    return Printer(signature.schemas, cut, request=False, bound=bound, alias=alias).type(signature.output)


def namespace(api: str, functions: list[str]) -> str:
    """Put declarations into their API's namespace."""
    return f"declare namespace {api} {{\n" + "\n".join(functions) + "\n}"
