"""The reader of messages from the guest: whatever the bytes, it gives a letter and items, or says `Garbled`."""

from __future__ import annotations

import json

from harness import main
from hypothesis import given
from hypothesis import strategies as st

from keyhole.sandbox.quickjs import wire

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800") | st.just("AAA="),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["t", "__proto__", "a", ""]), inner, max_size=3)
    ),
    max_leaves=20,
)
_LETTERS = st.sampled_from([*b"CTtLREKXMSA?\0\xff"])
_EDITS = st.lists(st.tuples(st.integers(0, 200), st.sampled_from([b"", b"[", b"]", b"{", b"}", b'"', b",", b"\\", b"\\ud800", b"\xff", b"1e999", b"NaN", b"\0", b"0" * 5000])), max_size=4)  # fmt: skip


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """Give messages that are almost right, and any bytes."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=200))
    text = json.dumps(draw(st.lists(_JSON, max_size=4) | _JSON), ensure_ascii=draw(st.booleans()))
    data = bytes([draw(_LETTERS)]) + text.encode(errors="surrogatepass")
    for at, piece in draw(_EDITS):
        data = data[:at] + piece + data[at + draw(st.integers(0, 3)) :]
    return data


@given(messages())
def fuzz(message: bytes) -> None:
    """Read it, and the value at each place."""
    try:
        letter, items = wire.decode(message)
    except wire.Garbled:
        return
    if letter == "S":  # of a worker, not of its guest: numbers and bytes
        return
    assert letter in "CTtLREKXM"
    assert isinstance(items, list)
    for at in range(len(items)):
        value = wire.value_at(items, at)
        json.dumps(value, default=lambda item: item.hex()).encode()  # what others do with it must not fail either


if __name__ == "__main__":
    main(fuzz)
