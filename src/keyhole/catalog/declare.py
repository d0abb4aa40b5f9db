"""TypeScript declarations of operations, cut to a token budget: what a model needs to call one right the first time.

Every text given is valid TypeScript by itself, whatever the document holds: a `declare namespace` an API with one
function an operation. Text of the document stands in comments and string literals only, made safe by `types`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyhole.catalog.types import Cut, Printer, TooLarge
from keyhole.catalog.wording import comment, key, prose
from keyhole.tokens import estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyhole.catalog.operation import Body, Operation, Parameter
    from keyhole.catalog.types import Alias

MAX_TOKENS = 1_500
"""No declaration is larger."""

_TAKEN_ALONG = 100
_SAYS_MORE = 60  # characters: a shorter description says its summary again
SUMMARY = 120
"""Characters of a summary."""

_WAYS = 4

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


def declaration(operation: Operation, *, budget: int = 400) -> str:
    """Declare one operation in about `budget` tokens (never over `MAX_TOKENS`, however small the budget)."""
    return namespace(operation.api, [_fitting(operation, min(budget, MAX_TOKENS))])


def usage(operation: Operation, *, budget: int = 160) -> str:
    """Write a call with the types of its arguments, on one line: what an error about arguments shows."""
    for arguments, _ in _CUTS:
        try:
            text = f"{operation.qualified}({arguments_of(operation, arguments, budget * 8).partition(': ')[2]})"
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
            text = function(operation, arguments_of(operation, arguments, room), output_of(operation, output, room))
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


def heading(operation: Operation, limit: int = SUMMARY, *remarks: str, brief: bool = False, full: bool = False) -> str:
    """Say an operation's route, effect, `remarks` and summary in one line of comment.

    Of what destroys, and of what writes where it is to be `full`, also what else it does, as its description may say;
    not where it is to be `brief`.
    """
    parts = [f"{operation.method} {comment(operation.path, 200)}" if operation.method else "", str(operation.effect)]
    parts += [".items()"] if operation.paging else []
    parts += ["deprecated", *remarks] if operation.deprecated else remarks
    text = operation.summary or operation.description
    telling = operation.effect == "destructive" or (
        full and operation.effect == "write" and len(operation.description) > _SAYS_MORE
    )
    if text != operation.description and telling and not brief:
        text, limit = f"{text.rstrip('.')}. {operation.description}", limit + _TAKEN_ALONG
    parts.append(prose(text, limit))
    return f"// {' · '.join(part for part in parts if part)}"


def auth(operation: Operation) -> str:
    """Say what credentials an operation wants: schemes of which each will do, "+" between those that go together."""
    ways = [" + ".join(comment(name, 40) for name in way) or "none" for way in operation.security]
    return " or ".join([*ways[:_WAYS], *(["…"] if len(ways) > _WAYS else [])])


def function(operation: Operation, arguments: str, output: str) -> str:
    """Put what `arguments_of` and `output_of` wrote into the function of an operation."""
    return f"function {operation.name}({arguments}): Promise<{output}>;"


def arguments_of(
    operation: Operation,
    cut: Cut,
    bound: int,
    alias: Alias | None = None,
    parameters: Sequence[Parameter] | None = None,
) -> str:
    """Write what an operation takes (of its parameters those given), empty where that is nothing. Raises TooLarge."""
    signature = operation.signature
    rows: list[tuple[str, bool, Any]] = [
        (one.name, one.required, _described(one.schema, one.description, cut, deprecated=one.deprecated))
        for one in (signature.parameters if parameters is None else parameters)
    ]
    if (body := signature.body) and not says_nothing(operation, body):
        # Before the optional parameters: `members` keeps the order among equals, and a body matters more than they do.
        written = ("body", body.required, _described(body.schema, body.description, cut))
        rows = [*(row for row in rows if row[1]), written, *(row for row in rows if not row[1])]
    if not rows:
        return ""
    printer = Printer(signature.schemas, cut, request=True, bound=bound, alias=alias)
    optional = "" if any(row[1] for row in rows) else "?"
    return f"args{optional}: {printer.members(rows, cut.depth + 1, ())}"


def says_nothing(operation: Operation, body: Body) -> bool:
    """Say whether a body is declared and is none: an optional object of no fields."""
    found = operation.signature.schemas.resolve(body.schema)
    if body.required or operation.signature.schemas.fields(found):
        return False
    closed = found.get("properties") == {} and not found.get("additionalProperties")
    return closed or (operation.method in ("GET", "HEAD") and found.get("type") in (None, "object"))


def _described(schema: dict[str, Any], description: str, cut: Cut, *, deprecated: bool = False) -> dict[str, Any]:
    if deprecated:
        schema = {**schema, "deprecated": True}
    if not (cut.text or cut.said) or not description or "$ref" in schema:
        return schema
    return {**schema, "description": description}


def output_of(operation: Operation, cut: Cut, bound: int, alias: Alias | None = None) -> str:
    """Write what an operation resolves to. Raises TooLarge."""
    signature = operation.signature
    if signature.output is None:
        return "void" if signature.empty else "unknown"
    return Printer(signature.schemas, cut, request=False, bound=bound, alias=alias).type(signature.output)


def namespace(api: str, functions: list[str]) -> str:
    """Put declarations into their API's namespace."""
    return f"declare namespace {api} {{\n" + "\n".join(functions) + "\n}"
