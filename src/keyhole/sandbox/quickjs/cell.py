"""The instance's half of a run: it feeds messages in, passes messages out, and enforces what is measured there."""

from __future__ import annotations

import json
import struct
import time
from typing import TYPE_CHECKING

from keyhole.sandbox.quickjs import capi, pool, wire
from keyhole.sandbox.quickjs.instance import Instance

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyhole.sandbox.engine import Limits
    from keyhole.sandbox.quickjs.image import Image

_SEED = struct.Struct("<4Q")
_SLACK = 32 << 20
"""Memory beyond the guest's own limit, for messages in transit and what its allocator wastes."""
MAX_STACK = 768 << 10
"""Of the 1 MB that the guest is linked with."""


class Cell:
    """One run in an instance of its own. `step` and `close` run on a pool's thread, one at a time; `kill` anywhere.

    `emit` gets the guest's messages: all at the end of a step, or what has come by at each tick.
    """

    def __init__(self, image: Image, limits: Limits, emit: Callable[[list[bytes]], None]) -> None:
        self._image = image
        self._limits = limits
        self._emit = emit
        self._instance: Instance | None = None
        self._outbox: list[bytes] = []
        self._bytes = limits.bytes_out
        self._calls = limits.calls
        self._cpu_ns = int(limits.cpu_s * 1e9)
        self._began_ns = 0
        self._killed = False
        self._stop = ""
        self.over = False
        """The run has ended, well or not, and the memory is free again."""

    def step(self, messages: list[bytes]) -> None:
        """Feed `messages` in and run until the program is at rest."""
        if self.over:
            return
        self._began_ns = time.thread_time_ns()
        try:
            self._open()
            for message in messages:
                if self.over or not self._may_go_on():
                    break
                self._feed(wire.decode_inward(message))
        except MemoryError:
            self._stop = self._stop or "memory"
        except capi.Trap as trap:
            self._stop = self._stop or _reason(trap)
        self._cpu_ns -= time.thread_time_ns() - self._began_ns
        if self._stop and not self.over:
            self._outbox.append(b"K" + json.dumps(self._stop.split(":", 1)).encode())
            self.over = True
        self._flush()
        if self.over:
            self.close()

    def _open(self) -> None:
        if self._instance is None:
            size = self._image.bytes + self._limits.memory_bytes + _SLACK
            self._instance = Instance(self._image.code, self._image.memory, self, max_bytes=size)

    def _feed(self, message: wire.Start | wire.Answer) -> None:
        instance = self._instance
        assert instance is not None
        if isinstance(message, wire.Start):
            stack = min(message.stack, MAX_STACK)
            text = instance.put(message.code), len(message.code)
            instance.call("run", *text, message.memory, stack, *_SEED.unpack(message.seed))
        else:
            instance.call("settle", message.id, message.ok, instance.put(message.payload), len(message.payload))

    def kill(self) -> None:
        """Stop the program within a tick; nothing is emitted any more."""
        self._killed = True

    def close(self) -> None:
        """Free the memory. Idempotent."""
        self.over = True
        if self._instance is not None:
            self._instance.close()
            self._instance = None

    def _flush(self) -> None:
        if self._outbox and not self._killed:
            messages, self._outbox = self._outbox, []
            self._emit(messages)

    def _may_go_on(self) -> bool:
        if self._killed or pool.POOL.closed:
            self.over = True
            return False
        if time.thread_time_ns() - self._began_ns > self._cpu_ns:
            self._stop = "cpu"
        return not self._stop

    # What the instance asks its owner (instance.Owner), in the middle of running:

    @property
    def max_message(self) -> int:
        """Say how many bytes may still go out."""
        return self._bytes

    def too_long(self, size: int) -> None:  # noqa: ARG002  (the limit is what the message names)
        """Stop at the limit of bytes."""
        self._stop = "bytes"

    def receive(self, message: bytes) -> bool:
        """Take a message of the guest."""
        kind = message[:1]
        self._bytes -= len(message)
        if kind == b"C":
            self._calls -= 1
            if self._calls < 0:
                self._stop = "calls"
                return False
        elif kind in (b"R", b"E", b"X"):
            self.over = True
            self._outbox.append(message)
            return kind != b"X"
        self._outbox.append(message)
        return True

    def tick(self) -> bool:
        """Hand out what has come, and stop where the time is up."""
        self._flush()
        return self._may_go_on()

    def now(self) -> int:
        """Give the real time."""
        return time.time_ns()


def _reason(trap: capi.Trap) -> str:
    if trap.name == "STACK_OVERFLOW":
        return "stack"
    if trap.name == "ALLOCATION_TOO_LARGE":
        return "memory"
    return f"crash:{trap}"
