"""`keyhole exec`: one program, one run, one exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from pydantic_core import to_json

from keyhole.cli.lifetime import live
from keyhole.cli.opening import opened, program_of
from keyhole.cli.options import Options, configure
from keyhole.cli.screen import say, say_error, show, show_json
from keyhole.errors import UsageError
from keyhole.sandbox.engine import LogLine

if TYPE_CHECKING:
    from keyhole.answer.execution import Execution
    from keyhole.gateway.decision import CallRecord

EXIT_CODES = {"denied": 4, "needs_approval": 4, "api_error": 6, "unreachable": 6, "credentials": 6}
"""Exit codes by the code of the call error that a program did not catch; any other failure of a program is 3."""


def execute(
    *docs: Annotated[str, Parameter(help="OpenAPI documents; name=DOC sets the API's global.")],
    file: Annotated[
        str | None,
        Parameter(help="The program: a file, or - for standard input.", metavar="PATH", allow_leading_hyphen=True),
    ] = None,
    code: Annotated[
        str | None,
        Parameter(help="The same: its text, a file, or -.", metavar="TEXT", allow_leading_hyphen=True),
    ] = None,
    max_tokens: Annotated[
        int | None, Parameter(help="Print the answer as a model would get it, in so many tokens.", metavar="N")
    ] = None,
    as_json: Annotated[
        bool,
        Parameter(name="--json", help="Print value, error, calls and logs as JSON.", negative="", show_default=False),
    ] = False,
    options: Options | None = None,
) -> int:
    """Run one program in the sandbox, against the APIs.

    Exit codes: 0 ok, 2 usage, 3 the program failed, 4 denied by policy, 6 the API or its auth failed.
    """
    program = program_of(file, code)
    if program is None:
        raise UsageError(
            "exec takes one program, by --file or by --code", hint="keyhole exec DOC --code 'return ops.length'"
        )
    if max_tokens is not None and max_tokens < 1:
        raise UsageError(f"--max-tokens {max_tokens} is not a positive number")
    config = configure(docs, options)
    verbose = bool(options and options.verbose)

    async def main() -> int:
        async with opened(config, verbose=verbose) as code_mode:
            execution = await code_mode.execute(program, on_event=tell, caller=None)
        if as_json:
            show_json(execution.json())
        else:
            show_execution(execution, max_tokens)
        return exit_code(execution)

    return live(main, verbose=verbose)


def tell(event: CallRecord | LogLine) -> None:
    """Say an event of a run on standard error, as it happens; what Keyhole remarks comes with the answer."""
    if isinstance(event, LogLine):
        if event.level != "note":
            say(f"{event.level}: {event.text}")
    else:
        say(f"call: {event.operation}: {f'{event.method} {event.url}'.lstrip()} -> {event.outcome} ({event.ms:g} ms)")


def show_execution(execution: Execution, max_tokens: int | None = None) -> None:
    """Print the value on standard output, whole; an error and notes on standard error.

    With `max_tokens`, what a model gets.
    """
    if max_tokens is not None:
        show(execution.text(max_tokens))
        return
    for line in execution.logs:
        if line.level == "note":
            say(f"note: {line.text}")
    if execution.error is not None:
        say_error(execution.error)
    elif isinstance(execution.value, str):
        show(execution.value)
    elif execution.undefined:
        say("note: the program returned nothing (undefined); to see a value, `return` it")
    else:
        show(to_json(execution.json()["value"], indent=2).decode())


def exit_code(execution: Execution) -> int:
    """Give the exit code of a run."""
    if execution.outcome == "paused":
        return 5
    if execution.error is None:
        return 0
    return EXIT_CODES.get(str((execution.error.cause or {}).get("code")), 3)
