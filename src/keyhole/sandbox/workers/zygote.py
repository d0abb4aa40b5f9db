"""The zygote: the process that workers are forked from. It has everything loaded, one thread, and never runs a program.

It holds nothing but the documents: no environment, no credential, no connection but the one to its server. It bakes
the image, so that the server itself runs no guest at all, and forks workers, in milliseconds each, for as long as its
server lives.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import socket
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from keyhole.errors import SandboxError
from keyhole.sandbox.confinement import fork_worker
from keyhole.sandbox.engine import ImageSource
from keyhole.sandbox.quickjs import image as images
from keyhole.sandbox.quickjs.pool import on_big_stack
from keyhole.sandbox.workers import frames
from keyhole.sandbox.workers.worker import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import FrameType

    from keyhole.sandbox.quickjs.image import Image

_CHUNK = 1 << 20


class Zygote:
    """Does what its server asks for on `control`, one thing at a time."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._image: Image | None = None
        self._workers: set[int] = set()
        self._ended: dict[int, int] = {}

    def run(self) -> None:
        """Work until the server ends."""
        signal.signal(signal.SIGCHLD, self._child_ended)
        decoder = frames.Decoder()
        sockets: list[int] = []
        while True:
            data, received, _, _ = socket.recv_fds(self._control, _CHUNK, 8)
            sockets += received
            if not data:
                return
            for frame in decoder.feed(data):
                kind, messages = self._answer(frame, sockets)
                self._control.sendall(frames.encode(0, kind, messages))

    def _answer(self, frame: frames.Frame, sockets: list[int]) -> tuple[bytes, list[bytes]]:
        does: dict[bytes, Callable[[], list[bytes]]] = {
            frames.LOAD: lambda: self._load(frame.messages),
            frames.FORK: lambda: self._fork(sockets.pop(0)),
            frames.KILL: lambda: self._kill(int(frame.messages[0])),
        }
        try:
            return frames.DONE, does[frame.kind]()
        except SandboxError as error:
            return frames.FAILED, [json.dumps([error.message, error.hint]).encode()]
        except Exception as error:  # noqa: BLE001  (it must say why, and go on)
            small = "is the address space limited (ulimit -v)? WebAssembly reserves gigabytes of it, and uses little"
            hint = small if "mmap" in str(error) or isinstance(error, MemoryError) else "keyhole doctor may say more"
            return frames.FAILED, [json.dumps([f"{type(error).__name__}: {error}", hint]).encode()]

    def _load(self, messages: list[bytes]) -> list[bytes]:
        cache, script, *data = messages
        pairs = tuple((name.decode(), text) for name, text in zip(data[::2], data[1::2], strict=True))
        source = ImageSource(script.decode(), pairs)
        with _listening() as heard:
            self._image = on_big_stack(lambda: images.load(source, Path(os.fsdecode(cache)) if cache else None))
        gc.collect()
        gc.freeze()  # so that a worker's collector does not write to the pages that they all share
        return [self._image.name.encode(), *heard]

    def _fork(self, link: int) -> list[bytes]:
        if self._image is None:
            raise SandboxError("a worker was asked for before an image", hint="this is a bug of Keyhole")
        pid, layers = fork_worker() if sys.platform == "linux" else (os.fork(), [])
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._control.close()
            serve(socket.socket(fileno=link), self._image, layers)
        os.close(link)
        self._workers.add(pid)
        self._reap()
        return [str(pid).encode()]

    def _kill(self, pid: int) -> list[bytes]:
        self._reap()
        if pid in self._workers:  # not reaped, so nobody else's
            os.kill(pid, signal.SIGKILL)
            with suppress(ChildProcessError):  # the handler of SIGCHLD was sooner
                self._note(*os.waitpid(pid, 0))
        return [str(self._ended.pop(pid, "")).encode()]

    def _child_ended(self, _number: int, _frame: FrameType | None) -> None:
        self._reap()

    def _reap(self) -> None:
        for pid in list(self._workers):
            with suppress(ChildProcessError):
                self._note(*os.waitpid(pid, os.WNOHANG))

    def _note(self, pid: int, status: int) -> None:
        if pid:
            self._workers.discard(pid)
            self._ended[pid] = os.waitstatus_to_exitcode(status)


@contextmanager
def _listening() -> Generator[list[bytes]]:
    """Collect what is logged, for the server to log."""
    heard: list[bytes] = []
    handler = logging.Handler()
    handler.emit = lambda record: heard.append(record.getMessage().encode(errors="replace"))
    logging.getLogger("keyhole").addHandler(handler)
    try:
        yield heard
    finally:
        logging.getLogger("keyhole").removeHandler(handler)


def main(control: int) -> None:
    """Be the zygote of the server at the other end of the socket `control`."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)  # the server decides when this ends: by ending
    null = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(null, standard)
    os.close(null)
    Zygote(socket.socket(fileno=control)).run()
    sys.exit(0)
