"""CPU of one `execute` with 0, 1 and 10 calls to a real HTTP API on loopback, next to FastMCP's CodeMode."""

from __future__ import annotations

from functools import partial
from typing import Any

from ours import opened, value
from peer import MissingPeerError, measure_fastmcp
from report import GITHUB, Table, ms, ratio
from timing import Timing, repeat

JOBS = {"0 calls": 0, "1 call": 1, "10 calls": 10}
CHAIN = """
let total = 0;
for (let i = 0; i < %d; i++) total += (await github.repos_list_languages({ owner: "o", repo: "r" })).Python;
return total;
"""


async def measure(*, quick: bool) -> list[Table]:
    """Measure, one call after the other, the API in another process (its CPU is not counted)."""
    rounds = 5 if quick else 30
    table = Table(
        "One `execute` with calls to an HTTP API on loopback",
        ["", *(f"{job}: {what}" for job in JOBS for what in ("CPU", "wall"))],
    )
    table.notes.append(
        "GitHub's document, `repos/list-languages`, one after the other. In brackets: FastMCP's CPU over Keyhole's."
    )
    ours: dict[str, Timing] = {}
    async with opened(GITHUB) as code_mode:
        for job, count in JOBS.items():
            ours[job] = await repeat(partial(code_mode.execute, CHAIN % count), rounds * 5)
            assert value(ours[job].answer) == 42 * count
    table.add("Keyhole", *(cell for timing in ours.values() for cell in (ms(timing.cpu_ms), ms(timing.ms))))
    for mode, limit in (("tuned", rounds), ("default", rounds)):
        add_peer(table, mode, limit, ours)
    return [table]


def add_peer(table: Table, mode: str, rounds: int, ours: dict[str, Timing]) -> None:
    """Add FastMCP's row, or why there is none."""
    try:
        found: dict[str, Any] = measure_fastmcp(GITHUB, rounds, mode)
    except MissingPeerError as why:
        table.add(f"FastMCP CodeMode, {mode}: not measured ({why})", *[""] * 6)
        return
    cells: list[str] = []
    for job, own in ours.items():
        if job not in found:
            cells += ["not measured", "in a quick run"]
            continue
        timing = Timing.of(found[job])
        cells += [f"{ms(timing.cpu_ms)} ({ratio(own.cpu_ms, timing.cpu_ms)})", ms(timing.ms)]
    table.add(f"FastMCP CodeMode {found['version']}, {mode}", *cells)
