"""The instance's half of a run: it feeds messages in, passes messages out, and enforces what is measured there."""

from __future__ import annotations

import json
import struct
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from keyhole.sandbox.quickjs import capi, snapshot, wire
from keyhole.sandbox.quickjs.instance import Instance
from keyhole.sandbox.quickjs.ticker import TICKER

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keyhole.sandbox.quickjs.image import Image

_SEED = struct.Struct("<4Q")
_SLACK = 32 << 20
"""Memory beyond the guest's own limit, for messages in transit and what its allocator wastes."""
_COST = {b"T": 2048, b"t": 512, b"L": 256}
"""Bytes that a message costs beside its own: a timer or an empty line takes the host longer than it is long."""
_GRACE_NS = 10_000_000
"""CPU time that a program gets, past its limit, to say where it is; then it is stopped from outside."""
_MAX_WHERE = 20_000
"""Bytes of a stack, of which the guest sends 5,000 characters at most."""
_TICKS = 3
"""How long a guest that was stopped may take to say where: it runs nothing of the program's."""
MAX_STACK = 768 << 10
"""Of the 1 MB that the guest is linked with."""


class Cell:
    """One run in an instance of its own. `step` and `close` run on one thread at a time; `kill` anywhere."""

    def __init__(self, image: Image) -> None:
        self._image = image
        self._ticked: Callable[[list[bytes]], None] | None = None
        self._instance: Instance | None = None
        self._outbox: list[bytes] = []
        self._bytes = self._calls = self._cpu_ns = self._memory = self._lines = 0
        self._dropped = [0, 0]
        self._timers = 0
        self._began_ns = 0
        self._stop = self._where = ""
        self._late = False
        self._ticks = _TICKS
        self.killed = False
        self.over = False
        """The run has ended here, well or not, and the memory is free again."""

    def step(self, messages: Sequence[bytes], ticked: Callable[[list[bytes]], None]) -> list[bytes]:
        """Feed `messages` in, run until the program is at rest, and give what it has said since the last tick.

        `ticked` is called in the middle of it every 10 ms, with what the program has said by then, if anything.
        """
        if self.over:
            return []
        self._ticked = ticked
        self._began_ns = time.thread_time_ns()
        try:
            for message in messages:
                self._feed(wire.decode_inward(message))
                if self.over or not self._may_go_on():
                    break
        except MemoryError:
            self._stop = self._stop or "memory"
        except capi.Trap as trap:
            self._stop = self._stop or ("cpu" if self._late else _reason(trap))
        self._cpu_ns -= time.thread_time_ns() - self._began_ns
        if self._stop and not self.over:
            where = self._where or self._found()
            self._count_dropped()
            kind, _, what = self._stop.partition(":")
            self._outbox.append(b"K" + json.dumps([kind, what, where]).encode())
            self.over = True
        if self.over:
            self.close()
        return self._taken()

    def _feed(self, message: wire.Start | wire.Answer | wire.Restore | bytes) -> None:
        if isinstance(message, wire.Start):
            instance, code = self._open(message.left), message.code
            stack = min(message.stack, MAX_STACK)
            instance.call("run", instance.put(code), len(code), self._memory, stack, *_SEED.unpack(message.seed))
        elif isinstance(message, wire.Answer):
            instance, payload = self._at_hand(), message.payload
            self._timers -= message.payload == b"[]"
            instance.call("settle", message.id, message.ok, instance.put(payload), len(payload))
        elif isinstance(message, wire.Restore):
            snapshot.put(self._open(message.left), message.snapshot)
        elif message == wire.WHERE:
            self._stop = "wall"
            self._at_hand().call("where")
        else:
            self._outbox.append(self._captured())
            self.over = True

    def _found(self) -> str:
        """Ask a guest that was stopped from outside where it is; "" where that is not known to the line.

        Its memory is as it was. Where it runs bytecode, the line was noted some time before; where a built-in runs or a
        message goes out, at its call.
        """
        with suppress(capi.Trap, MemoryError):
            self._at_hand().call("where")
        return self._where if "(native)" in self._where.partition("\n")[0] else ""

    def _open(self, left: wire.Left) -> Instance:
        self._cpu_ns, self._calls, self._bytes = left.cpu_ns, left.calls, left.bytes_out
        self._memory, self._lines = left.memory, left.lines
        size = self._image.bytes + self._memory + _SLACK
        self._instance = Instance(self._image.code, self._image.memory, self, max_bytes=size)
        return self._instance

    def _at_hand(self) -> Instance:
        if self._instance is None:
            raise capi.Trap("", "an instance was asked for before it was made")
        return self._instance

    def _captured(self) -> bytes:
        taken = snapshot.take(self._at_hand(), self._image)
        spent = time.thread_time_ns() - self._began_ns
        left = wire.Left(self._cpu_ns - spent, self._calls, self._bytes, self._memory, self._lines)
        return wire.captured(left, taken)

    def kill(self) -> None:
        """Stop the program within a tick; nothing is emitted any more."""
        self.killed = True

    def close(self) -> None:
        """Free the memory. Idempotent."""
        self.over = True
        if self._instance is not None:
            self._instance.close()
            self._instance = None

    def _taken(self) -> list[bytes]:
        self._count_dropped()
        messages, self._outbox = self._outbox, []
        return [] if self.killed else messages

    def _count_dropped(self) -> None:
        """Say what of the console was dropped: after the lines that were not, and before the end."""
        if self._dropped[0]:
            self._outbox.append(b"D" + json.dumps(self._dropped).encode())
            self._dropped = [0, 0]

    def _may_go_on(self, grace_ns: int = 0) -> bool:
        if self.killed or TICKER.closed:
            self.over = True
            return False
        late_ns = time.thread_time_ns() - self._began_ns - self._cpu_ns
        if late_ns > 0 and grace_ns and not self._late:
            self._late = True  # before it is stopped it is asked, also where a tick came late
            self._at_hand().interrupt()
        elif late_ns > grace_ns:
            self._stop = self._stop or "cpu"
        return not self._stop

    # What the instance asks its owner (instance.Owner), in the middle of running:

    @property
    def max_message(self) -> int:
        """Say how many bytes may still go out."""
        return max(self._bytes, _MAX_WHERE) if self._stop or self._late else self._bytes

    def too_long(self, size: int) -> None:  # noqa: ARG002  (the limit is what the message names)
        """Stop at the limit of bytes."""
        self._stop = self._stop or "bytes"

    def receive(self, message: bytes) -> bool:
        """Take a message of the guest."""
        kind = message[:1]
        if self._stop or (self._late and kind in (b"W", b"E", b"X")):
            return self._told(message)
        self._bytes -= len(message) + _COST.get(kind, 0)
        if kind in (b"R", b"E", b"X"):
            self.over = True
            self._count_dropped()
            self._outbox.append(message)
            return kind != b"X"
        if kind == b"L":
            self._lines -= 1
            if self._lines < 0:
                self._dropped = [self._dropped[0] + 1, self._dropped[1] + len(message)]
                return True
        self._stop = self._counted(kind)
        if not self._stop:
            self._outbox.append(message)
        return not self._stop

    def _counted(self, kind: bytes) -> str:
        """Count a message, and name what it is stopped for, if anything."""
        if kind == b"C":
            self._calls -= 1
            return "calls" if self._calls < 0 else ""
        if kind in (b"T", b"t"):
            self._timers += 1 if kind == b"T" else -1
            return "timers" if self._timers > wire.MAX_TIMERS else ""
        return "" if kind in (b"L", b"M") else "crash:the guest sent a message that no guest of ours sends"

    def _told(self, message: bytes) -> bool:
        self._stop = self._stop or "cpu"
        self._where = message[1:].decode(errors="replace")
        return False

    def tick(self) -> bool:
        """Hand out what has come, and stop where the time is up."""
        if self._ticked:
            self._ticked(self._taken())
        if self._stop and not self.killed:
            self._ticks -= 1
            return self._ticks > 0
        return self._may_go_on(_GRACE_NS)

    def now(self) -> int:
        """Give the real time."""
        return time.time_ns()


def _reason(trap: capi.Trap) -> str:
    if trap.name == "STACK_OVERFLOW":
        return "stack"
    if trap.name == "ALLOCATION_TOO_LARGE":
        return "memory"
    return f"crash:{trap}"
