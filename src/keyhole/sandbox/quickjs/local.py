"""Runs in this process: instances on the threads of a pool."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from keyhole.log import logger
from keyhole.sandbox.quickjs import image as images
from keyhole.sandbox.quickjs.cell import Cell
from keyhole.sandbox.quickjs.pool import POOL, on_big_stack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from keyhole.sandbox.engine import ImageSource
    from keyhole.sandbox.quickjs.image import Image
    from keyhole.sandbox.quickjs.seat import Listener

_log = logger(__name__)


class LocalPlace:
    """A `Place` (`seat.py`) in this process. Usable on any event loop."""

    def __init__(self, image: Image) -> None:
        self._image = image
        self.image = image.name

    @classmethod
    def create(cls, source: ImageSource, *, cache: Path | None = None) -> LocalPlace:
        """Bake the image of `source`, or load it from the folder `cache`. Takes seconds. Raises SandboxError."""
        return cls(on_big_stack(lambda: images.load(source, cache)))

    def free(self, listener: Listener) -> LocalSeat:
        """Give a seat."""
        return LocalSeat(self._image, listener)

    async def seat(self, listener: Listener) -> LocalSeat:
        """Give a seat."""
        return self.free(listener)

    def warm(self) -> None:
        """Do nothing: threads start in no time."""

    async def aclose(self) -> None:
        """Do nothing: the image goes when the last seat does."""


class LocalSeat:
    """A `Seat`: its steps run on a thread, one at a time."""

    def __init__(self, image: Image, listener: Listener) -> None:
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._cell = Cell(image)
        self._busy = False
        self._left = False

    def step(self, messages: Sequence[bytes]) -> None:
        """Run one step on a thread of the pool."""
        self._busy = True
        POOL.submit(lambda: self._step(messages))

    def _step(self, messages: Sequence[bytes]) -> None:
        try:
            said = self._cell.step(messages, self._ticked)
        except Exception:  # noqa: BLE001  (whatever it is, the run must end)
            _log.exception("sandbox step failed")
            self._cell.close()
            self._call(self._lost)
        else:
            self._tell(said, rested=True)

    def _ticked(self, messages: list[bytes]) -> None:
        POOL.relieve()
        if messages:
            self._tell(messages, rested=False)

    def _tell(self, messages: list[bytes], *, rested: bool) -> None:
        self._call(lambda: self._heard(messages, rested=rested))

    def _call(self, action: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(action)
        except RuntimeError:  # the event loop is closed: nobody waits for this run any more
            self._cell.kill()

    def _heard(self, messages: list[bytes], *, rested: bool) -> None:
        if rested:
            self._busy = False
        if not self._left:
            self._listener.arrived(messages, rested=rested)
        elif rested:
            POOL.submit(self._cell.close)

    def _lost(self) -> None:
        self._busy = False
        if not self._left:
            self._listener.lost("a step failed unexpectedly")

    def leave(self) -> None:
        """Stop the program within a tick, and free the memory."""
        if not self._left:
            self._left = True
            self._cell.kill()
            if not self._busy and not self._cell.over:
                POOL.submit(self._cell.close)
