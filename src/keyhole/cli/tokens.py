"""`keyhole tokens`: what an API costs in a model's context, four ways."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import anyio.to_thread
from cyclopts import Parameter

from keyhole.cli.lifetime import live
from keyhole.cli.native import Native
from keyhole.cli.opening import opened
from keyhole.cli.options import Options, configure
from keyhole.cli.screen import say, show, show_json, table
from keyhole.serve.desk import Desk
from keyhole.tokens import configure as use_exact_counts
from keyhole.tokens import count, exact

if TYPE_CHECKING:
    from keyhole.codemode import CodeMode
    from keyhole.config import OpenAPI

PUBLISHED = (
    "published by Cloudflare for its API: about 2,000,000 raw, 1,170,523 full, 244,047 required, 1,069 with code"
)

HEADER = ("document", "operations", "raw", "full schemas", "required only", "keyhole")


def tokens(
    *docs: Annotated[str, Parameter(help="OpenAPI documents: files or URLs.")],
    as_json: Annotated[
        bool, Parameter(name="--json", help="Print the counts as JSON.", negative="", show_default=False)
    ] = False,
    options: Options | None = None,
) -> int:
    """Count what an API costs in a model's context (o200k tokens), and what Keyhole costs.

    raw: the document as it is published. full schemas: a tools/list answer with one MCP tool per operation, its
    description and its parameters and body with every reference inlined; a reference that leads back into its own
    circle stays one, so this is the least such a list can be. required only: the same, without parameters and
    properties that may be left out. keyhole: the whole tools/list answer of Keyhole.
    """
    config = configure(docs, options)

    async def main() -> int:
        rows: list[dict[str, Any]] = []
        for api in config.apis:
            say(f"counting {_label(api)} ...")
            async with opened(config.model_copy(update={"apis": (api,)})) as code_mode:
                rows.append(await anyio.to_thread.run_sync(row, api, code_mode))
        if as_json:
            show_json({"documents": rows})
        else:
            show(token_table(rows))
            if any("cloudflare" in str(one["document"]).lower() for one in rows):
                say(PUBLISHED)
        say_exactness()
        return 0

    return live(main, verbose=bool(options and options.verbose))


def say_exactness() -> None:
    """Say that counts are estimates, where they are."""
    if not exact():
        say("note: these counts are estimates: the ranks of o200k are not on this machine")
        say("hint: pip install 'keyhole[tokens]' brings them along")


def row(api: OpenAPI, code_mode: CodeMode) -> dict[str, Any]:
    """Count one document, four ways; exactly, where the machine can."""
    use_exact_counts(code_mode.config.ranks())
    operations = code_mode.catalog.operations
    listed = Desk(code_mode).tools
    return {
        "document": _label(api),
        "operations": len(operations),
        "raw": count(_raw(api, code_mode)),
        "native_full": Native().count(operations),
        "native_required": Native(required_only=True).count(operations),
        "keyhole": count(json.dumps({"tools": listed}, ensure_ascii=False, separators=(",", ":"))),
        "tools": len(listed),
    }


def token_table(rows: list[dict[str, Any]]) -> str:
    """Lay the rows out for a person."""
    keys = ("operations", "raw", "native_full", "native_required", "keyhole")
    return table(HEADER, [(str(one["document"]), *(f"{one[key]:,}" for key in keys)) for one in rows])


def _label(api: OpenAPI) -> str:
    return str(api.document) if isinstance(api.document, str | Path) else api.name or "document"


def _raw(api: OpenAPI, code_mode: CodeMode) -> str:
    """Give the document's text: a file's own, else what was fetched, written out compactly."""
    path = Path(api.document) if isinstance(api.document, str | Path) else None
    if path and path.is_file():
        return path.read_text("utf-8", "replace")
    (source,) = code_mode.sources.values()
    return json.dumps(source.document, ensure_ascii=False, separators=(",", ":"))
