"""A target to attack: a real server on loopback that answers raw bytes, and what attacks are written with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl

    import keyhole

SECRET = "s3cr3t/+token&<9>"
Answer = Callable[["Seen"], "bytes | AsyncIterator[bytes]"]


@dataclass
class Seen:
    """One request as it came over the wire."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes
    shown: str = ""
    """The name in the client certificate that the connection was made with."""

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]

    def header(self, name: str) -> str:
        return ", ".join(value for key, value in self.headers if key.lower() == name)


@dataclass
class Target:
    url: str = ""
    seen: list[Seen] = field(default_factory=list)
    answer: Answer = lambda _: reply("{}")

    def __contains__(self, text: str) -> bool:
        return any(text in str(one) for one in self.seen)


def reply(body: bytes | str, status: str = "200 OK", kind: str = "application/json", *more: str) -> bytes:
    body = body.encode() if isinstance(body, str) else body
    head = [f"HTTP/1.1 {status}", f"content-type: {kind}", f"content-length: {len(body)}", *more]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


@asynccontextmanager
async def listening(tls: ssl.SSLContext | None = None) -> AsyncIterator[Target]:
    target = Target()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        subject = (writer.get_extra_info("peercert") or {}).get("subject", ())
        shown = next((value for name in subject for key, value in name if key == "commonName"), "")
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                line, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
                headers = [(name, value.strip()) for name, _, value in (one.partition(":") for one in lines)]
                seen = Seen(line, headers, b"", shown)
                seen.body = await reader.readexactly(int(seen.header("content-length") or 0))
                target.seen.append(seen)
                answer = target.answer(seen)
                if isinstance(answer, bytes):
                    writer.write(answer)
                    await writer.drain()
                    continue
                async for part in answer:
                    writer.write(part)
                    await writer.drain()
                return
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass  # a client that gives up is what the tests are about
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    target.url = f"http{'s' if tls else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield target
    finally:
        server.close()


def described(paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"openapi": "3.1.0", "info": {"title": "Attacked"}, "paths": paths, **more}


def get(**operation: Any) -> dict[str, Any]:
    return {"get": {"responses": {"200": {"description": "ok"}}, **operation}}


async def run(code_mode: keyhole.CodeMode, code: str) -> Any:
    """Give the value of a program that finished."""
    execution = await code_mode.execute(code)
    assert execution.outcome == "finished", execution.error
    return execution.value
