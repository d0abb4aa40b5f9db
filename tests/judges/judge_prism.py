"""The second judge: Prism as a proxy. It passes on what it accepts, so a request that reaches the other side is accepted."""

from __future__ import annotations

import asyncio
import contextlib
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from judge_documents import with_base_in_paths

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

_START_S = 180.0
_ANSWER_S = 60.0
_LIMIT = 1 << 22


class NoPrismError(Exception):
    """Prism does not start on a document; the text is the end of what it said."""


class PrismJudge:
    """Asks a running Prism, one request after the other, each to the byte as it was captured."""

    def __init__(self, start: Callable[[], Awaitable[asyncio.subprocess.Process]], port: int) -> None:
        self._start = start
        self._port = port
        self.process: asyncio.subprocess.Process | None = None
        self.reached = 0
        self.ended = 0
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def problem(self, raw: bytes) -> str:
        """Give why a request is refused; empty where it is accepted."""
        before = self.reached
        try:
            text = await asyncio.wait_for(self._asked(raw), _ANSWER_S)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            self._streams = None
            await self.again()
            return f"no answer: {type(error).__name__}"
        return "" if self.reached > before else text

    async def _asked(self, raw: bytes) -> str:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=_LIMIT)
        reader, writer = self._streams
        writer.write(raw)
        await writer.drain()
        head, body = await message(reader, has_body=not raw.startswith(b"HEAD "))
        if b"connection: close" in head.lower():
            writer.close()
            self._streams = None
        status = head.split(b" ", 2)[1].decode()
        try:
            told = json.loads(body)
            each = [f"{'.'.join(one['location'])}: {one['message']}" for one in told.get("validation", ())]
            return f"{status} {told.get('title')}: {'; '.join(each) or told.get('detail')}"
        except (ValueError, AttributeError, KeyError):
            return f"{status} {body[:200]!r}"

    async def again(self) -> None:
        """Start Prism, anew where it has ended or does not answer. Raises `NoPrismError`."""
        if self.process is not None:
            self.ended += 1
            await self.stop()
        self.process = await self._start()

    async def stop(self) -> None:
        if self.process is not None:
            if self.process.returncode is None:
                self.process.kill()
            await self.process.wait()

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Be the other side of the proxy."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                head, _ = await message(reader, has_body=True)
                self.reached += 1
                writer.write(
                    b"HTTP/1.1 204 No Content\r\n\r\n"
                    if not head.startswith(b"HEAD ")
                    else b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                )
                await writer.drain()
        writer.close()


async def message(reader: asyncio.StreamReader, *, has_body: bool) -> tuple[bytes, bytes]:
    """Read one HTTP/1.1 message: its head, and its body by length or in chunks (RFC 9112 sections 6 and 7)."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = [line.lower() for line in head.split(b"\r\n")]
    if not has_body:
        return head, b""
    if any(line.startswith(b"transfer-encoding:") and b"chunked" in line for line in lines):
        body = b""
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readuntil(b"\r\n")
        return head, body
    size = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
    return head, await reader.readexactly(size) if size else b""


@asynccontextmanager
async def prism(
    command: list[str | Path], document: dict[str, Any], file: Path, port: int
) -> AsyncIterator[PrismJudge]:
    """Run `prism proxy` over a document, kept in `file`. Raises `NoPrismError`."""
    file.write_text(json.dumps(with_base_in_paths(document)), "utf-8")
    log = file.with_suffix(".log")

    async def start() -> asyncio.subprocess.Process:
        options = ("--errors", "--multiprocess", "false", "--verboseLevel", "error", "--port", str(port))
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                *command, "proxy", *options, str(file), upstream, stdout=out, stderr=out
            )
        await _started(process, port, log)
        return process

    judge = PrismJudge(start, port)
    server = await asyncio.start_server(judge.pass_on, "127.0.0.1", 0, limit=_LIMIT)
    upstream = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        await judge.again()
        yield judge
    finally:
        await judge.stop()
        server.close()


async def _started(process: asyncio.subprocess.Process, port: int, log: Path) -> None:
    end = asyncio.get_running_loop().time() + _START_S
    while process.returncode is None and asyncio.get_running_loop().time() < end:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.5)
    if process.returncode is None:
        process.kill()
    said = log.read_text("utf-8", "replace").strip().splitlines()[-3:]
    raise NoPrismError(
        f"not listening after {_START_S:.0f} s"
        if process.returncode is None
        else f"ended with {process.returncode}: {' '.join(said)[-300:]}"
    )
