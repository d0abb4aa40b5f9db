"""What FastMCP's CodeMode answers to `search` and `get_schema`: runs in its own environment, prints one JSON document.

Arguments: DOCUMENT QUERIES (a JSON list) CHARS. Schemas are not dereferenced, which is its smaller form; texts are cut
at CHARS characters.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import Any

logging.disable(logging.CRITICAL)


async def main(document: bytes, queries: list[str], chars: int) -> None:
    import httpx2
    from fastmcp import FastMCP
    from fastmcp.experimental.transforms.code_mode import GetSchemas, Search

    async with httpx2.AsyncClient(base_url="http://localhost") as client:
        tools = await FastMCP.from_openapi(json.loads(document), client=client, dereference_schemas=False).list_tools()

        async def catalog(_context: Any) -> Any:
            return tools

        schema, search = GetSchemas()(catalog).fn, Search()(catalog).fn
        routes = {tool.name: f"{tool._route.method.upper()} {tool._route.path}" for tool in tools}  # noqa: SLF001
        schemas = {
            route: [(await schema(tools=[name], detail=detail, ctx=None))[:chars] for detail in ("detailed", "full")]
            for name, route in routes.items()
        }
        found = {query: await search(query=query, tags=None, detail="brief", limit=None, ctx=None) for query in queries}
    listed = {
        query: [text, [route for name, route in routes.items() if f"\n- {name}:" in text or f"\n- {name}\n" in text]]
        for query, text in found.items()
    }
    print(json.dumps({"schemas": schemas, "searches": listed}))


asyncio.run(main(Path(sys.argv[1]).read_bytes(), json.loads(Path(sys.argv[2]).read_text("utf-8")), int(sys.argv[3])))
