"""Building something large without the garbage collector, which would walk it again and again and free nothing."""

from __future__ import annotations

import gc
from contextlib import ContextDecorator
from threading import Lock

_lock = Lock()
_builders = 0
_was_on = False


class uncollected(ContextDecorator):  # noqa: N801  (reads as a word, like contextlib's own)
    """Hold cyclic garbage collection, for all threads, until the last that builds has ended. For seconds at most."""

    def __enter__(self) -> None:
        global _builders, _was_on  # noqa: PLW0603  (the collector is one for the process too)
        with _lock:
            if not _builders:
                _was_on = gc.isenabled()
                gc.disable()
            _builders += 1

    def __exit__(self, *_: object) -> None:
        global _builders  # noqa: PLW0603
        with _lock:
            _builders -= 1
            if not _builders and _was_on:
                gc.enable()
