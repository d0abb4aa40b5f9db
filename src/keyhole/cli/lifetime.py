"""How a command lives and ends: its event loop, its signals, its log."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

import anyio

from keyhole.cli.screen import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from anyio.abc import TaskStatus

PATIENCE_S = 8.0
"""What is told to end has this long; then the process ends all the same."""


def live(main: Callable[[], Awaitable[int]], *, verbose: bool = False) -> int:
    """Run `main` and give its exit code; on Ctrl-C or SIGTERM cancel it, and give 130 or 143."""
    log_to_stderr(verbose=verbose)
    return anyio.run(_guarded, main)


def log_to_stderr(*, verbose: bool) -> None:
    """Send every log to standard error: warnings and worse, with `verbose` what happens too."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s: %(name)s: %(message)s")
    logging.getLogger("keyhole").setLevel(logging.INFO if verbose else logging.WARNING)


async def _guarded(main: Callable[[], Awaitable[int]]) -> int:
    code = 0
    told = False
    failure: Exception | None = None
    async with anyio.create_task_group() as tasks:

        async def watch(*, task_status: TaskStatus[None]) -> None:
            nonlocal code, told
            with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
                task_status.started()
                async for received in signals:
                    if code:  # the second time they mean it
                        os._exit(code)
                    code, told = 128 + received, True
                    say(f"stopping ({received.name})")
                    _end_within(PATIENCE_S, code)
                    tasks.cancel_scope.cancel()

        if sys.platform != "win32":  # the event loops of Windows take no signal handlers
            await tasks.start(watch)
        try:
            result = await main()
            code = code or result
        except Exception as error:  # noqa: BLE001  (raised below, without the group that a task group wraps it in)
            failure = error
        tasks.cancel_scope.cancel()
    if told:
        _leave(code)
    if failure and not code:
        raise failure
    return code


def _leave(code: int) -> NoReturn:
    """End at once: all is closed, and a thread that still reads a document or bakes an image would be waited for."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _end_within(seconds: float, code: int) -> None:
    def end() -> None:
        say("it did not stop in time; ending now")
        os._exit(code)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
