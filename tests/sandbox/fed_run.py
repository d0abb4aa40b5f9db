"""A run whose guest is a liar: the messages are fed to the host's half, byte for byte, as no guest of ours sends them.

The one place that knows how the host's half takes messages; the instance behind it is real and never started, so that
answers go where answers go.
"""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import TYPE_CHECKING, Any, Self

from contract import Host

from keyhole.sandbox.engine import Finished, Limits
from keyhole.sandbox.program import Program
from keyhole.sandbox.quickjs.local import LocalPlace
from keyhole.sandbox.quickjs.run import Run

if TYPE_CHECKING:
    from keyhole.errors import ProgramError
    from keyhole.sandbox.quickjs.image import Image


class FedRun:
    """Use as `async with FedRun(image) as fed`; leaving it ends the run, and fails where the loop heard an exception."""

    def __init__(self, image: Image, host: Host | None = None, limits: Limits | None = None) -> None:
        self.host = host or Host()
        self._image = image
        self._run = Run(Program.parse("1"), self.host, limits or Limits(), None)
        self._unheard: list[dict[str, Any]] = []

    async def __aenter__(self) -> Self:
        self._run._seat = await LocalPlace(self._image).seat(self._run)
        asyncio.get_running_loop().set_exception_handler(lambda _, context: self._unheard.append(context))
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._run.stop("cancelled")
        await self._run._shut()
        await asyncio.sleep(0)
        gc.collect()  # a task's exception that nobody fetched is heard of when the task goes
        asyncio.get_running_loop().set_exception_handler(None)
        if exception == (None, None, None):
            assert not self._unheard, self._unheard

    async def feed(self, *messages: bytes) -> None:
        """Let `messages` arrive, as they would from one step of the guest."""
        self._run.arrived(list(messages), rested=False)
        while self._run._apart:
            await asyncio.wait(self._run._apart)
        for _ in range(3):
            await asyncio.sleep(0)

    async def end(self) -> Finished | ProgramError:
        """Wait for the end."""
        return await asyncio.wait_for(asyncio.shield(self._run._end), 30)

    @property
    def ended(self) -> bool:
        """Whether the run is over."""
        return self._run._end.done()

    @property
    def logs(self) -> tuple[Any, ...]:
        """What has been kept of the console."""
        return self._run._console.lines()

    def watch(self) -> weakref.ref[Run]:
        """Give a reference that is dead once nothing holds the run."""
        return weakref.ref(self._run)
