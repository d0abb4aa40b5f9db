"""Values: what passes between programs, operations and APIs, and one measure of what is large."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, cast

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Value = Any
"""JSON plus `bytes` (a `Uint8Array` in a program); on the host's side also `File`."""

_LARGE = 5_000
_PIECE = 1 << 18


@dataclass(frozen=True, slots=True, eq=False)
class File:
    """An open file of `size` bytes that stays on the host: a program has a handle for it. Usable on any thread."""

    name: str
    size: int
    media_type: str
    stream: BinaryIO = field(repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def read(self, at: int, most: int) -> bytes:
        """Give at most so many bytes from a place on. Raises OSError."""
        with self._lock:
            self.stream.seek(at)
            return self.stream.read(min(most, self.size - at)) if at < self.size else b""

    async def chunks(self) -> AsyncIterator[bytes]:
        """Give all of it, piece by piece. Raises OSError, also where it has become shorter meanwhile."""
        at = 0
        while at < self.size:
            piece = await asyncio.to_thread(self.read, at, _PIECE)
            if not piece:
                raise OSError(f"{self.name} has become shorter while it was read")
            at += len(piece)
            yield piece


class Unseen:
    """Stands in a `Value` for what only a run will tell. `given` says that it will not be `undefined`."""

    __slots__ = ("given",)

    def __init__(self, *, given: bool) -> None:
        self.given = given


def is_large(given: Value) -> bool:
    """Say whether a value holds more than a few thousand others, or a text or bytes in which they may be.

    What is done with a large one belongs on a thread: on the event loop, other runs would wait for it.
    """
    left, queue = _LARGE, [given]
    while queue and left > 0:
        value = queue.pop()
        if isinstance(value, str | bytes):
            left -= len(value) >> 4
        elif isinstance(value, Mapping | list):
            held = cast("Mapping[str, Value] | list[Value]", value)
            left -= len(held)
            if left > 0:
                queue += held.values() if isinstance(held, Mapping) else held
    return left <= 0
