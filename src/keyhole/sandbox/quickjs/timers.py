"""A run's timers: one of the event loop's stands for all of them, set for the earliest."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


class Timers:
    """Calls `fire(number)` for each that is due, in the order of their times, then of their numbers."""

    def __init__(self, loop: asyncio.AbstractEventLoop, fire: Callable[[int], None]) -> None:
        self._loop = loop
        self._fire = fire
        self._when: dict[int, float] = {}
        self._due: list[tuple[float, int]] = []
        """A heap, in which those that were cleared stay until they come up."""
        self._alarm: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._when)

    def set(self, number: int, ms: float) -> None:
        """Set one. Raises TypeError: there is one of that number."""
        if number in self._when:
            raise TypeError
        when = self._when[number] = self._loop.time() + ms / 1000
        heappush(self._due, (when, number))
        if self._alarm is None or when < self._alarm.when():
            self._arm(when)

    def clear(self, number: int) -> None:
        """Clear one, if it is set."""
        self._when.pop(number, None)

    def stop(self) -> tuple[tuple[int, float], ...]:
        """Clear all, and give (number, milliseconds that were left) of each."""
        now = self._loop.time()
        left = tuple((number, max(0.0, when - now) * 1e3) for number, when in self._when.items())
        self._when.clear()
        self._due.clear()
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None
        return left

    def _arm(self, when: float) -> None:
        if self._alarm:
            self._alarm.cancel()
        self._alarm = self._loop.call_at(when, self._ring)

    def _ring(self) -> None:
        self._alarm, now = None, self._loop.time()
        while self._due:
            when, number = self._due[0]
            is_set = self._when.get(number) == when
            if is_set and when > now:
                self._arm(when)
                return
            heappop(self._due)
            if is_set:
                del self._when[number]
                self._fire(number)
