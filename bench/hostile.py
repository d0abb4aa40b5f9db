"""The hostile corpus beside a stream of `1+1`: how that fares, when each program is stopped, what memory is left."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from cpu import tree_pss_mb
from ours import engine_of
from report import Table, ms

from keyhole.sandbox.engine import Failed, Limits
from keyhole.sandbox.program import Program

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from keyhole.sandbox.engine import Engine, Outcome

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "sandbox"))
from contract import SOURCE
from hostile_corpus import Hostile, LargeHost, corpus, shared_corpus

LIMITS = Limits(cpu_s=0.5, wall_s=1.0, memory_bytes=16 << 20)
PERIOD_S = 0.01
"""One `1+1` every 10 ms, each timed from when it was due: a stall delays all that were due in it."""
AGAIN_S = 0.4
"""A program that ends sooner is run again until then, so that enough of the stream runs beside it."""
MAX_RATIO, MAX_LATE_MS = 2.0, 200.0
COLUMNS = ["p95 of the stream", "latest stop after its limit", "memory", "ended wrongly"]


@dataclass
class Beside:
    """What was measured beside one program, or beside a class of them."""

    name: str
    programs: int = 1
    waits_ms: list[float] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)
    ends: dict[str, int] = field(default_factory=dict)
    wrong: int = 0
    quiet_ms: float = 0.0
    """The p95 of the stream with nothing beside it, right before: the machine is never the same for long."""
    before_mb: float = 0.0
    after_mb: float = 0.0

    def add(self, other: Beside) -> None:
        """Take in what was measured beside one more program."""
        self.programs += other.programs
        self.waits_ms += other.waits_ms
        self.late_ms += other.late_ms
        self.wrong += other.wrong
        self.after_mb = other.after_mb
        for kind, count in other.ends.items():
            self.ends[kind] = self.ends.get(kind, 0) + count

    @property
    def p95_ms(self) -> float:
        """The time within which 95 of 100 in the stream were answered."""
        return sorted(self.waits_ms)[int(len(self.waits_ms) * 0.95)] if self.waits_ms else 0.0

    @property
    def ratio(self) -> float:
        """How many times the quiet p95 that is."""
        return self.p95_ms / self.quiet_ms

    @property
    def latest_ms(self) -> float:
        """When the latest of them was stopped, after its limit."""
        return max(0.0, *self.late_ms)

    def cells(self) -> list[str]:
        """Give the cells of its row."""
        ends = ", ".join(f"{kind} {count}" for kind, count in sorted(self.ends.items(), key=lambda each: -each[1]))
        p95 = f"{ms(self.p95_ms)} ({self.ratio:.1f} times {ms(self.quiet_ms)})"
        memory = f"{self.before_mb:.0f} → {self.after_mb:.0f} MB"
        return [self.name, str(self.programs), ends, p95, ms(self.latest_ms), memory, str(self.wrong or "")]


async def measure(*, quick: bool) -> list[Table]:
    """Measure a class after the other: the stream alone, then beside each program. In confined workers."""
    programs = [*corpus(), *shared_corpus()]
    async with engine_of(SOURCE, workers=True) as engine:
        classes: list[Beside] = []
        singles: list[Beside] = []
        for group in dict.fromkeys(program.group for program in programs):
            chosen = [program for program in programs if program.group == group]
            quiet_ms = await _quiet(engine, 0.5 if quick else 3)
            found = Beside(group, 0, quiet_ms=quiet_ms, before_mb=tree_pss_mb(os.getpid()))
            for program in chosen[:2] if quick else chosen:
                singles.append(await _beside(engine, program, quiet_ms))
                found.add(singles[-1])
            classes.append(found)
    return [_by_class(classes), _worst(singles)]


async def _streaming(engine: Engine, waits_ms: list[float]) -> AsyncIterator[None]:
    """Keep the stream going while the caller's loop body runs, once."""
    one, stop = Program.parse("1+1"), asyncio.Event()

    async def stream() -> None:
        started, n = perf_counter(), 0
        while not stop.is_set():
            due = started + n * PERIOD_S
            await asyncio.sleep(max(0.0, due - perf_counter()))
            await engine.run(one, LargeHost(), Limits())
            waits_ms.append((perf_counter() - due) * 1000)
            n += 1

    task = asyncio.create_task(stream())
    await asyncio.sleep(0)
    yield
    stop.set()
    await task


async def _quiet(engine: Engine, seconds: float) -> float:
    found = Beside("nothing")
    async for _ in _streaming(engine, found.waits_ms):
        await asyncio.sleep(seconds)
    return found.p95_ms


async def _beside(engine: Engine, program: Hostile, quiet_ms: float) -> Beside:
    found = Beside(program.name, quiet_ms=quiet_ms, before_mb=tree_pss_mb(os.getpid()))
    parsed = Program.parse(program.text)
    async for _ in _streaming(engine, found.waits_ms):
        until = perf_counter() + AGAIN_S
        while perf_counter() < until:
            started = perf_counter()
            outcome = await engine.run(parsed, LargeHost(), LIMITS)
            _ended(found, program, outcome, (perf_counter() - started) * 1000)
    found.ends = {max(found.ends, key=lambda kind: found.ends[kind]): 1}  # of a program run again and again: the usual
    found.wrong = min(found.wrong, 1)
    found.after_mb = tree_pss_mb(os.getpid())
    return found


def _ended(found: Beside, program: Hostile, outcome: Outcome, took_ms: float) -> None:
    kind = outcome.error.kind if isinstance(outcome, Failed) else "value"
    found.ends[kind] = found.ends.get(kind, 0) + 1
    limits: dict[str, Any] = {"cpu": LIMITS.cpu_s, "wall": LIMITS.wall_s}
    found.late_ms.append(took_ms - 1000 * limits.get(kind, LIMITS.wall_s))
    try:
        program.check(outcome)
    except AssertionError:
        found.wrong += not (kind == "wall" and "cpu" in program.kinds)  # others have had its share of the processor


def _by_class(classes: list[Beside]) -> Table:
    table = Table("`1+1` beside hostile programs", ["class", "programs", "how they ended", *COLUMNS])
    table.notes.append(
        f"The hostile program has {LIMITS.cpu_s:g} s of CPU, {LIMITS.wall_s:g} s, {LIMITS.memory_bytes >> 20} MB. "
        f"A `1+1` is due every {PERIOD_S * 1000:g} ms and timed from then; in brackets: next to the stream alone, "
        "right before. "
        "A program that is not stopped for its time counts as late from the wall limit on. Memory is PSS."
    )
    for each in classes:
        table.add(*each.cells())
    return table


def _worst(singles: list[Beside]) -> Table:
    """Give the programs beside which the stream's p95 more than doubled, or that were stopped too late."""
    title = f"Programs beyond the bounds: {MAX_RATIO:g} times the quiet p95, {MAX_LATE_MS:g} ms after the limit"
    table = Table(title, ["program", "", "how it ended", *COLUMNS])
    beyond = [each for each in singles if each.ratio > MAX_RATIO or each.latest_ms > MAX_LATE_MS]
    for each in sorted(beyond, key=lambda each: -each.ratio):
        table.add(*each.cells())
    table.notes.append(f"{len(beyond)} of {len(singles)}.")
    return table
