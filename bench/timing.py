"""Runs something again and again: the median of the times, the CPU of all processes per run."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from cpu import tree_cpu_ms

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


@dataclass(frozen=True)
class Timing:
    """Milliseconds: the median of the wall times, the mean of the CPU times, and what the last run answered."""

    ms: float
    cpu_ms: float
    answer: Any

    @classmethod
    def of(cls, found: dict[str, Any]) -> Timing:
        """Read what a peer's script printed."""
        return cls(found["ms"], found["cpu_ms"], found["answer"])


async def repeat(run: Callable[[], Awaitable[Any]], rounds: int) -> Timing:
    """Run once to warm up, then `rounds` times."""
    await run()
    answer, times, cpu = None, list[float](), tree_cpu_ms()
    for _ in range(rounds):
        started = perf_counter()
        answer = await run()
        times.append((perf_counter() - started) * 1000)
    return Timing(median(times), (tree_cpu_ms() - cpu) / rounds, answer)
