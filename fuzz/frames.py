"""The decoder of frames: any bytes in any pieces give frames, ask for more, or are refused; no length is believed."""

from __future__ import annotations

from harness import main
from hypothesis import given
from hypothesis import strategies as st

from keyhole.sandbox.workers import frames

_FRAMES = st.builds(
    frames.encode, st.integers(0, 2**32 - 1), st.binary(min_size=1, max_size=1), st.lists(st.binary(max_size=40))
)


@given(
    st.lists(_FRAMES | st.binary(max_size=30), max_size=8).map(b"".join),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=4),
    st.integers(1, 64),
)
def fuzz(stream: bytes, edits: list[tuple[int, int]], size: int) -> None:
    """Damage a stream, and read it in pieces."""
    data = bytearray(stream)
    for at, byte in edits:
        if at < len(data):
            data[at] = byte
    decoder, read = frames.Decoder(), 0
    try:
        for at in range(0, len(data), size):
            for run, kind, messages in decoder.feed(bytes(data[at : at + size])):
                again = frames.encode(run, kind, messages)
                assert bytes(data[read : read + len(again)]) == again
                read += len(again)
    except frames.BadFrame:
        pass


if __name__ == "__main__":
    main(fuzz)
