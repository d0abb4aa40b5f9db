"""Serving one client over standard input and output. Nothing but the protocol is ever written to standard output."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, cast

import anyio
from mcp.server.stdio import stdio_server

from keyhole.serve.mcp import Face

if TYPE_CHECKING:
    from keyhole.codemode import CodeMode


class Lines:
    """The lines of a file descriptor, read by a daemon thread.

    The SDK reads standard input in a worker thread that cannot be interrupted, so that a server told to end waits for
    one more line of its client. Nobody waits for this thread. It reads the bare descriptor: a lock on `sys.stdin`
    held at exit is a fatal error of the interpreter.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._send, self._receive = anyio.create_memory_object_stream[str](16)
        self._token = anyio.lowlevel.current_token()
        threading.Thread(target=self._read, name="keyhole-stdin", daemon=True).start()

    def __aiter__(self) -> Lines:
        return self

    async def __anext__(self) -> str:
        try:
            return await self._receive.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    def _read(self) -> None:
        held = bytearray()
        try:
            while chunk := os.read(self._fd, 1 << 16):
                held += chunk
                *lines, rest = held.split(b"\n") if b"\n" in chunk else [held]
                held = bytearray(rest)
                for line in lines:
                    self._pass(line.decode("utf-8", "replace"))
            anyio.from_thread.run_sync(self._send.close, token=self._token)
        except (OSError, RuntimeError, anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.RunFinishedError):
            return  # the server has ended, or its input broke: either way there is nobody to tell

    def _pass(self, line: str) -> None:
        anyio.from_thread.run(self._send.send, line, token=self._token)


async def serve_stdio(code_mode: CodeMode) -> None:
    """Serve until the client closes our input. Cancel it to end sooner; a run in flight is stopped then."""
    server = Face(code_mode).server()
    # What we start (a credential command) must not read the protocol: it gets an empty standard input.
    wire = os.dup(sys.stdin.fileno())
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, sys.stdin.fileno())
    os.close(empty)
    stdin = cast("anyio.AsyncFile[str]", Lines(wire))  # all that is asked of it is to be iterated over
    # The SDK moves the descriptor of standard output out of harm's way, but puts it back at the end, when Python writes
    # out what was printed meanwhile: so `print` goes elsewhere too.
    async with stdio_server(stdin=stdin) as (read, write):
        with redirect_stdout(sys.stderr):
            await server.run(read, write, server.create_initialization_options())
