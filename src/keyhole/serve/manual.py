"""What the model reads before its first call: the two tools, their descriptions, and the server's instructions.

Deterministic: the same APIs and policy give the same bytes. Whatever an API document says about itself is untrusted
text, so a title is quoted, cleaned and cut, and nothing else of a document enters here. The sizes that this file holds
to: each description under `DESCRIPTION_LIMIT` characters, and the whole `tools/list` answer under 1,000 o200k tokens.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keyhole.catalog.operation import Effect

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

DESCRIPTION_LIMIT = 2048
"""Characters; clients cut a longer description."""

TITLED_COST, NAMES_COST, TITLE_COST, EXAMPLE_COST = 210, 150, 22, 12
"""What the list of APIs with titles, the list of names, one title, and the examples' name may take, in `cost`."""

_TEXT = {"type": "string"}
INSTRUCTIONS = "`search` finds operations; one `execute` program calls them."

SEARCH = """\
Find API operations, as TypeScript declarations for `execute`, by `query` or `code`.
query: what to do, in the API's own words ("create dns record"); several: one a line.
code: JavaScript over ops [{{name, method, path, tags, summary}}], {spec} (the document), \
await find(query, {{limit}}), await describe(name, {{depth}}); return the answer.
APIs: {apis}."""

EXECUTE = """\
Run a JavaScript program (async function body) that calls APIs; you see only what it returns. \
Do the whole task in it, filter and join there, return little.
{policy}
{apis}Names and arguments: from `search`.
  await {api}.NAME({{id, limit: 9, body: {{...}}}})  // path, query, header params flat
  await {api}.NAME.items(args)  // all pages of a list, an array
  await {api}.NAME.raw(args)  // {{status, headers, body}}
By path: {api}.get("/things/{{id}}", {{id}}), post, put, patch, delete, request({{method, path, ...}}).
Calls give the parsed body or throw ApiError {{status, body, headers}}.{files}
Also ops, find(), describe(), console.log. No fetch, import{no_files} or process; credentials are added."""

FILES = """
await files.open("a.pdf") gives a file for a body{save}; also files.list(), files.text(name)."""
SAVE = '; await files.save(file, "b.pdf") saves a file, bytes or text'


@dataclass(frozen=True, slots=True)
class Served:
    """One API as the manual names it: its global in programs, its own title, how many operations it has."""

    name: str
    title: str
    operations: int


def tools(
    apis: Sequence[Served], allowed: Collection[Effect], *, files: bool = False, saves: bool = True
) -> list[dict[str, Any]]:
    """Give the two tools in the shape of `tools/list`.

    `allowed` holds the effects that the policy lets through; `files` says whether there is a folder for files, `saves`
    whether programs may save to it.
    """
    return [
        {
            "name": "search",
            "description": SEARCH.format(spec="spec" if len(apis) == 1 else "spec.<api>", apis=titled(apis)),
            "inputSchema": _schema(query=_TEXT, code=_TEXT),
            "annotations": {"readOnlyHint": True, "idempotentHint": True, "openWorldHint": False},
        },
        {
            "name": "execute",
            "description": EXECUTE.format(
                policy=_policy(allowed),
                apis=f"APIs, each a global: {names(apis)}. " if len(apis) > 1 else "",
                api=_example(apis),
                files=FILES.format(save=SAVE if saves else "") if files else "",
                no_files="" if files else ", files",
            ),
            "inputSchema": _schema(required=["code"], code=_TEXT, max_tokens={"type": "integer"}),
            "annotations": _annotations(allowed, saves=files and saves),
        },
    ]


def titled(apis: Sequence[Served]) -> str:
    """Name every API, as much about each as fits for all: with title and count, with count, alone, or cut."""
    forms = (
        [f'{api.name} "{clean(api.title)}" ({_count(api.operations)})' for api in apis],
        [f"{api.name} ({api.operations:,})" for api in apis],
    )
    for entries in forms:
        if cost(", ".join(entries)) <= TITLED_COST:
            return ", ".join(entries)
    return names(apis)


def names(apis: Sequence[Served]) -> str:
    """Name every API's global; where they don't all fit, the first ones and how to get the rest."""
    room = NAMES_COST
    for position, api in enumerate(apis):
        room -= cost(api.name) + 1
        if room < 0:
            first = ", ".join(other.name for other in apis[:position])
            return f"{first}, and {len(apis) - position} more ([...new Set(ops.map(o => o.api))])"
    return ", ".join(api.name for api in apis)


def clean(title: str) -> str:
    """Cut a title to one short line that closes no quote and hides nothing: letters, digits and plain punctuation."""
    kept = "".join(c if c.isalnum() or c in " .,:+-/()&'_" else " " for c in unicodedata.normalize("NFKC", title))
    words = " ".join(kept.split())
    if cost(words) <= TITLE_COST:
        return words
    while cost(words) >= TITLE_COST:
        words = words[:-1]
    return words.rstrip(" .,:+-/(&'_") + "…"


def _policy(allowed: Collection[Effect]) -> str:
    """Say the policy in one line."""
    if Effect.DESTRUCTIVE in allowed:
        return "Policy: calls run for real, deletes too."
    if Effect.WRITE in allowed:
        return "Policy: reads and writes run for real; destructive calls (deletes) are refused."
    return "Policy: reads only; a call that writes or deletes is refused."


def _annotations(allowed: Collection[Effect], *, saves: bool) -> dict[str, bool]:
    """Give the hints a client shows or acts on: they say what the policy lets through, not what a program might try."""
    if saves or Effect.WRITE in allowed or Effect.DESTRUCTIVE in allowed:
        return {"readOnlyHint": False, "destructiveHint": Effect.DESTRUCTIVE in allowed, "openWorldHint": True}
    return {"readOnlyHint": True, "openWorldHint": True}


def _example(apis: Sequence[Served]) -> str:
    """Name the API of the examples: a real one, so that they can be copied, unless its name is dear."""
    return apis[0].name if apis and cost(apis[0].name) <= EXAMPLE_COST else "api"


def _count(operations: int) -> str:
    return f"{operations:,} operation{'' if operations == 1 else 's'}"


def cost(text: str) -> int:
    """Bound the o200k tokens of a text from above, in practice, without a tokenizer (and so the same everywhere).

    Letters of English cost half a token, digits a third, all else one; beyond ASCII six, as JSON may escape it.
    """
    runs = re.findall(r"[a-z]+|[A-Z]+|[0-9]{1,3}| |[^a-zA-Z0-9 ]", text)
    return sum(_run_cost(run) for run in runs)


def _run_cost(run: str) -> int:
    if run == " ":
        return 0
    if run.isascii():
        return (len(run) + 1) // 2 if run.isalpha() else 1
    return 6


def _schema(required: list[str] | None = None, **properties: dict[str, str]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    return schema
