"""The clock that interrupts instances: every 10 ms each one that runs is asked whether to go on."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from keyhole.sandbox.quickjs import capi

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

TICK_S = 0.01
_IDLE_TICKS = 50
"""How long the ticker goes on after the last run: waking it costs more than a few ticks."""
_BEAT_TICKS = 25


class Ticker:
    """One a process; a context manager around what may run an instance. `beat` is called every 250 ms meanwhile."""

    def __init__(self, beat: Callable[[], None] | None = None) -> None:
        self._beat = beat
        self._lock = threading.Lock()
        self._running = 0
        self._awake = threading.Event()
        self._thread: threading.Thread | None = None
        self.closed = False
        """The process is on its way out: what still runs must stop."""

    def start(self) -> None:
        """Start its thread. Idempotent."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._tick, name="keyhole-ticker", daemon=True)
                self._thread.start()

    def __enter__(self) -> None:
        with self._lock:
            self._running += 1
        if not self._awake.is_set():
            self._awake.set()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._lock:
            self._running -= 1

    def _tick(self) -> None:
        idle = ticks = 0
        while not self.closed:
            time.sleep(TICK_S)
            capi.increment_epoch(capi.ENGINE_POINTER)
            ticks += 1
            if self._beat and self._running and ticks % _BEAT_TICKS == 0:
                self._beat()
            idle = 0 if self._running else idle + 1
            if idle > _IDLE_TICKS:
                self._awake.clear()
                if not self._running:
                    self._awake.wait()
                idle = 0

    def close(self) -> None:
        """Stop, and let each instance that runs be asked at once."""
        self.closed = True
        self._awake.set()
        capi.increment_epoch(capi.ENGINE_POINTER)


TICKER = Ticker()
