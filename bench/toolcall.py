"""What a tool call costs over stdio and over HTTP, next to a trivial tool of the same SDK."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from mcp import Client, StdioServerParameters
from peer import SCRIPTS
from report import SHARED, Table, ms
from timing import repeat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from timing import Timing

PETSTORE = str(SHARED / "specs" / "petstore-expanded.yaml")


async def measure(*, quick: bool) -> list[Table]:
    """Call `execute` with `1+1` over each transport, from one client of the SDK."""
    rounds = 20 if quick else 300
    table = Table(
        "A tool call from the SDK's own client (wall, client's share included)", ["", "stdio", "streamable HTTP"]
    )
    found: dict[str, dict[str, Timing]] = {}
    trivial = str(SCRIPTS / "trivial_server.py")
    for name, stdio, http in (
        ("a trivial tool, mcp lowlevel server", [trivial, "stdio"], [trivial, "{port}"]),
        (
            "Keyhole, `execute` of `1+1`",
            *(
                [
                    ["-m", "keyhole", "serve", PETSTORE],
                    ["-m", "keyhole", "serve", PETSTORE, "--http", "127.0.0.1:{port}"],
                ]
            ),
        ),
    ):
        over_stdio = await calls(
            StdioServerParameters(command=sys.executable, args=stdio, env=dict(os.environ)), rounds
        )
        async with serving(http) as url:
            found[name] = {"stdio": over_stdio, "http": await calls(url, rounds)}
        table.add(name, *(ms(timing.ms) for timing in found[name].values()))
    trivial_, ours = found.values()
    table.add("what Keyhole adds", *(ms(ours[way].ms - trivial_[way].ms) for way in ("stdio", "http")))
    return [table]


async def calls(server: StdioServerParameters | str, rounds: int) -> Timing:
    """Call the tool again and again over one connection."""
    async with Client(server) as client:
        timing = await repeat(lambda: client.call_tool("execute", {"code": "1+1"}), rounds)
    assert timing.answer.content[0].text == "2", timing.answer
    return timing


@asynccontextmanager
async def serving(arguments: list[str]) -> AsyncIterator[str]:
    """Run a server on a free loopback port; give the address of its endpoint."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    command = [sys.executable, *(part.replace("{port}", str(port)) for part in arguments)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: ASYNC220  (a bench may block)
    try:
        for _ in range(300):
            if process.poll() is not None:
                raise RuntimeError(f"{' '.join(command)} ended")
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                await asyncio.sleep(0.1)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.kill()
        process.wait()
