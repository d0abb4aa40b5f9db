"""The workers of one image: how many there are, which one takes the next run, and what happens when one is lost."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

from keyhole.errors import SandboxError
from keyhole.log import logger
from keyhole.sandbox.confinement import is_confined
from keyhole.sandbox.workers.link import Link
from keyhole.sandbox.workers.spawn import NoWorkerError, Zygote

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from keyhole.sandbox.confinement import Layer
    from keyhole.sandbox.engine import ImageSource
    from keyhole.sandbox.quickjs.seat import Listener
    from keyhole.sandbox.workers.link import WorkerSeat

_log = logger(__name__)


class UnconfinedError(SandboxError):
    """Workers cannot be confined here, and are not wanted otherwise."""

    exit_code = 2


_HELLO_S = 20.0
_KILL_S = 1.0
_YOUNG_S, _LONGEST_PAUSE_S = 1.0, 5.0
MAX_WORKERS = 8


def cores() -> int:
    """Give how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


class Crew:
    """A `Place` (`quickjs/seat.py`) of confined worker processes, one a core. Used on one event loop at a time."""

    def __init__(
        self,
        zygote: Zygote,
        recipe: Callable[[], ImageSource],
        cache: Path | None,
        size: int | None,
        *,
        insist: bool,
    ) -> None:
        self._insist = insist
        self._zygote = zygote
        self._recipe = recipe
        self._cache = cache
        self.image = ""
        self.layers: tuple[Layer, ...] = ()
        """What confines the worker that was made last."""
        self._size = size or min(cores(), MAX_WORKERS)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._links: list[Link] = []
        self._hiring: asyncio.Task[None] | None = None
        self._endings: set[asyncio.Task[None]] = set()
        self._refused: SandboxError | None = None
        self._closed = False
        self._pause_s = 0.0
        """Before the next worker is made: more than nothing where they die young, one after the other."""

    @classmethod
    async def start(
        cls,
        recipe: Callable[[], ImageSource],
        *,
        zygote: Zygote,
        cache: Path | None = None,
        size: int | None = None,
        insist: bool = False,
    ) -> Crew:
        """Bake or load the image of what `recipe` gives in the process of `zygote`; have the first worker ready.

        Takes seconds where the folder `cache` does not hold the image yet; `size` is the number of workers. The recipe
        is asked again where the zygote is lost. With `insist`, a worker that is not confined is not used. Raises
        NoWorkerError where this machine has no workers, and SandboxError where the source is at fault; the zygote is
        closed then.
        """
        crew = cls(zygote, recipe, cache, size, insist=insist)
        try:
            crew.image = await asyncio.to_thread(crew._load)
            await crew._hire_one()
        except BaseException:
            await crew.aclose()
            raise
        return crew

    def _load(self) -> str:
        return self._zygote.load(self._recipe(), self._cache)

    def _fork(self) -> tuple[socket.socket, int]:
        """Have a worker forked; by a new zygote where the old one is lost. Blocks. Raises NoWorkerError."""
        try:
            return self._zygote.fork()
        except NoWorkerError as lost:
            if self._closed:
                raise
            _log.warning("the sandbox's zygote is started again", why=lost.message)
            self._zygote.close()
            self._zygote = Zygote()
            self._load()
            return self._zygote.fork()

    async def seat(self, listener: Listener) -> WorkerSeat:
        """Wait for a worker, and give a seat there. Raises SandboxError."""
        while (seat := self.free(listener)) is None:
            await self._hired()
        return seat

    def free(self, listener: Listener) -> WorkerSeat | None:
        """Give a seat at the worker that has least to do, None while there is no worker. Raises SandboxError."""
        self._settle()
        if not self._links:
            return None
        link = min(self._links, key=lambda link: (link.busy, link.runs))
        if link.runs:
            self.warm()
        return link.seat(listener)

    def _settle(self) -> None:
        """Be at home on this event loop; workers of another one are let go."""
        loop = asyncio.get_running_loop()
        if self._closed:
            raise SandboxError("the sandbox is closed", hint="make a new one")
        if loop is self._loop:
            return
        if self._loop and not self._loop.is_closed() and any(link.runs for link in self._links):
            raise SandboxError("the sandbox is in use on another event loop", hint="use one engine for each event loop")
        for link in self._links:
            link.close()
        self._loop, self._links, self._hiring = loop, [], None

    def warm(self) -> None:
        """Have every other worker made ahead, in the background; else each is when there is a run for it."""
        if (self._hiring is None or self._hiring.done()) and len(self._links) < self._size and not self._closed:
            self._hiring = asyncio.get_running_loop().create_task(self._hire_all())

    async def _hire_all(self) -> None:
        await asyncio.sleep(self._pause_s)
        while len(self._links) < self._size and not self._closed:
            try:
                await self._hire_one()
            except SandboxError as error:
                self._refused = error
                return

    async def _hire_one(self) -> None:
        self._loop = self._loop or asyncio.get_running_loop()
        connection, pid = await asyncio.to_thread(self._fork)
        link = Link(connection, pid, self._died)
        try:
            self._judge(await asyncio.wait_for(link.ready, _HELLO_S))
        except TimeoutError:
            link.fail("its process was not ready in time")
            raise NoWorkerError("a worker was not ready in time", hint="is the machine short of memory?") from None
        except BaseException:
            link.close()
            raise
        if self._closed:
            link.close()
        else:
            self._links.append(link)

    def _judge(self, layers: tuple[Layer, ...]) -> None:
        """Say which layers hold, where that is news. Raises UnconfinedError where it is insisted on more."""
        missing = {layer.name: layer.detail for layer in layers if not layer.holds}
        if self._insist and not is_confined(layers):
            raise UnconfinedError(
                f"a worker is not confined here: {'; '.join(f'{name}: {why}' for name, why in missing.items())}",
                hint="keyhole doctor shows every layer; what is asked for is seccomp, and namespaces or Landlock",
            )
        if [(layer.name, layer.holds) for layer in layers] != [(layer.name, layer.holds) for layer in self.layers]:
            holding = ", ".join(layer.name for layer in layers if layer.holds)
            say = _log.warning if missing else _log.info
            say("sandbox workers confined", by=holding, missing=missing or None)
        self.layers = layers

    async def _hired(self) -> None:
        """Wait until there is a worker. Raises SandboxError where none can be made."""
        self.warm()
        while not self._links:
            assert self._hiring
            await asyncio.wait([self._hiring], timeout=0.01)
            if self._hiring.done() and not self._links:
                raise self._refused or NoWorkerError("no worker is left", hint="run the program again")

    def _died(self, link: Link, why: str) -> None:
        if not link.ready.done():
            link.ready.set_exception(NoWorkerError(f"a worker could not be made: {why}", hint="keyhole doctor"))
        if self._closed:
            return
        if link in self._links:
            self._links.remove(link)
        young = asyncio.get_running_loop().time() - link.born < _YOUNG_S
        self._pause_s = min(max(2 * self._pause_s, 0.05), _LONGEST_PAUSE_S) if young else 0.0
        ending = asyncio.get_running_loop().create_task(self._bury(link, why))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)
        self.warm()

    async def _bury(self, link: Link, why: str) -> None:
        killing = asyncio.ensure_future(asyncio.to_thread(self._zygote.kill, link.pid))
        await asyncio.wait([killing], timeout=_KILL_S)  # its runs are told even where the zygote does not answer
        code = killing.result() if killing.done() else None
        how = "" if code is None else f" (signal {-code})" if code < 0 else f" (exit code {code})"
        _log.warning("a sandbox worker was lost and is replaced", why=why + how, runs=link.runs)
        link.lose(why + how)

    async def aclose(self) -> None:
        """End every worker and the zygote. Idempotent."""
        if self._closed:
            return
        self._closed = True
        for link in self._links:
            link.close()
            link.lose("the sandbox was closed")
        self._links = []
        await asyncio.to_thread(self._zygote.close)
        pending = [*self._endings, *([self._hiring] if self._hiring else [])]
        await asyncio.gather(*pending, return_exceptions=True)
