"""The least that a server of the MCP SDK can be: one tool that answers `2`. `stdio`, or an HTTP port."""

from __future__ import annotations

import sys
from typing import Any

import anyio
import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams, TextContent, Tool

TOOL = Tool(name="execute", input_schema={"type": "object", "properties": {"code": {"type": "string"}}})


async def list_tools(_context: Any, _params: PaginatedRequestParams | None) -> ListToolsResult:
    return ListToolsResult(tools=[TOOL])


async def call_tool(_context: Any, _params: CallToolRequestParams) -> CallToolResult:
    return CallToolResult(content=[TextContent(text="2")])


async def over_stdio(server: Server[Any]) -> None:
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def main() -> None:
    server: Server[Any] = Server("trivial", on_list_tools=list_tools, on_call_tool=call_tool)
    if sys.argv[1] == "stdio":
        anyio.run(over_stdio, server)
    else:
        app = server.streamable_http_app(streamable_http_path="/mcp", stateless_http=True)
        uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)


main()
