"""Where runs happen: a `Place` gives each run a `Seat`, in this process or in another, and the run listens to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Listener(Protocol):
    """A run, as its seat sees it. Called on the event loop."""

    def arrived(self, messages: list[bytes], *, rested: bool) -> None:
        """Take messages of the instance (`wire.py`); `rested` says that it waits for the next step."""
        ...

    def lost(self, why: str) -> None:
        """Hear that the instance is gone, through no fault of the program."""
        ...


class Seat(Protocol):
    """One run's instance. Used on the event loop of its listener."""

    def step(self, messages: Sequence[bytes]) -> None:
        """Feed messages in and run until the program is at rest. One step at a time."""
        ...

    def leave(self) -> None:
        """Stop the program at once and free the memory; nothing arrives any more. Idempotent."""
        ...


class Place(Protocol):
    """Holds one image, and gives seats."""

    @property
    def image(self) -> str:
        """Name the image (guest and data, not the machine): a pause made under it can be resumed under it alone."""
        ...

    def free(self, listener: Listener) -> Seat | None:
        """Give a seat for one run, on this event loop, if one is free at once. Raises SandboxError: it is closed."""
        ...

    async def seat(self, listener: Listener) -> Seat:
        """Wait for a seat for one run, on this event loop. Raises SandboxError where there is none to be had."""
        ...

    def warm(self) -> None:
        """Make ready, in the background, what many runs at once will need."""
        ...

    async def aclose(self) -> None:
        """Give everything back; seats are lost. Idempotent."""
        ...
