"""Notifications while a program runs: progress for those who asked, console lines and calls as log messages."""

from __future__ import annotations

from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

import anyio
from mcp.server.connection import allowed_log_levels
from mcp_types import LoggingMessageNotification, LoggingMessageNotificationParams

from keyhole.errors import counted
from keyhole.sandbox.engine import LogLine

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from anyio.streams.memory import MemoryObjectReceiveStream
    from mcp.server.context import ServerRequestContext
    from mcp_types import LoggingLevel

    from keyhole.gateway.decision import CallRecord

    Event = CallRecord | LogLine

BUFFER = 256
"""Events that wait to be sent; more are dropped. A client that reads slowly does not slow a program down."""

HEARTBEAT_S = 10.0
"""A run says that it is alive this often: clients may give up on a call that is silent for long."""

TEXT_LIMIT = 500

LEVELS: tuple[LoggingLevel, ...] = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")
_LEVEL_OF: dict[str, LoggingLevel] = {"debug": "debug", "warn": "warning", "error": "error"}


class Feed:
    """The notifications of one tool call."""

    def __init__(self, context: ServerRequestContext[Any, Any], threshold: LoggingLevel) -> None:
        self._context = context
        # On 2026-07-28 a request opts in to log messages; before, the client sets one level for its connection.
        allowed = allowed_log_levels(context.protocol_version, context.meta)
        self._levels = allowed & frozenset(LEVELS[LEVELS.index(threshold) :])
        self._progress = 0
        self._calls = 0
        self._started = monotonic()

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Callable[[Event], None]]:
        """Give the function that takes events. On leaving, what it took has been sent."""
        send, receive = anyio.create_memory_object_stream["Event"](BUFFER)

        def take(event: Event) -> None:
            try:
                send.send_nowait(event)
            except (anyio.WouldBlock, anyio.ClosedResourceError, anyio.BrokenResourceError):
                return  # dropped: the answer itself tells all calls and lines

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._pump, receive)
            with send:
                yield take

    async def _pump(self, events: MemoryObjectReceiveStream[Event]) -> None:
        with events:
            while True:
                event: Event | None = None
                try:
                    with anyio.move_on_after(HEARTBEAT_S):
                        event = await events.receive()
                except anyio.EndOfStream:
                    return
                await self._tell(event)

    async def _tell(self, event: Event | None) -> None:
        """Send what one event is worth; None is the heartbeat."""
        if event is None:
            waited = round(monotonic() - self._started)
            return await self._report(f"running for {waited} s, {counted(self._calls, 'call')} so far")
        if isinstance(event, LogLine):
            return await self._log(_LEVEL_OF.get(event.level, "info"), event.text[:TEXT_LIMIT])
        self._calls += 1
        what = f"{event.method} {event.url}".lstrip()
        line = f"{event.operation}: {what} → {event.outcome} ({event.ms:g} ms)"[:TEXT_LIMIT]
        await self._report(line)
        return await self._log("debug" if event.error is None else "warning", line)

    async def _report(self, message: str) -> None:
        """Send progress; the SDK drops it where the client gave no token. It counts up, as the protocol wants."""
        self._progress += 1
        await self._context.session.report_progress(self._progress, message=message)

    async def _log(self, level: LoggingLevel, text: str) -> None:
        if level not in self._levels:
            return
        # Not `send_log_message`: it warns of its deprecation at each call, and handshake clients know nothing else.
        params = LoggingMessageNotificationParams(level=level, logger="keyhole", data=text)
        await self._context.session.send_notification(
            LoggingMessageNotification(params=params), self._context.request_id
        )
