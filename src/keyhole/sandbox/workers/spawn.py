"""The server's side of the zygote: starts it, hands it the image, asks it for workers. It blocks: for threads only."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from keyhole.errors import SandboxError
from keyhole.log import logger
from keyhole.sandbox.workers import frames

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyhole.sandbox.engine import ImageSource

_log = logger(__name__)

_BOOT = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from keyhole.sandbox.workers.zygote import main; main(int(sys.argv[2]))"
)
_CHUNK = 1 << 16
_PATIENCE_S = 2.0
_ANSWER_S, _LOAD_S = 5.0, 600.0
"""How long the zygote may take: to fork or kill is a matter of milliseconds, to bake one of seconds or minutes."""
_WITHOUT = "run programs in the server's own process: --in-process"


class NoWorkerError(SandboxError):
    """There are no worker processes to be had, through no fault of what is to run in them."""


class Zygote:
    """A process that workers are forked from. Thread-safe; one request at a time."""

    def __init__(self) -> None:
        """Start the process; it is not waited for. Raises NoWorkerError."""
        if not hasattr(os, "fork") or getattr(sys, "frozen", False) or "py" not in Path(sys.executable or "").name:
            raise NoWorkerError("this system has no fork, or this program is no Python interpreter", hint=_WITHOUT)
        ours, theirs = socket.socketpair()
        path = json.dumps([entry or str(Path.cwd()) for entry in sys.path])
        command = [sys.executable, "-I", "-S", "-W", "ignore", "-c", _BOOT, path, str(theirs.fileno())]
        with theirs:
            try:
                # No environment: there may be credentials in it. A session of its own: Ctrl-C is the server's to hear.
                self._process = subprocess.Popen(  # noqa: S603  (our own interpreter)
                    command, env={}, cwd="/", pass_fds=[theirs.fileno()], start_new_session=True,
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                )  # fmt: skip
            except OSError as error:
                ours.close()
                raise NoWorkerError(
                    f"the sandbox's process cannot be started: {error}",
                    hint=_WITHOUT,
                ) from error
        self._control = ours
        self._decoder = frames.Decoder()
        self._lock = threading.Lock()

    def load(self, source: ImageSource, cache: Path | None) -> str:
        """Bake or load the image of `source`; give its name. Takes seconds. Raises SandboxError."""
        data = [part for name, text in source.data for part in (name.encode(), text)]
        place = b"" if cache is None else os.fsencode(cache)
        name, *warnings = self._ask(frames.LOAD, [place, source.script.encode(), *data])
        for warning in warnings:
            _log.warning(warning.decode())
        return name.decode()

    def fork(self) -> tuple[socket.socket, int]:
        """Give the socket and the pid of a new worker. Raises SandboxError."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                (pid,) = self._ask(frames.FORK, link=theirs)
        except BaseException:
            ours.close()
            raise
        return ours, int(pid)

    def kill(self, pid: int) -> int | None:
        """Kill a worker, where it has not ended; give its exit code, negative for a signal, None if not known."""
        with suppress(SandboxError):
            (code,) = self._ask(frames.KILL, [str(pid).encode()])
            return int(code) if code else None
        return None

    def _ask(self, kind: bytes, messages: Sequence[bytes] = (), *, link: socket.socket | None = None) -> list[bytes]:
        data = frames.encode(0, kind, messages)
        with self._lock:
            try:
                self._control.settimeout(_LOAD_S if kind == frames.LOAD else _ANSWER_S)
                if link is None:
                    self._control.sendall(data)
                else:
                    socket.send_fds(self._control, [data], [link.fileno()])
                answer = self._hear()
            except TimeoutError:
                self._process.kill()  # stopped, or stuck: the next request gets a new one
                raise self._gone() from None
            except OSError as error:
                raise self._gone() from error
        if answer.kind == frames.FAILED:
            message, hint = json.loads(answer.messages[0])
            raise (NoWorkerError if kind == frames.FORK else SandboxError)(message, hint=hint)
        return answer.messages

    def _hear(self) -> frames.Frame:
        while True:
            data = self._control.recv(_CHUNK)
            if not data:
                raise self._gone()
            for frame in self._decoder.feed(data):
                return frame

    def _gone(self) -> NoWorkerError:
        """Say how it ended; what it printed before it began to listen may say why."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE_S)
        stderr = self._process.stderr
        said = stderr.read(4000).decode(errors="replace").strip() if stderr and not stderr.closed else ""
        why = f": {said.splitlines()[-1]}" if said else ""
        return NoWorkerError(
            f"the sandbox's process has ended (exit code {self._process.returncode}){why}",
            hint="start again; if it happens again, look for what kills it (memory?), or use --in-process",
        )

    def close(self) -> None:
        """End the process, and with it every worker; a request in progress is waited for. Idempotent."""
        if not self._lock.acquire(timeout=_PATIENCE_S):
            self._process.kill()  # what was asked of it is not answered
            self._lock.acquire()
        self._control.close()
        self._lock.release()
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()
