"""Where a tool call becomes a search or a run, and its outcome the text a model reads. Knows no protocol."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keyhole.errors import KeyholeError, UsageError, nearest
from keyhole.log import logger
from keyhole.serve.manual import Served, tools
from keyhole.value import is_large

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keyhole.answer.execution import Execution
    from keyhole.codemode import CodeMode
    from keyhole.gateway.decision import CallRecord
    from keyhole.sandbox.engine import LogLine

log = logger(__name__)

MAX_TOKENS = 50_000
"""The largest answer that a model may ask for."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What one tool call answers: a text, and whether it is an error."""

    text: str
    failed: bool


class Desk:
    """The two tools over one `CodeMode`."""

    def __init__(self, code_mode: CodeMode) -> None:
        self._code_mode = code_mode
        self._catalog = code_mode.catalog
        self._tools = self._written()
        self._arguments = {tool["name"]: list(tool["inputSchema"]["properties"]) for tool in self._tools}

    @property
    def tools(self) -> list[dict[str, Any]]:
        """The two tools in the shape of `tools/list`; they are written anew where the documents were read anew."""
        if self._catalog is not self._code_mode.catalog:
            self._catalog = self._code_mode.catalog
            self._tools = self._written()
        return self._tools

    def _written(self) -> list[dict[str, Any]]:
        operations = self._catalog.operations
        counts = dict.fromkeys(self._code_mode.sources, 0)
        for operation in operations:
            counts[operation.api] += 1
        apis = [Served(name, source.title, counts[name]) for name, source in self._code_mode.sources.items()]
        allowed = self._code_mode.policy.allows(tuple(operations))
        config = self._code_mode.config
        return tools(apis, allowed, files=config.files is not None, saves=not config.read_only)

    async def call(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        caller: str = "",
        on_event: Callable[[CallRecord | LogLine], None] | None = None,
    ) -> Reply:
        """Answer a call of a tool. Never raises but for cancellation: what is wrong is said in the reply.

        `caller` is who may read what is kept of a run.
        """
        try:
            given = self._check(name, arguments)
            if name == "search":
                return await self._search(given, caller)
            return await self._execute(given, caller, on_event)
        except KeyholeError as error:
            return Reply(f"error: {error}", failed=True)
        except Exception:
            log.exception("a tool call failed", tool=name)
            return Reply("error: Keyhole itself failed on this call; its log says how. Tell the user.", failed=True)

    def _check(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Give the arguments that were given with something in them. Raises `UsageError`."""
        if name not in self._arguments:
            raise UsageError(f"there is no tool {name!r}", hint="The tools are `search` and `execute`.")
        known = self._arguments[name]
        for key in arguments:
            if key not in known:
                guess = nearest(key, known, limit=1)
                raise UsageError(
                    f"{name} has no argument {key!r}",
                    hint=f"Did you mean {guess[0]!r}?" if guess else f"It takes: {', '.join(known)}.",
                )
        given = {key: value for key, value in arguments.items() if value is not None and value != ""}
        for key in ("query", "code"):
            if not isinstance(given.get(key, ""), str):
                raise UsageError(f"{name} was given a `{key}` that is not a string")
        return given

    async def _search(self, given: Mapping[str, Any], caller: str) -> Reply:
        if "query" in given and "code" in given:
            raise UsageError(
                "search was given both `query` and `code`",
                hint="Give one: `query` for words, `code` for JavaScript over ops and spec.",
            )
        if "query" in given:
            found = await self._code_mode.search(given["query"])
            return Reply(found.text(), failed=False)
        if "code" in given:
            explored = await self._code_mode.search(code=given["code"], caller=caller)
            return await _reply(explored, self._code_mode.config.max_tokens)
        raise UsageError(
            "search was given neither `query` nor `code`",
            hint='Give a query in the API\'s own words, such as search({query: "create record"}).',
        )

    async def _execute(
        self, given: Mapping[str, Any], caller: str, on_event: Callable[[CallRecord | LogLine], None] | None
    ) -> Reply:
        if "code" not in given:
            raise UsageError(
                "execute was given no `code`",
                hint="Give a program: an async function body that calls operations and returns a small answer.",
            )
        budget = _tokens(given.get("max_tokens"), self._code_mode.config.max_tokens)
        return await _reply(await self._code_mode.execute(given["code"], on_event=on_event, caller=caller), budget)


async def _reply(execution: Execution, budget: int) -> Reply:
    """Give the text of a run; on a thread where it takes time: to cut a value, and to keep it."""
    if is_large(execution.value) or execution.answers:
        text = await asyncio.to_thread(execution.text, budget)
    else:
        text = execution.text(budget)
    return Reply(text, failed=execution.outcome == "failed")


def _tokens(asked: Any, default: int) -> int:
    """Read `max_tokens` leniently: 3000, "3000", "3,000" and "3k" are the same. Raises `UsageError`."""
    if asked is None:
        return default
    match = re.fullmatch(r"\s*([0-9][0-9,_]*)(?:\.[0-9]*)?\s*(k?)\s*(?:tokens?)?\s*", str(asked), re.IGNORECASE)
    if match is None or isinstance(asked, bool):
        raise UsageError(
            f"execute was given max_tokens {asked!r}", hint=f'It is a number of tokens such as "{2 * default}".'
        )
    tokens = int(re.sub("[,_]", "", match[1])[:9]) * (1000 if match[2] else 1)
    return min(max(tokens, 50), MAX_TOKENS)
