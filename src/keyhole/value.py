"""Values: what passes between programs, operations and APIs, and one measure of what is large."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

Value = Any
"""JSON plus `bytes` (a `Uint8Array` in a program)."""

_LARGE = 5_000


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
