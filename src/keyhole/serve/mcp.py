"""The MCP server: two tools over the official SDK's lowlevel server, the same for stdio and HTTP and for both eras."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from mcp.server.caching import CacheHint
from mcp.server.lowlevel import Server
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    CancelledNotificationParams,
    EmptyResult,
    ListToolsResult,
    PaginatedRequestParams,
    SetLevelRequestParams,
    TextContent,
    Tool,
)

from keyhole.serve.desk import Desk, Reply
from keyhole.serve.feed import Feed
from keyhole.serve.manual import INSTRUCTIONS
from keyhole.serve.runs import Runs
from keyhole.serve.version import version

if TYPE_CHECKING:
    from collections.abc import Hashable

    from mcp.server.context import ServerRequestContext
    from mcp_types import LoggingLevel

    from keyhole.codemode import CodeMode

    Context = ServerRequestContext[Any, Any]

SESSION_HEADER = "mcp-session-id"
STOPPED = Reply("error: the call was stopped before it ended, by its client or because the server ends", failed=True)


class Face:
    """The protocol side of one `CodeMode`: handlers for the lowlevel server, and the calls in flight."""

    def __init__(self, code_mode: CodeMode) -> None:
        self.desk = Desk(code_mode)
        self.runs = Runs()
        self._schemas = {tool["name"]: tool["inputSchema"] for tool in self.desk.tools}
        self._level: LoggingLevel = "info"

    def server(self) -> Server[Any]:
        """Make the lowlevel server. One is enough for any number of connections."""
        server: Server[Any] = Server(
            "keyhole",
            version=version(),
            instructions=INSTRUCTIONS,
            cache_hints={"tools/list": CacheHint(ttl_ms=3_600_000)},  # only names and counts change, at a reload
            get_tool_input_schema=self._schemas.get,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
        )
        # By name and not as arguments of Server: those warn of a deprecation that handshake clients know nothing of.
        server.add_request_handler("logging/setLevel", SetLevelRequestParams, self._set_level)
        server.add_notification_handler("notifications/cancelled", CancelledNotificationParams, self._cancelled)
        return server

    async def _list_tools(self, context: Context, params: PaginatedRequestParams | None) -> ListToolsResult:  # noqa: ARG002
        return ListToolsResult(tools=[Tool.model_validate(tool) for tool in self.desk.tools])

    async def _call_tool(self, context: Context, params: CallToolRequestParams) -> CallToolResult:
        reply, arguments, caller = STOPPED, params.arguments or {}, _caller(context)
        with self.runs.open(_key(context, context.request_id)):
            if params.name == "execute":
                async with Feed(context, self._level).open() as take:
                    reply = await self.desk.call(params.name, arguments, caller=caller, on_event=take)
            else:
                reply = await self.desk.call(params.name, arguments, caller=caller)
        # Text only: clients differ in what they show a model when structured content is there too.
        return CallToolResult(content=[TextContent(text=reply.text)], is_error=reply.failed)

    async def _set_level(self, context: Context, params: SetLevelRequestParams) -> EmptyResult:
        if context.request is None:  # over HTTP nobody's level is kept: there is no connection to keep it for
            self._level = params.level
        return EmptyResult()

    async def _cancelled(self, context: Context, params: CancelledNotificationParams) -> None:
        """Stop a handshake client's call over HTTP; on a connection the SDK has done it already."""
        key = _key(context, params.request_id)
        if key is not None:
            self.runs.stop(key)


def _key(context: Context, request_id: Hashable) -> Hashable:
    """Give what only this client can know its call by: its session id, which we made up, and the id of the request."""
    session = context.request.headers.get(SESSION_HEADER) if context.request is not None else None
    return (session, request_id) if session and request_id is not None else None


def _caller(context: Context) -> str:
    """Say who calls, as far as it can be told: over stdio there is one; over HTTP, who has these credentials.

    The session id of a handshake client, which we made up, counts as one. Kept only as a digest.
    """
    if context.request is None:
        return ""
    told = [context.request.headers.get(name) or "" for name in ("authorization", SESSION_HEADER)]
    return sha256("\n".join(told).encode(errors="replace")).hexdigest()
