"""What a tool call costs over stdio and over HTTP, next to a trivial tool of the same SDK."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from contextlib import asynccontextmanager
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from mcp import Client, StdioServerParameters
from peer import SCRIPTS
from report import SHARED, Table, ms

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Server = StdioServerParameters | str

PETSTORE = str(SHARED / "specs" / "petstore-expanded.yaml")


async def measure(*, quick: bool) -> list[Table]:
    """Call both servers in turn over each transport, from two clients of the SDK in this process."""
    rounds = 20 if quick else 500
    trivial, ours = [str(SCRIPTS / "trivial_server.py")], ["-m", "keyhole", "serve", PETSTORE]
    stdio = await in_turn(over_stdio([*trivial, "stdio"]), over_stdio(ours), rounds)
    async with serving([*trivial, "{port}"]) as one, serving([*ours, "--http", "127.0.0.1:{port}"]) as other:
        http = await in_turn(one, other, rounds)
    table = Table("A tool call, from the SDK's own client (wall)", ["", "stdio", "streamable HTTP"])
    table.notes.append(
        "With the client's share. `execute` runs `1+1` in a fresh sandbox; the trivial tool answers `2`."
    )
    table.add("a trivial tool on the SDK's lowlevel server", ms(stdio[0]), ms(http[0]))
    table.add("Keyhole, `execute`", ms(stdio[1]), ms(http[1]))
    table.add("the difference", ms(stdio[1] - stdio[0]), ms(http[1] - http[0]))
    return [table]


def over_stdio(arguments: list[str]) -> StdioServerParameters:
    """Describe a server that the client starts."""
    return StdioServerParameters(command=sys.executable, args=arguments, env=dict(os.environ))


async def in_turn(one: Server, other: Server, rounds: int) -> tuple[float, float]:
    """Call `execute` on both in turn, so that what else the machine does hits both; give the medians in ms."""
    async with Client(one) as first, Client(other) as second:
        times = [(first, list[float]()), (second, list[float]())]
        for n in range(rounds + 3):
            for client, taken in times:
                started = perf_counter()
                answer = await client.call_tool("execute", {"code": "1+1"})
                if n >= 3:  # the first ones warm up
                    taken.append((perf_counter() - started) * 1000)
                assert answer.content[0].text == "2", answer
        return median(times[0][1]), median(times[1][1])


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
