"""`keyhole try`: what `keyhole demo` prints, for any document. No configuration, no credential, no call to the API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from keyhole.catalog.operation import Effect
from keyhole.cli.lifetime import live
from keyhole.cli.opening import opened
from keyhole.cli.options import Options, configure
from keyhole.cli.screen import say, show
from keyhole.cli.tokens import row, say_exactness, token_table
from keyhole.cli.tour import Tour, connect
from keyhole.config import RunLimits

if TYPE_CHECKING:
    from keyhole.catalog.operation import Operation
    from keyhole.codemode import CodeMode
    from keyhole.config import OpenAPI

OVERVIEW = """\
// What is this API about?
const effects = {}, topics = {};
for (const op of ops) {
  effects[op.effect] = (effects[op.effect] ?? 0) + 1;
  const topic = op.tags[0] ?? op.path.split("/").find((part) => part && !part.startsWith("{")) ?? "/";
  topics[topic] = (topics[topic] ?? 0) + 1;
}
const top = Object.entries(topics).sort((a, b) => b[1] - a[1]).slice(0, 8);
return { operations: ops.length, effects, topics: Object.keys(topics).length, top: Object.fromEntries(top) };"""

ENDLESS = "while (true) {}"


def trial(
    doc: Annotated[str, Parameter(help="An OpenAPI document: a file or a URL, JSON or YAML.")],
    *,
    options: Options | None = None,
) -> int:
    """Show what an agent gets of any API document. Needs no configuration and makes no call to the API."""
    config = configure([doc], options)
    config = config.model_copy(update={"allow": "read", "read_only": False, "limits": RunLimits(cpu_s=1)})
    verbose = bool(options and options.verbose)

    async def main() -> int:
        say(f"reading {doc} and baking its image ...")
        async with opened(config, verbose=verbose) as code_mode:
            await _walk(code_mode, config.apis[-1])
        return 0

    return live(main, verbose=verbose)


async def _walk(code_mode: CodeMode, api: OpenAPI) -> None:
    tour = Tour(code_mode)
    operations = code_mode.catalog.operations
    tour.stop(
        "What it costs in a model's context",
        "In o200k tokens: the document; one tool for every operation, with full schemas and with required parameters "
        "only; Keyhole.",
    )
    show(token_table([row(api, code_mode)]))
    say_exactness()
    tour.stop("All that a client sees: two tools")
    tour.tools()
    tour.stop("The agent searches, in its own words")
    await tour.search(query=_query(operations))
    tour.stop("The agent looks around with a program; only what it returns enters the model's context")
    await tour.execute(OVERVIEW)
    tour.stop("A call that is not allowed, or not right, is refused before anything is sent, and says what to do")
    await tour.execute(_refused(operations))
    tour.stop("A program that does not end is stopped", "The limit here is one second of CPU; other runs go on.")
    await tour.execute(ENDLESS)
    tour.stop("Connect an agent to it", "Add --bearer-env NAME or --header for an API that wants credentials.")
    name = next(iter(code_mode.sources))
    show(connect(name, [f"{name}={_absolute(str(api.document))}"]))


def _absolute(document: str) -> str:
    """Give a file's whole path: a client starts the server somewhere else."""
    path = Path(document)
    return str(path.resolve()) if path.is_file() else document


def _query(operations: tuple[Operation, ...]) -> str:
    """Give something that the API can answer: the summary of an operation from the middle of the document."""
    told = [operation.summary for operation in operations if operation.summary and operation.effect is Effect.READ]
    return told[len(told) // 2].rstrip(".")[:80] if told else operations[0].name.replace("_", " ")


def _refused(operations: tuple[Operation, ...]) -> str:
    """Write a call that cannot go out: one that deletes or writes (only reads are allowed here), or a misspelt one."""
    for effect in (Effect.DESTRUCTIVE, Effect.WRITE):
        for operation in operations:
            if operation.effect is effect and not (operation.signature.body and operation.signature.body.required):
                required = [parameter for parameter in operation.signature.parameters if parameter.required]
                arguments = {p.name: _example(operation.signature.schemas.resolve(p.schema)) for p in required}
                return f"return await {operation.qualified}({json.dumps(arguments) if arguments else ''});"
    return f"return await {operations[0].qualified[:-1]}x();"


def _example(schema: dict[str, Any]) -> Any:
    """Make up a value that fits well enough to show."""
    values = schema.get("enum")
    if isinstance(values, list) and values:
        return values[0]  # pyright: ignore[reportUnknownVariableType]
    if "example" in schema:
        return schema["example"]
    made: dict[str, Any] = {"integer": 1, "number": 1, "boolean": True, "array": ["example"], "object": {}}
    return made.get(str(schema.get("type")), "example")
