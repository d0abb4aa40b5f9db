"""`keyhole search`: what the tool `search` answers, in a terminal."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from keyhole.cli.execute import exit_code, show_execution, tell
from keyhole.cli.lifetime import live
from keyhole.cli.opening import opened, program_of
from keyhole.cli.options import Options, configure, is_document
from keyhole.cli.screen import say, show, show_json
from keyhole.errors import UsageError


def search(
    *docs_and_query: Annotated[str, Parameter(help="OpenAPI documents, then the query in plain words.")],
    file: Annotated[
        str | None,
        Parameter(
            help="A program over ops and spec instead: a file, or - for standard input.",
            metavar="PATH",
            allow_leading_hyphen=True,
        ),
    ] = None,
    code: Annotated[
        str | None,
        Parameter(help="The same: its text, a file, or -.", metavar="TEXT", allow_leading_hyphen=True),
    ] = None,
    limit: Annotated[int, Parameter(help="How many operations.", metavar="N")] = 5,
    as_json: Annotated[
        bool, Parameter(name="--json", help="Print the operations as JSON.", negative="", show_default=False)
    ] = False,
    options: Options | None = None,
) -> int:
    """Find operations, by words or by a program over the catalog."""
    configured = bool(options and options.config)
    program = program_of(file, code)
    docs, query = _documents(docs_and_query) if program is not None else _split(docs_and_query, configured=configured)
    if not configured and (not docs or query == ""):
        raise UsageError("search takes a DOC and a query", hint="keyhole search openapi.json 'create a record'")
    if query is not None and not query.strip():
        raise UsageError("the query is empty", hint="keyhole search openapi.json 'create a record'")
    if limit < 1:
        raise UsageError(f"--limit {limit} is not a positive number")
    config = configure(docs, options)
    verbose = bool(options and options.verbose)

    async def main() -> int:
        async with opened(config, verbose=verbose) as code_mode:
            if program is not None:
                explored = await code_mode.search(code=program)
                for line in explored.logs:
                    tell(line)
                if as_json:
                    show_json(explored.json())
                else:
                    show_execution(explored)
                return exit_code(explored)
            found = await code_mode.search(query or "", limit=limit)
            if as_json:
                show_json(found.json())
            elif found.total:
                show(found.text())
            else:
                say(found.text())
        return 0

    return live(main, verbose=verbose)


def _documents(words: tuple[str, ...]) -> tuple[tuple[str, ...], None]:
    """Give the DOCs beside a program, where there is no query."""
    wrong = [word for word in words if not is_document(word)]
    if wrong:
        raise UsageError(
            f"{wrong[0][:80]!r} is no document, and a query in words does not go with a program (--code, --file)",
            hint="Give one of them. A program can ask: await find('create a record').",
        )
    return words, None


def _split(words: tuple[str, ...], *, configured: bool) -> tuple[tuple[str, ...], str]:
    """Tell the DOCs, which come first, from the query, which may have been left unquoted."""
    end = 0 if configured else 1
    if len(words) <= end:
        return words, ""
    while end < len(words) - 1 and is_document(words[end]):
        end += 1
    return words[:end], " ".join(words[end:])
