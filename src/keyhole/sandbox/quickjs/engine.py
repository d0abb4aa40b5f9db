"""The default engine: QuickJS-ng in WebAssembly, a fresh instance of one sealed image for every run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyhole.errors import SandboxError
from keyhole.sandbox.engine import Limits
from keyhole.sandbox.quickjs import image as images
from keyhole.sandbox.quickjs.pool import on_big_stack
from keyhole.sandbox.quickjs.run import Run

if TYPE_CHECKING:
    from pathlib import Path

    from keyhole.sandbox.engine import HostCall, ImageSource, OnLog, Outcome
    from keyhole.sandbox.program import Program
    from keyhole.sandbox.quickjs.image import Image

_DEFAULT = Limits()


class QuickJSEngine:
    """An `Engine` (keyhole.sandbox.engine). Make one with `create`; use it on any event loop."""

    def __init__(self, image: Image) -> None:
        self._image: Image | None = image
        self._runs: set[Run] = set()

    @classmethod
    def create(cls, source: ImageSource, *, cache: Path | None = None) -> QuickJSEngine:
        """Give an engine whose programs start from `source`; takes seconds where `cache` does not hold its image yet.

        `cache` is a folder that only this user can write; None bakes in memory. Raises SandboxError.
        """
        return cls(on_big_stack(lambda: images.load(source, cache)))

    async def run(
        self, program: Program, host: HostCall, limits: Limits = _DEFAULT, *, on_log: OnLog | None = None
    ) -> Outcome:
        """Run `program` in a fresh instance. Raises SandboxError only after `aclose`."""
        if self._image is None:
            raise SandboxError("the engine is closed", hint="make a new one")
        run = Run(self._image, program, host, limits, on_log)
        self._runs.add(run)
        try:
            return await run.outcome()
        finally:
            self._runs.discard(run)

    async def aclose(self) -> None:
        """Stop every run (each ends as `cancelled`) and free the image. Idempotent."""
        self._image = None
        for run in list(self._runs):
            run.stop("cancelled")
