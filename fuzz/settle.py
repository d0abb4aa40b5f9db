"""The settle path: any bytes as the answer to a call of a real instance end in a value, an error or a `Garbled`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from decode import messages
from harness import main, once
from hypothesis import given
from hypothesis import strategies as st

from keyhole.sandbox.engine import ImageSource
from keyhole.sandbox.quickjs import capi, image, wire
from keyhole.sandbox.quickjs.instance import Instance
from keyhole.sandbox.quickjs.pool import on_big_stack

if TYPE_CHECKING:
    from keyhole.sandbox.quickjs.image import Image

_PROGRAM = b"(async () => { const kept = []; for (const name of ['a', 'b']) try { kept.push(await host(name)); } catch (e) { kept.push(e); } return kept; })\0"
_MEMORY, _STACK = 8 << 20, 256 << 10


@once
def sealed() -> Image:
    """Give the image that all instances start from."""
    return on_big_stack(lambda: image.load(ImageSource("")))


class _Owner:
    max_message = 1 << 20

    def __init__(self) -> None:
        self.messages: list[bytes] = []

    def receive(self, message: bytes) -> bool:
        self.messages.append(message)
        return message[:1] != b"X"

    def tick(self) -> bool:
        return True

    def now(self) -> int:
        return time.time_ns()

    def too_long(self, size: int) -> None:
        raise AssertionError(size)


def _payload(message: bytes) -> bytes:
    return b"[" + message[1:] + b"]"


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0, 1, 1, 2, 2, 3, 2**31, 2**32 - 1]), st.booleans(), messages().map(_payload) | messages()
        ),
        min_size=1,
        max_size=6,
    )
)
def fuzz(answers: list[tuple[int, bool, bytes]]) -> None:
    """Start a program that makes two calls, and settle calls, made or not, with those bytes."""
    for message in on_big_stack(lambda: _settled(answers)):
        try:
            letter, items = wire.decode(message)
            wire.value_at(items, 0) if items else None
        except wire.Garbled:
            continue
        assert letter in "CREXM"


def _settled(answers: list[tuple[int, bool, bytes]]) -> list[bytes]:
    owner, loaded = _Owner(), sealed()
    instance = Instance(loaded.code, loaded.memory, owner, max_bytes=loaded.bytes + (64 << 20))
    try:
        instance.call("run", instance.put(_PROGRAM[:-1]), len(_PROGRAM) - 1, _MEMORY, _STACK, 1, 2, 3, 4)
        for number, ok, payload in answers:
            instance.call("settle", number, ok, instance.put(payload), len(payload))
    except capi.Trap as trap:
        assert owner.messages[-1][:1] == b"X", trap  # where it was stopped, and nowhere else
    finally:
        instance.close()
    return owner.messages


if __name__ == "__main__":
    main(fuzz)
