"""Bodies that hold files: what is sent stays on disk until it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyhole.value import File

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable


@dataclass(frozen=True, slots=True)
class Streamed:
    """A body that holds files, which are read when it is sent; it can be sent again."""

    parts: tuple[bytes | File, ...]

    def __len__(self) -> int:
        return sum(part.size if isinstance(part, File) else len(part) for part in self.parts)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the body, piece by piece. Raises OSError where a file cannot be read."""
        for part in self.parts:
            if isinstance(part, File):
                async for piece in part.chunks():
                    yield piece
            else:
                yield part


Content = bytes | Streamed


def joined(parts: Iterable[Content | File]) -> Content:
    """Give the bytes, or, where files are among the parts, as few pieces as there can be."""
    pieces: list[bytes | File] = []
    for part in parts:
        for piece in part.parts if isinstance(part, Streamed) else (part,):
            if pieces and isinstance(piece, bytes) and isinstance(pieces[-1], bytes):
                pieces[-1] += piece
            else:
                pieces.append(piece)
    if all(isinstance(piece, bytes) for piece in pieces):
        return b"".join(piece for piece in pieces if isinstance(piece, bytes))
    return Streamed(tuple(pieces))
