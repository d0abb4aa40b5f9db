"""What passes between the gateway and a source: a call on the way out, a result on the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from keyhole.catalog.operation import Operation

Value = Any
"""JSON (None, bool, int, float, str, list, dict with str keys) plus `bytes`."""


@dataclass(frozen=True, slots=True)
class Call:
    """One operation with its arguments, by program names: parameters flat, the request body under `body`.

    An ad-hoc call (`request()` to a path that is no operation) has an operation made by `Source.ad_hoc` and the
    arguments `query`, `headers`, `body`.
    """

    operation: Operation
    arguments: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Result:
    """What the API answered, whatever the status. Header names are lower-case; `url` is without credentials."""

    status: int
    headers: Mapping[str, str]
    body: Value
    url: str
    ms: float = 0.0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is added to a request for the pinned origin, and nowhere else. Never printed."""

    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    cookies: Mapping[str, str] = field(default_factory=dict[str, str])
    secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return (
            f"Credentials(headers={sorted(self.headers)}, query={sorted(self.query)}, cookies={sorted(self.cookies)})"
        )


_LARGE = 5_000


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
