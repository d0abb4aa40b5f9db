"""Executions a second at 1, 8 and 64 at once."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import TYPE_CHECKING

from calls import CHAIN
from ours import opened, value
from peer import MissingPeerError, measure_fastmcp
from report import GITHUB, Table

if TYPE_CHECKING:
    import keyhole

AT_ONCE = (1, 8, 64)


async def measure(*, quick: bool) -> list[Table]:
    """Measure `1+1` and a program with one call, one process, everything from `execute` on."""
    rounds = 5 if quick else 30
    table = Table("Executions a second", ["", *(f"{n} at once" for n in AT_ONCE)])
    async with opened(GITHUB) as code_mode:
        ours = [await rate(code_mode, "1+1", n, rounds / 10) for n in AT_ONCE]
        table.add("Keyhole, `1+1`", *(f"{each:,.0f}" for each in ours))
        called = [await rate(code_mode, CHAIN % 1, n, rounds / 10) for n in AT_ONCE]
        table.add("Keyhole, one HTTP call", *(f"{each:,.0f}" for each in called))
    try:
        found = measure_fastmcp(GITHUB, rounds, "tuned")
    except MissingPeerError as why:
        table.add(f"FastMCP CodeMode, tuned: not measured ({why})", *[""] * len(AT_ONCE))
    else:
        theirs = [found["rate"][str(n)] for n in AT_ONCE]
        cells = [f"{rate:,.0f} (Keyhole: {own / rate:.1f} times)" for rate, own in zip(theirs, ours, strict=True)]
        table.add(f"FastMCP CodeMode {found['version']}, tuned, `1+1`", *cells)
    return [table]


async def rate(code_mode: keyhole.CodeMode, code: str, at_once: int, seconds: float) -> float:
    """Give executions a second."""
    value(await code_mode.execute(code))
    done, started = 0, perf_counter()

    async def keep() -> None:
        nonlocal done
        while perf_counter() - started < seconds:
            value(await code_mode.execute(code))
            done += 1

    await asyncio.gather(*(keep() for _ in range(at_once)))
    return done / (perf_counter() - started)
