"""FastMCP's CodeMode on one document: runs in its own environment, prints one JSON document.

Arguments: DOCUMENT BASE_URL ROUNDS default|tuned. `tuned` is `dereference_schemas=False`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from cpu import tree_cpu_ms

CALL = 'await call_tool("reposlist_languages", {"owner": "o", "repo": "r"})'
CHAIN = "total = 0\nfor i in range(%d):\n    total += (" + CALL + ')["Python"]\nreturn total'


async def measure(server: Any, tool: str, arguments: dict[str, Any], rounds: int) -> dict[str, object]:
    """Call a tool of the server in this process, once to warm up if it is to run more than once."""
    if rounds > 1:
        await server.call_tool(tool, arguments)
    times: list[float] = []
    cpu, result = tree_cpu_ms(), None
    for _ in range(rounds):
        started = time.perf_counter()
        result = await server.call_tool(tool, arguments)
        times.append((time.perf_counter() - started) * 1000)
    return {"ms": median(times), "cpu_ms": (tree_cpu_ms() - cpu) / rounds, "answer": str(result)[:200]}


async def rate(server: Any, at_once: int, seconds: float) -> float:
    """Give executions of `return 1+1` a second, with so many under way at once."""
    done, started = 0, time.perf_counter()

    async def keep() -> None:
        nonlocal done
        while time.perf_counter() - started < seconds:
            await server.call_tool("execute", {"code": "return 1+1"})
            done += 1

    await asyncio.gather(*(keep() for _ in range(at_once)))
    return done / (time.perf_counter() - started)


async def main(document: bytes, base_url: str, rounds: int, mode: str) -> None:
    logging.disable(logging.CRITICAL)
    import fastmcp
    import httpx2
    from fastmcp import FastMCP
    from fastmcp.experimental.transforms.code_mode import CodeMode

    started = time.perf_counter()
    settings = {} if mode == "default" else {"dereference_schemas": False}
    async with httpx2.AsyncClient(base_url=base_url) as client:
        server = FastMCP.from_openapi(json.loads(document), client=client, **settings)
        server.add_transform(CodeMode())
        ready = (time.perf_counter() - started) * 1000
        jobs = {
            "1+1": ("execute", {"code": "return 1+1"}),
            "search": ("search", {"query": "add a label to an issue"}),
            "0 calls": ("execute", {"code": "return 1+1"}),
            "1 call": ("execute", {"code": CHAIN % 1}),
            "10 calls": ("execute", {"code": CHAIN % 10}),
        }
        found: dict[str, Any] = {"version": fastmcp.__version__, "start_ms": ready}
        for name, (tool, arguments) in jobs.items():
            if mode == "default" and rounds < 10 and name == "10 calls":
                continue  # half a minute: not in a quick run
            slow = mode == "default" and (name == "search" or ("call" in name and name != "0 calls"))
            many = rounds if not slow else 1 if name == "10 calls" else min(rounds, 3)
            found[name] = await measure(server, tool, arguments, many)
        if mode == "tuned":
            found["rate"] = {str(n): await rate(server, n, rounds / 10) for n in (1, 8, 64)}
    print(json.dumps(found))


asyncio.run(main(Path(sys.argv[1]).read_bytes(), sys.argv[2], int(sys.argv[3]), sys.argv[4]))
