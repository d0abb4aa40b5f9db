"""Threads that run instances in this process. One pool a process, for all engines."""

from __future__ import annotations

import atexit
import threading
import time
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from keyhole.log import logger
from keyhole.sandbox.quickjs.stack import Stack
from keyhole.sandbox.quickjs.ticker import TICK_S, TICKER

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_log = logger(__name__)

STACK_BYTES = 16 << 20
_FEW = 4


class Pool:
    """Up to `size` threads with stacks that WebAssembly fits on, that run jobs in order.

    Short jobs are done soonest by a few threads, which do not take turns at the interpreter's lock; more are started
    while long ones hold those.
    """

    def __init__(self, size: int = 65) -> None:
        self._size = size
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._free = 0

    def submit(self, job: Callable[[], None]) -> None:
        """Run `job` on a thread. It must not raise."""
        with self._lock:
            if self._free > 0:
                self._free -= 1
            elif len(self._threads) < min(_FEW, self._size):
                self._start()
        self._jobs.put(job)

    def relieve(self) -> None:
        """Start one more thread where jobs wait: called by a job that goes on for long."""
        with self._lock:
            if not self._jobs.empty() and len(self._threads) < self._size:
                self._start()

    def _start(self) -> None:
        if not self._threads:
            TICKER.start()
            atexit.register(self.close)
        thread = threading.Thread(target=self._work, name=f"keyhole-sandbox-{len(self._threads)}", daemon=True)
        start_with_stack(thread)
        self._threads.append(thread)

    def _work(self) -> None:
        stack = Stack()
        while (job := self._jobs.get()) is not None:
            try:
                with TICKER:
                    job()
            except BaseException:  # noqa: BLE001  (a thread of the pool must go on)
                _log.exception("sandbox thread")
            finally:
                del job  # nothing of a run may outlive it here
                stack.release()
                with self._lock:
                    self._free += 1

    def close(self) -> None:
        """End the threads: at the interpreter's exit, since a daemon thread in native code would then be torn down."""
        for _ in self._threads:
            self._jobs.put(None)
        deadline = time.monotonic() + 1
        while any(thread.is_alive() for thread in self._threads) and time.monotonic() < deadline:
            TICKER.close()  # at which each instance asks whether to go on
            time.sleep(TICK_S)


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
