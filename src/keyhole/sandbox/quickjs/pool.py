"""Threads that run instances, and the clock that interrupts them. One of each a process, for all engines."""

from __future__ import annotations

import atexit
import threading
import time
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from keyhole.log import logger
from keyhole.sandbox.quickjs import capi

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_log = logger(__name__)

STACK_BYTES = 16 << 20
TICK_S = 0.01
_IDLE_TICKS = 50
"""How long the ticker goes on after the last run: waking it costs more than a few ticks."""


class Pool:
    """Up to `size` threads with stacks that WebAssembly fits on, started as needed, that run jobs in order."""

    def __init__(self, size: int = 32) -> None:
        self._size = size
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._free = 0
        self._running = 0
        self._awake = threading.Event()
        self._ticker: threading.Thread | None = None
        self._closed = False

    def submit(self, job: Callable[[], None]) -> None:
        """Run `job` on a thread. It must not raise."""
        with self._lock:
            if self._free > 0:
                self._free -= 1
            elif len(self._threads) < self._size:
                self._start()
        self._jobs.put(job)

    def _start(self) -> None:
        if self._ticker is None:
            self._ticker = threading.Thread(target=self._tick, name="keyhole-ticker", daemon=True)
            self._ticker.start()
            atexit.register(self.close)
        thread = threading.Thread(target=self._work, name=f"keyhole-sandbox-{len(self._threads)}", daemon=True)
        start_with_stack(thread)
        self._threads.append(thread)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            with self._lock:
                self._running += 1
            if not self._awake.is_set():
                self._awake.set()
            try:
                job()
            except BaseException:  # noqa: BLE001  (a thread of the pool must go on)
                _log.exception("sandbox thread")
            finally:
                del job  # nothing of a run may outlive it here
                with self._lock:
                    self._running -= 1
                    self._free += 1

    def _tick(self) -> None:
        idle = 0
        while not self._closed:
            time.sleep(TICK_S)
            capi.increment_epoch(capi.ENGINE_POINTER)
            idle = 0 if self._running else idle + 1
            if idle > _IDLE_TICKS:
                self._awake.clear()
                if not self._running:
                    self._awake.wait()
                idle = 0

    def close(self) -> None:
        """End the threads: at the interpreter's exit, since a daemon thread in native code would then be torn down."""
        self._closed = True
        for _ in self._threads:
            self._jobs.put(None)
        self._awake.set()
        deadline = time.monotonic() + 1
        while any(thread.is_alive() for thread in self._threads) and time.monotonic() < deadline:
            capi.increment_epoch(capi.ENGINE_POINTER)  # at which each instance asks whether to go on
            time.sleep(TICK_S)

    @property
    def closed(self) -> bool:
        """Whether the interpreter is on its way out: what still runs must stop."""
        return self._closed


_stack_lock = threading.Lock()


def start_with_stack(thread: threading.Thread) -> None:
    """Start `thread` with the stack that instances need."""
    with _stack_lock:  # the size is the interpreter's, for all threads to come
        before = threading.stack_size(STACK_BYTES)
        try:
            thread.start()
        finally:
            threading.stack_size(before)


def on_big_stack(action: Callable[[], T]) -> T:
    """Give what `action` gives, having run it on a thread with a stack that instances fit on."""
    results: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(action())
        except BaseException as error:  # noqa: BLE001  (raised again where it was asked for)
            errors.append(error)

    thread = threading.Thread(target=work, name="keyhole-bake")
    start_with_stack(thread)
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


POOL = Pool()
