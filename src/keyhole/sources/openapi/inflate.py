"""Bounded decompression: no answer grows beyond its bound, whatever it was packed with."""

from __future__ import annotations

import zlib
from typing import Any

ACCEPTED = "gzip, deflate"
_GZIP = zlib.MAX_WBITS | 16
_OVERHEAD = 1 << 16


class TooLargeError(Exception):
    """More bytes than the bound."""


class EncodingError(Exception):
    """A content coding that was not asked for, or broken data."""


class Inflate:
    """Takes the chunks of a body as they come over the wire; keeps at most `max_bytes` of the plain body."""

    def __init__(self, encoding: str, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._parts: list[bytes] = []
        self._size = 0
        self._packed = 0
        self._coding = encoding.strip().lower().removeprefix("x-")
        if self._coding not in ("", "identity", "gzip", "deflate"):
            raise EncodingError(f"content-encoding {encoding[:40]!r}")
        self._head = b""
        self._stream: Any = zlib.decompressobj(_GZIP) if self._coding == "gzip" else None

    def feed(self, chunk: bytes) -> None:
        """Take one chunk. Raises `TooLargeError`, `EncodingError`."""
        self._packed += len(chunk)
        if self._packed > self._max_bytes + _OVERHEAD:  # packed nothing, again and again
            raise TooLargeError
        if self._coding in ("", "identity"):
            self._keep(chunk)
            return
        if self._stream is None:
            self._head += chunk
            if len(self._head) < 2:
                return
            chunk, self._stream = self._head, zlib.decompressobj(_deflate_bits(self._head))
        try:
            while chunk:
                chunk = self._step(chunk)
        except zlib.error as error:
            raise EncodingError("broken compressed data") from error

    def _step(self, chunk: bytes) -> bytes:
        if self._stream.eof:
            if self._coding != "gzip":
                return b""  # nothing may follow; nothing is made of it
            self._stream = zlib.decompressobj(_GZIP)  # a second member (RFC 1952 section 2.2)
        self._keep(self._stream.decompress(chunk, self._max_bytes + 1 - self._size))
        return self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail

    def _keep(self, plain: bytes) -> None:
        self._size += len(plain)
        if self._size > self._max_bytes:
            raise TooLargeError
        self._parts.append(plain)

    def taken(self) -> bytes:
        """Give what has come since the last time, and let go of it."""
        plain, self._parts = b"".join(self._parts), []
        return plain

    def so_far(self) -> bytes:
        """Give what has come of the body until now, whole or not."""
        return b"".join(self._parts)

    def finish(self) -> bytes:
        """Give the body, or what was not taken of it. Raises `EncodingError` where the packed data ends early."""
        if (self._head and self._stream is None) or (self._stream is not None and self._size and not self._stream.eof):
            raise EncodingError("compressed data that ends early")
        return b"".join(self._parts)


def _deflate_bits(head: bytes) -> int:
    """Tell zlib's format from bare deflate, which some send under that name (RFC 9110 section 8.4.1.2, RFC 1950)."""
    return zlib.MAX_WBITS if head[0] & 15 == 8 and int.from_bytes(head[:2], "big") % 31 == 0 else -zlib.MAX_WBITS
