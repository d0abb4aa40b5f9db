"""The default engine: QuickJS-ng in WebAssembly, a fresh instance of one sealed image for every run."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from keyhole.errors import SandboxError
from keyhole.sandbox.engine import Limits
from keyhole.sandbox.quickjs.pause import Pause
from keyhole.sandbox.quickjs.run import Run
from keyhole.sandbox.seal import Seal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyhole.errors import KeyholeError
    from keyhole.sandbox.engine import HostCall, OnLog, Outcome
    from keyhole.sandbox.program import Program
    from keyhole.sandbox.quickjs.seat import Place
    from keyhole.value import Value

_DEFAULT = Limits()


class QuickJSEngine:
    """An `Engine` (keyhole.sandbox.engine) whose instances live in `place`. `key` seals paused runs.

    Without a key, each engine has one of its own, and what it pauses can be resumed by it alone.
    """

    def __init__(self, place: Place, *, key: bytes | None = None) -> None:
        self._place: Place | None = place
        self._key = key
        self._seal: Seal | None = None
        self._runs: set[Run] = set()
        self._idle = asyncio.Event()

    @property
    def place(self) -> Place:
        """Where runs happen. Raises SandboxError after `aclose`."""
        if self._place is None:
            raise SandboxError("the engine is closed", hint="make a new one")
        return self._place

    def warm(self) -> None:
        """Make ready, in the background, what many runs at once will need."""
        self.place.warm()

    async def run(
        self, program: Program, host: HostCall, limits: Limits = _DEFAULT, *, on_log: OnLog | None = None
    ) -> Outcome:
        """Run `program` in a fresh instance. Raises SandboxError only where there is no place for it."""
        return await self._run(Run(program, host, limits, on_log))

    async def resume(
        self, state: bytes, answers: Mapping[int, Value | KeyholeError], host: HostCall, *, on_log: OnLog | None = None
    ) -> Outcome:
        """Go on with a paused run; see `Engine.resume`. Raises PauseError."""
        pause = Pause.decode(self._sealer().open(state, self.place.image))
        return await self._run(Run.resumed(pause, answers, host, on_log), pause)

    async def _run(self, run: Run, pause: Pause | None = None) -> Outcome:
        self._runs.add(run)
        try:
            return await run.outcome(self.place, self._sealer, pause)
        finally:
            self._runs.discard(run)
            if not self._runs:
                self._idle.set()

    def _sealer(self) -> Seal:
        if self._seal is None:
            self._seal = Seal(self._key)
        return self._seal

    async def retire(self) -> None:
        """Close once the runs that go on now have ended; there must be no new ones."""
        while self._runs:
            self._idle.clear()
            await self._idle.wait()
        await self.aclose()

    async def aclose(self) -> None:
        """Stop every run (each ends as `cancelled`) and free the image. Idempotent."""
        place, self._place = self._place, None
        for run in list(self._runs):
            run.stop("cancelled")
        if place:
            await asyncio.sleep(0)  # each run gives its seat back
            await place.aclose()
