"""One operation declared in full, or one part of it: what `describe` answers.

Room goes to the arguments first: as deep as is asked for, then as wide, then as much text as fits; the answer of the
operation gets what they leave.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from keyhole.catalog.declare import (
    MAX_TOKENS,
    SUMMARY,
    arguments_of,
    auth,
    declaration,
    function,
    heading,
    namespace,
    output_of,
    says_nothing,
)  # fmt: skip
from keyhole.catalog.discriminator import offspring
from keyhole.catalog.naming import loose
from keyhole.catalog.part import held, is_schema, no_type
from keyhole.catalog.repeats import TAKEN, named_once
from keyhole.catalog.types import NO_TEXT, Cut, Printer, TooLarge
from keyhole.catalog.wording import comment, prose
from keyhole.errors import InvalidArguments, nearest
from keyhole.tokens import estimate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyhole.catalog.operation import Operation
    from keyhole.catalog.schema import Schemas

MAX_DEPTH = 8
_DESCRIPTION = 600
_NESTED_ARRAYS = 4
_NAMED = 30
_LEAST = 260  # tokens that the answer of an operation is worth
_REFERENCES = 50
_KINDS = 3
_SHARED = 2.5  # how much larger a text may be before what it repeats is declared once

# (properties of an object, characters of a text) from generous to bare. The deepest type that fits with `_DEEP` is
# taken, then the most generous. What has no room for more than its names is shown without its texts, if need be.
_FULL = ((60, 200), (60, 120), (40, 80), (40, 50), (24, 40), *((width, NO_TEXT) for width in (24, 16, 10, 6, 3)))
_DEEP = 4
# A part is looked at for its fields: all their names before their texts.
_WIDE = ((400, 200), (400, 120), (400, 60), (400, 30), *((width, NO_TEXT) for width in (400, 200, 100, 50, 25, 8)))

Write = Callable[[Cut, int], str]
"""Writes a type cut so, or raises TooLarge beyond so many characters."""


def describe(operation: Operation, *, depth: int = 3, budget: int = MAX_TOKENS) -> str:
    """Declare one operation with descriptions, a line a parameter, `depth` levels deep, in at most `budget` tokens."""
    budget = min(budget, MAX_TOKENS)
    head = _head(operation)
    room = budget - estimate(namespace(operation.api, [*head, function(operation, "", "")]))
    depth = min(depth, MAX_DEPTH)

    def arguments(cut: Cut, bound: int) -> str:
        return arguments_of(operation, cut, bound)

    def output(cut: Cut, bound: int) -> str:
        return output_of(operation, replace(cut, width=max(3, cut.width // 2)), bound)

    taken = _largest(arguments, depth, _FULL, room - _LEAST)
    answer = _largest(output, depth, _FULL, room - estimate(taken or ""))
    if taken is None or answer is None:
        return declaration(operation, budget=budget)
    if _is_cut(taken):
        taken = _largest(arguments, depth, _FULL, room - estimate(answer)) or taken
    *types, whole = named_once([function(operation, taken, answer)], TAKEN)
    full = namespace(operation.api, [*types, *head, whole])
    if _is_cut(full):
        part = "body" if _is_cut(taken) and operation.signature.body else "result"
        full = f'{full}\n// cut: describe("{operation.name}", {{ path: "{part}" }}) shows more of a part'
    return full if estimate(full) <= budget else declaration(operation, budget=budget)


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
        raise _no_part(first, "", parts, operation)
    schema = _walk(signature.schemas, parts[first], [first, *steps], operation)
    title = f"// {operation.name}: {comment(path, 120)}"
    name = "".join(re.findall(r"\w+", path.title(), re.ASCII)) or "Part"

    def part(cut: Cut, bound: int) -> str:
        return Printer(signature.schemas, cut, request=first != "result", bound=bound).type(schema)

    room = budget - estimate(namespace(operation.api, [title, f"type P{name} = ;"]))
    written = _largest(part, min(depth, MAX_DEPTH), _WIDE, room)
    if written is None:
        written = "unknown; // too large: describe one of its fields"
    *types, whole = named_once([f"type P{name} = {written};"], {*TAKEN, f"P{name}"})
    return namespace(operation.api, [*types, title, whole])


def describe_type(name: str, documents: Sequence[Schemas], *, path: str = "", depth: int = 3) -> str:
    """Declare a type by the name that declarations give it ("Issue", "IssueInput"), or what is at a path in it.

    "" where there is none. Raises InvalidArguments as `describe_schema` does.
    """
    named = {_upper(schemas.name(ref)): (ref, schemas) for schemas in documents for ref, _schema in schemas.named()}
    sent = name not in named and name.endswith("Input")
    found = named.get(name.removesuffix("Input") if sent else name)
    return describe_schema({"$ref": found[0]}, [found[1]], path=path, depth=depth, sent=sent) if found else ""


def describe_schema(
    schema: dict[str, Any], documents: Sequence[Schemas], *, path: str = "", depth: int = 3, sent: bool = False
) -> str:
    """Declare a schema as it stands in one of `documents`, `depth` levels deep, as what comes back or is `sent`.

    Of a response, a body, a parameter or a media type, the schema of each content type; with `path`, what is at it.
    Raises InvalidArguments where no document has what it refers to, or several have and do not agree; where it is no
    schema; and where a step of the path leads nowhere.
    """
    refs = _references(schema)
    known = [one for one in documents if all(one.target(ref) for ref in refs)]
    if not known or any(one.target(ref) != known[0].target(ref) for one in known for ref in refs):
        raise InvalidArguments(
            f"describe() was given a part that refers to {comment(', '.join(refs), 120)!r}, "
            f"which is in {'several APIs' if known else 'no API'}",
            hint='Name an operation and a path in it: describe(name, { path: "body.field" }).',
        )
    schemas = known[0]
    inside = held(resolved := schemas.resolve(schema))
    if inside:
        sent = "in" in resolved or isinstance(resolved.get("required"), bool)
        parts = [(kind, _declared(one, schemas, path, depth, sent=sent)) for kind, one in list(inside.items())[:_KINDS]]
        return "\n".join(f"// {comment(kind, 60)}\n{text}" if kind else text for kind, text in parts)
    if not is_schema(resolved):
        raise no_type(resolved)
    return _declared(schema, schemas, path, depth, sent=sent)


def _declared(schema: dict[str, Any], schemas: Schemas, path: str, depth: int, *, sent: bool) -> str:
    if path:
        schema = _walk(schemas, schema, ["", *path.replace("[]", "").split(".")])
    ref = schema.get("$ref")
    name = f"{_upper(schemas.name(ref))[:60]}{'Input' * sent}" if isinstance(ref, str) else "Part"

    def written(cut: Cut, bound: int) -> str:
        return Printer(schemas, cut, request=sent, bound=bound).type(schema)

    found = _largest(written, min(depth, MAX_DEPTH), _WIDE, MAX_TOKENS - 20)
    return "\n".join(named_once([f"type {name} = {found or 'unknown'};"], {*TAKEN, name}))


def _upper(name: str) -> str:
    return name[:1].upper() + name[1:]


def _references(part: Any) -> list[str]:
    """Give the first references in a part of a document."""
    found: dict[str, None] = {}
    queue = [part]
    while queue and len(found) < _REFERENCES:
        one = queue.pop(0)
        if isinstance(one, dict):
            fields = cast("dict[str, Any]", one)
            if isinstance(ref := fields.get("$ref"), str):
                found[ref] = None
            queue += fields.values()
        elif isinstance(one, list):
            queue += cast("list[Any]", one)
    return list(found)


def _head(operation: Operation) -> list[str]:
    said = prose(operation.description, _DESCRIPTION)
    summary, letters = loose(operation.summary), loose(said)
    told = letters in summary or (not summary and len(said) <= SUMMARY)
    if told:
        lines = [heading(operation)]
    else:
        repeated = letters.startswith(loose(prose(operation.summary, SUMMARY)))
        lines = [heading(replace(operation, description="", summary="" if repeated else operation.summary))]
        lines.append(f"// {said}")
    if need := auth(operation):
        lines.append(f"// auth: {need}")
    if operation.id != f"{operation.method} {operation.path}" and loose(operation.id) != loose(operation.name):
        lines.append(f"// operationId: {comment(operation.id, 120)}")
    body = operation.signature.body
    if body and body.content_type != "application/json" and not says_nothing(operation, body):
        lines.append(f"// body is sent as {comment(body.content_type, 60)}")
    return lines


def _largest(write: Write, depth: int, ladder: Sequence[tuple[int, int]], room: float) -> str | None:
    """Give the deepest type, then the most generous, that `write` writes in `room` tokens; None where none fits."""

    def attempt(level: int, step: tuple[int, int]) -> str | None:
        width, text = step
        try:
            written = write(Cut(level, width, max(4, min(width, 60)), text, _NAMED), max(200, round(room) * 5))
        except TooLarge:
            return None
        size = estimate(written)
        if room < size < room * _SHARED:
            size = sum(map(estimate, named_once([written], TAKEN)))
        return written if size <= room else None

    steps = [(floor, level) for floor in (_DEEP, _DEEP + 1) for level in range(depth, 1, -1)]
    steps += [(floor, level) for floor in range(_DEEP, len(ladder)) for level in range(depth, 0, -1)]
    for floor, level in dict.fromkeys(steps):
        found = attempt(level, ladder[floor])
        if found is not None:
            better = (attempt(level, step) for step in ladder[:floor])
            return next((one for one in better if one is not None), found)
    return attempt(0, ladder[-1])


def _is_cut(text: str) -> bool:
    return "/* " in text


def _walk(schemas: Schemas, schema: Any, steps: Sequence[str], operation: Operation | None = None) -> Any:
    """Go down from a schema, whose own name is the first step."""
    for place, step in enumerate(steps[1:], 1):
        inside = _item(schema, schemas)
        fields = {**offspring(inside, schemas), **schemas.fields(inside)}
        if step not in fields:
            raise _no_part(step, ".".join(steps[:place]).strip("."), fields, operation)
        schema = fields[step]
    return schema


def _item(schema: Any, schemas: Schemas) -> Any:
    """Unwrap arrays and maps without fields of their own: a path goes through them without a step."""
    for _ in range(_NESTED_ARRAYS):
        found = schemas.resolve(schema)
        inside = found.get("items", None if schemas.fields(found) else found.get("additionalProperties"))
        if not isinstance(inside, dict):
            break
        schema = cast("Any", inside)
    return schema


def _no_part(step: str, where: str, known: Iterable[str], operation: Operation | None) -> InvalidArguments:
    names = list(known)
    near = nearest(step[:80], names[:500]) or names[:8]
    listed = ", ".join(comment(name, 60) for name in near)
    whole = operation.qualified if operation else "the type"
    inside = f"{comment(where, 120)} of {whole}" if where else whole
    paths = '"body", "body.field" or "result.field"' if operation else '"field" or "field.inner"'
    return InvalidArguments(
        f"{inside} has no {comment(step, 60)!r}. There is: {listed or 'nothing inside'}",
        hint=f"Write a path such as {paths}.",
        operation=operation.qualified if operation else "",
    )
