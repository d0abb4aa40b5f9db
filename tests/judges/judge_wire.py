"""Sends cases through Keyhole as a program does (sandbox, door, gateway, HTTP) and keeps the bytes that arrive."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from judge_documents import base_path

from keyhole import CodeMode
from keyhole.config import Config, OpenAPI, RunLimits
from keyhole.sources.openapi import load

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from pathlib import Path

    from judge_cases import Case

    from keyhole.catalog.operation import Operation

SECRET = "a-secret-of-the-judges"
_BATCH = 60
_PROGRAM = """
const revive = (key, value) => value !== null && typeof value === 'object' && typeof value.$bytes === 'string'
  ? new TextEncoder().encode(value.$bytes) : value;
const out = [];
for (const [number, name, args] of JSON.parse(%s, revive)) {
  try {
    const answer = await api[name].raw(args);
    out.push([number, answer.headers['x-captured'], '']);
  } catch (error) {
    out.push([number, null, `${error.code ?? error.name}: ${error.message}`]);
  }
}
return out;
"""


class Capture:
    """A server on loopback that keeps every request as it came, to the byte."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = next(
                    (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
                )
                self.raw.append(head + (await reader.readexactly(size) if size else b""))
                answer = (
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Captured: %d\r\nContent-Length: 2\r\n\r\n"
                    % (len(self.raw) - 1)
                )
                writer.write(answer if head.startswith(b"HEAD ") else answer + b"{}")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()


@asynccontextmanager
async def capturing(port: int = 0) -> AsyncIterator[Capture]:
    capture = Capture()
    server = await asyncio.start_server(capture.serve, "127.0.0.1", port, limit=1 << 20)
    capture.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield capture
    finally:
        server.close()


class Sent:
    """What became of a case: the bytes on the wire, or why Keyhole refused it."""

    def __init__(self, case: Case, raw: bytes | None, refused: str) -> None:
        self.case, self.raw, self.refused = case, raw, refused


class Names:
    """A document's own words in Keyhole's: the names of operations and of arguments."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._operations = {f"{one.method} {one.path}": one for one in operations}

    def arguments(self, case: Case) -> tuple[str, dict[str, Any]]:
        operation = self._operations[case.operation]
        signature = operation.signature
        known = {(one.place, one.wire): one.name for one in signature.parameters}
        out = {known.get((place, name), name): value for place, name, value in case.parameters if place != "formData"}
        if case.media:
            out["body"] = case.body
            if (
                (choice := known.get(("header", "Content-Type")))
                and signature.body
                and case.media != signature.body.content_type
            ):
                out[choice] = case.media
        return operation.name, out


def secrets(document: dict[str, Any]) -> dict[str, Any]:
    """Give a credential for each security scheme of a document (OpenAPI 3.x)."""
    found: dict[str, Any] = {}
    for name, scheme in document.get("components", {}).get("securitySchemes", {}).items():
        basic = scheme["type"] == "http" and scheme["scheme"].lower() == "basic"
        found[name] = {"username": "judge", "password": SECRET} if basic else SECRET
    return found


async def send(path: Path, document: dict[str, Any], cases: list[Case], capture: Capture, cache: Path) -> list[Sent]:
    """Send cases of `document` (as the judges have it) through Keyhole, which reads `path`."""
    api = OpenAPI(document=path, name="api", base_url=capture.url + base_path(document), security=secrets(document))
    limits = RunLimits(wall_s=300, cpu_s=60, calls=100_000, api_calls=100_000)
    source = load(path, name="api", base_url=capture.url)
    names = Names(source.operations())
    await source.aclose()
    by_number = {case.number: case for case in cases}
    out: list[Sent] = []
    config = Config(apis=(api,), allow="all", cache_dir=cache, limits=limits, tsc="off")
    async with CodeMode(config=config) as mode:
        for start in range(0, len(cases), _BATCH):
            batch = [(case.number, *names.arguments(case)) for case in cases[start : start + _BATCH]]
            run = await mode.execute(_PROGRAM % json.dumps(json.dumps(batch)))
            if run.error:
                raise AssertionError(f"{run.error}")
            for number, index, why in run.value:
                case = by_number[int(number)]
                out.append(Sent(case, None if index is None else capture.raw[int(index)], why))
    return out
