"""Frames between a server and its workers: a length, whom it is about, what it is, and messages.

    length     u32, of all that follows
    run        u32, the run; 0 is the worker itself
    kind       u8
    messages   each a u32 length and so many bytes (`quickjs/wire.py`)

What a worker sends is believed no more than what its guest sends: a frame that lies ends the worker.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_FRAME = 256 << 20
"""Longer than anything that the limits of a run let through."""
STEP, LEAVE = b"S", b"L"
"""To a worker: feed these messages; the run is to end at once."""
HELLO, BEAT, SAID, RESTED, OVER, LEFT = b"H", b"B", b"M", b"R", b"O", b"X"
"""From a worker: its layers, as JSON; it is alive; what a run says in the middle of a step, at its end, at the last; a
run has ended as it was told to (once for each LEAVE)."""
LOAD, FORK, KILL = b"I", b"F", b"K"
"""To the zygote: an image; a worker on the socket that comes along; the end of a worker, by its pid."""
DONE, FAILED = b"D", b"E"
"""From the zygote: what was asked for is done; an error, as JSON."""

_HEAD = struct.Struct("<IIc")
_LENGTH = struct.Struct("<I")


class BadFrame(Exception):  # noqa: N818  (what it is)
    """Bytes that are no frame."""


class Frame(NamedTuple):
    """One frame."""

    run: int
    kind: bytes
    messages: list[bytes]


def encode(run: int, kind: bytes, messages: Sequence[bytes] = ()) -> bytes:
    """Give the bytes of a frame."""
    body = b"".join(part for message in messages for part in (_LENGTH.pack(len(message)), message))
    return _HEAD.pack(len(body) + _HEAD.size - _LENGTH.size, run, kind) + body


class Decoder:
    """Cuts a stream into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take bytes as they come, and give the frames that are whole. Raises BadFrame."""
        self._buffer += data
        while (frame := self._next()) is not None:
            yield frame

    def _next(self) -> Frame | None:
        if len(self._buffer) < _HEAD.size:
            return None
        length, run, kind = _HEAD.unpack_from(self._buffer)
        end = _LENGTH.size + length
        if not _HEAD.size <= end <= MAX_FRAME:
            raise BadFrame(f"a frame of {length} bytes")
        if len(self._buffer) < end:
            return None
        body = bytes(self._buffer[_HEAD.size : end])
        del self._buffer[:end]
        return Frame(run, kind, _messages(body))


def _messages(body: bytes) -> list[bytes]:
    messages: list[bytes] = []
    at = 0
    while at < len(body):
        start = at + _LENGTH.size
        if start > len(body):
            raise BadFrame("a message without its length")
        at = start + _LENGTH.unpack_from(body, start - _LENGTH.size)[0]
        if at > len(body):
            raise BadFrame("a message longer than its frame")
        messages.append(body[start:at])
    return messages
