"""Plain computing next to V8: where an interpreter without a compiler is slower, and by how much."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ours import engine_over, value
from peer import MissingPeerError, measure_mini_racer_kernels
from report import Table, ms
from timing import repeat

from keyhole.sandbox.engine import Limits
from keyhole.sandbox.program import Program

KERNELS = Path(__file__).parent / "kernels.json"
LIMITS = Limits(cpu_s=60, memory_bytes=512 << 20)


async def measure(*, quick: bool) -> list[Table]:
    """Run each kernel once a fresh sandbox here, and once a fresh context in V8."""
    rounds = 1 if quick else 5
    table = Table("Plain computing: CPU of one program", ["", "Keyhole", "V8 (mini-racer)", "times as much"])
    table.notes.append(
        "Each in a fresh sandbox or context, its start included, as an agent's program runs. Programs that glue calls "
        "together compute for well under a millisecond; these are what they are not for."
    )
    try:
        theirs: dict[str, Any] = measure_mini_racer_kernels(KERNELS, rounds)
    except MissingPeerError as why:
        table.notes.append(f"V8 was not measured: {why}.")
        theirs = {}
    async with engine_over(None, workers=False) as engine:
        for name, code in json.loads(KERNELS.read_text("utf-8")).items():
            program = Program.parse(code)
            timing = await repeat(lambda program=program: engine.run(program, _no_host, LIMITS), rounds)
            peer = theirs.get(name)
            if peer is None:
                table.add(name, ms(timing.cpu_ms), "", "")
                continue
            assert float(value(timing.answer)) == float(peer["answer"]), (name, timing.answer, peer)
            table.add(name, ms(timing.cpu_ms), ms(peer["cpu_ms"]), f"{timing.cpu_ms / max(peer['cpu_ms'], 0.1):.1f}")
    return [table]


async def _no_host(name: str, argument: Any) -> Any:
    raise AssertionError((name, argument))
