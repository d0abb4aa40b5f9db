"""Bounded decompression: no answer grows beyond its bound, whatever it was packed with."""

from __future__ import annotations

import zlib
from typing import Any

ACCEPTED = "gzip, deflate"


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
        coding = encoding.strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise EncodingError(f"content-encoding {encoding[:40]!r}")
        self._packed = coding not in ("", "identity")
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 32) if self._packed else None
        self._started = False

    def feed(self, chunk: bytes) -> None:
        """Take one chunk. Raises `TooLargeError`, `EncodingError`."""
        if self._stream is None:
            self._keep(chunk)
            return
        while chunk:
            chunk = self._step(self._stream, chunk)

    def _step(self, stream: Any, chunk: bytes) -> bytes:
        if stream.eof:  # a second gzip member (RFC 1952 section 2.2)
            stream = self._stream = zlib.decompressobj(zlib.MAX_WBITS | 32)
        try:
            plain = stream.decompress(chunk, self._max_bytes + 1 - self._size)
        except zlib.error as error:
            if self._started:
                raise EncodingError("broken compressed data") from error
            # "deflate" without the zlib header, which RFC 9110 section 8.4.1.2 warns of.
            self._stream, self._started = zlib.decompressobj(-zlib.MAX_WBITS), True
            return chunk
        self._started = True
        self._keep(plain)
        return stream.unused_data if stream.eof else stream.unconsumed_tail

    def _keep(self, plain: bytes) -> None:
        self._size += len(plain)
        if self._size > self._max_bytes:
            raise TooLargeError
        self._parts.append(plain)

    def finish(self) -> bytes:
        """Give the body. Raises `EncodingError` where the packed data ends early."""
        if self._stream is not None and self._started and not self._stream.eof:
            raise EncodingError("compressed data that ends early")
        return b"".join(self._parts)
