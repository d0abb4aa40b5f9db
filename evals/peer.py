"""FastMCP on the same documents, over streamable HTTP: one tool an operation (`tools`), or its CodeMode (`fastmcp`).

Arguments: ARM APIS.json, a list of {name, url, headers, document}; the documents are OpenAPI 3.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import sys
from pathlib import Path
from typing import Any

import httpx2
from fastmcp import FastMCP
from fastmcp.experimental.transforms.code_mode import CodeMode


def served(api: dict[str, Any], **settings: Any) -> FastMCP[Any]:
    """Make the plain translation of one document: one tool an operation."""
    client = httpx2.AsyncClient(base_url=api["url"], headers=api["headers"], timeout=60)
    # What the real servers answer does not always fit their documents; nobody wants a tool that refuses the answer.
    return FastMCP.from_openapi(api["document"], client=client, name=api["name"], validate_output=False, **settings)


def combined(apis: list[dict[str, Any]]) -> FastMCP[Any]:
    """Make one server of them all; with several APIs their names stand before those of the tools."""
    if len(apis) == 1:
        return served(apis[0])
    whole: FastMCP[Any] = FastMCP("apis")
    for api in apis:
        whole.mount(served(api), namespace=api["name"])
    return whole


async def main(arm: str, apis: list[dict[str, Any]]) -> None:
    """Serve until the process is ended."""
    server = combined(apis)
    if arm == "fastmcp":
        server.add_transform(CodeMode())
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.bind(("127.0.0.1", 0))
    bound.listen(128)
    host, port = bound.getsockname()
    print(f"http://{host}:{port}/mcp", flush=True)
    await server.run_http_async(show_banner=False, sockets=[bound], host=host, port=port, log_level="error")


logging.disable(logging.WARNING)
asyncio.run(main(sys.argv[1], json.loads(Path(sys.argv[2]).read_text("utf-8"))))
