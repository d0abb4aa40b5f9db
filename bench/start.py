"""How long a server over stdio takes from its start to its tool list, and the memory that it then holds."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from statistics import median
from typing import TYPE_CHECKING, Any

from cpu import tree_pss_mb
from peer import FASTMCP, SCRIPTS, MissingPeerError, environment
from report import GITHUB, Table, ms, ratio

if TYPE_CHECKING:
    from pathlib import Path

HELLO = [
    {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "b", "version": "1"}},
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}},
]  # fmt: skip


async def measure(*, quick: bool) -> list[Table]:
    """Start each server with GitHub's document."""
    rounds = 1 if quick else 5
    table = Table(
        "Start of a stdio server with GitHub's document, to the answer of `tools/list`",
        ["", "start", "memory when idle (PSS)", "start, next to Keyhole cached"],
    )
    table.notes.append(
        "The first start compiles the interpreter (once a machine) and bakes the image (once a document)."
    )
    with tempfile.TemporaryDirectory() as cache:
        serve = [sys.executable, "-m", "keyhole", "serve", str(GITHUB), "--cache-dir", cache]
        first = start(serve)
        table.add("Keyhole, first time", ms(first[0]), f"{first[1]:,.0f} MB", "")
        cached = several(serve, rounds)
        table.add("Keyhole, cached", ms(cached[0]), f"{cached[1]:,.0f} MB", "1")
    for mode in ("tuned", "default"):
        try:
            python: Path = environment("fastmcp", FASTMCP)
        except MissingPeerError as why:
            table.add(f"FastMCP CodeMode, {mode}: not measured ({why})", "", "", "")
            continue
        found = several([str(python), str(SCRIPTS / "fastmcp_server.py"), str(GITHUB), mode], min(rounds, 3))
        table.add(f"FastMCP CodeMode, {mode}", ms(found[0]), f"{found[1]:,.0f} MB", ratio(cached[0], found[0]))
    return [table]


def several(command: list[str], rounds: int) -> tuple[float, float]:
    """Give the medians of several starts."""
    found = [start(command) for _ in range(rounds)]
    return median(each[0] for each in found), median(each[1] for each in found)


def start(command: list[str]) -> tuple[float, float]:
    """Start a server; give the milliseconds to its tool list, and its MB a second later."""
    started = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            for message in HELLO:
                process.stdin.write(json.dumps(message) + "\n")
            process.stdin.flush()
            answer: dict[str, Any] = {}
            while answer.get("id") != 2:
                line = process.stdout.readline()
                if not line:
                    raise RuntimeError(f"{' '.join(command)} ended before it answered")
                answer = json.loads(line)
            took = (time.perf_counter() - started) * 1000
            assert answer["result"]["tools"]
            time.sleep(1)
            return took, tree_pss_mb(process.pid)
        finally:
            process.kill()
