"""Opening the APIs of a command: the documents are read, what was skipped in them is said once."""

from __future__ import annotations

import re
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from keyhole.cli.screen import say, say_error
from keyhole.codemode import CodeMode
from keyhole.errors import KeyholeError, UsageError, counted

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from keyhole.config import Config

NOTICES = 5


@asynccontextmanager
async def opened(config: Config, *, verbose: bool = False) -> AsyncGenerator[CodeMode]:
    """Open a `CodeMode`; say on standard error what its documents made it skip or mend."""
    async with CodeMode(config=config) as code_mode:
        say_notices(code_mode, limit=None if verbose else NOTICES)
        yield code_mode


@asynccontextmanager
async def reloading(code_mode: CodeMode) -> AsyncGenerator[None]:
    """Meanwhile, read the documents again at each SIGHUP. At a terminal it means that the terminal is gone, as ever."""
    if sys.platform == "win32" or sys.stderr.isatty():
        yield
        return
    with anyio.open_signal_receiver(signal.SIGHUP) as signals:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_reload, code_mode, signals)
            yield
            tasks.cancel_scope.cancel()


async def _reload(code_mode: CodeMode, signals: AsyncIterator[signal.Signals]) -> None:
    async for _ in signals:
        say("reading the documents again ...")
        try:
            await code_mode.reload()
        except Exception as error:  # noqa: BLE001  (whatever it is, the server goes on with what it has)
            say_error(error if isinstance(error, KeyholeError) else KeyholeError(f"{type(error).__name__}: {error}"))
            say("note: everything is served as it was")
        else:
            say_notices(code_mode, limit=NOTICES)
            say(f"serving {served(code_mode)}")


def say_notices(code_mode: CodeMode, *, limit: int | None) -> None:
    """Say each notice on a line; with a limit, the first ones and how to see the rest."""
    notices = code_mode.notices
    shown = notices if limit is None else notices[:limit]
    for api, notice in shown:
        say(f"note: {api}: {notice.pointer or '/'}: {notice.message}")
    if len(notices) > len(shown):
        say(f"note: {len(notices) - len(shown)} more of the kind; --verbose shows them")


def served(code_mode: CodeMode) -> str:
    """Name what is open: "github (1,223 operations), stripe (468 operations)"."""
    counts = {api: len(operations) for api, operations in code_mode.catalog.apis.items()}
    return ", ".join(f"{api} ({counted(counts.get(api, 0), 'operation')})" for api in code_mode.sources)


def program_of(file: str | None, code: str | None) -> str | None:
    """Give the program that --file or --code means, None where neither is given. Raises `UsageError`.

    `file` is a path, or - for standard input. `code` is the program's text; where it is - or names a file, what that
    holds.
    """
    if file is not None and code is not None:
        raise UsageError("--file and --code are given together", hint="Give the program by one of them.")
    if code is not None:
        return _read_program(code) if code == "-" or _names_a_file(code) else code
    return None if file is None else _read_program(file)


def _names_a_file(code: str) -> bool:
    if re.fullmatch(r"\S+\.(?:[cm]?[jt]s)", code):  # said to be one, also where it is not there
        return True
    try:
        return Path(code).is_file()
    except (OSError, ValueError):  # such as a text that is too long for a path
        return False


def _read_program(path: str) -> str:
    try:
        # the bytes: what is piped is UTF-8, whatever the locale says of the terminal
        return (sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()).decode()
    except OSError as error:
        raise UsageError(
            f"cannot read the program {path}: {error.strerror}", hint="Give a file, or - for standard input."
        ) from None
    except UnicodeDecodeError:
        raise UsageError(
            f"the program {'on standard input' if path == '-' else path} is not UTF-8 text", hint="Save it as UTF-8."
        ) from None
