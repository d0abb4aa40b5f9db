"""A worker: a locked process that holds instances, and does what frames on its one socket ask for.

Its threads take turns at the socket. Whoever reads a frame does what it says while it keeps the turn, so that short
steps follow one another without a change of thread; a step that is still going on at the next tick gives the turn away.
"""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from dataclasses import asdict
from typing import TYPE_CHECKING

from keyhole.sandbox.confinement import isolate, shut
from keyhole.sandbox.quickjs import snapshot
from keyhole.sandbox.quickjs.cell import Cell
from keyhole.sandbox.quickjs.pool import start_with_stack
from keyhole.sandbox.quickjs.stack import Stack
from keyhole.sandbox.quickjs.ticker import Ticker
from keyhole.sandbox.workers import frames

if TYPE_CHECKING:
    import socket

    from keyhole.sandbox.confinement import Layer
    from keyhole.sandbox.quickjs.image import Image

THREADS = 65
"""So many programs can compute at once in one worker; the 65th thread hears what else there is to do."""
_FEW_THREADS = 4
_CHUNK = 1 << 18


def serve(link: socket.socket, image: Image, layers: list[Layer]) -> None:
    """Lock this process, which `fork_worker` has made, and work until `link` ends. Does not return."""
    worker = Worker(link, image)
    snapshot.pagemap()  # opened while it can be
    image.pristine  # noqa: B018  (made while memory can be mapped from its file)
    layers = [*layers, *isolate()]
    worker.start()
    layers += shut()
    worker.send(0, frames.HELLO, [json.dumps([asdict(layer) for layer in layers]).encode()])
    worker.work()


class Worker:
    """The runs of one worker."""

    def __init__(self, link: socket.socket, image: Image) -> None:
        self._link = link
        self._image = image
        self._turn = threading.Lock()
        self._writing = threading.Lock()
        self._state = threading.Lock()
        self._decoder = frames.Decoder()
        self._ready: deque[frames.Frame] = deque()
        self._cells: dict[int, Cell] = {}
        self._stepping: set[int] = set()
        self._ticker = Ticker(lambda: self.send(0, frames.BEAT))

    def start(self) -> None:
        """Start every thread that there will be, but for the caller's."""
        self._ticker.start()
        for number in range(THREADS - 1):
            try:
                start_with_stack(threading.Thread(target=self.work, name=f"keyhole-{number}", daemon=True))
            except RuntimeError:
                if number < _FEW_THREADS:
                    raise
                break  # a container that allows no more

    def send(self, run: int, kind: bytes, messages: list[bytes] | None = None) -> None:
        """Send a frame; where nobody reads any more, the process ends."""
        data = frames.encode(run, kind, messages or [])
        try:
            with self._writing:
                self._link.sendall(data)
        except OSError:
            os._exit(0)

    def work(self) -> None:
        """Take turns for as long as the process lives."""
        stack = Stack()
        while True:
            self._turn.acquire()
            turn = _Turn(self._turn)
            try:
                self._do(self._read(), turn)
            finally:
                turn.give()
                stack.release()

    def _read(self) -> frames.Frame:
        while not self._ready:
            try:
                data = self._link.recv(_CHUNK)
            except OSError:
                data = b""
            if not data:
                os._exit(0)
            self._ready.extend(self._decoder.feed(data))
        return self._ready.popleft()

    def _do(self, frame: frames.Frame, turn: _Turn) -> None:
        run, kind, messages = frame
        if kind == frames.STEP:
            with self._ticker:
                self._step(run, messages, turn)
        elif kind == frames.LEAVE:
            self._leave(run)

    def _step(self, run: int, messages: list[bytes], turn: _Turn) -> None:
        def ticked(said: list[bytes]) -> None:
            turn.give()
            if said:
                self.send(run, frames.SAID, said)

        with self._state:
            cell = self._cells.get(run) or self._cells.setdefault(run, Cell(self._image))
            self._stepping.add(run)
        try:
            said = cell.step(messages, ticked)
        except Exception as error:  # noqa: BLE001  (whatever it is, this run must end, and no other)
            cell.close()
            said = [b"K" + json.dumps(["crash", f"a step failed: {type(error).__name__}"]).encode()]
        with self._state:
            self._stepping.discard(run)
            kind = frames.LEFT if cell.killed else frames.OVER if cell.over else frames.RESTED
            if kind != frames.RESTED:
                cell.close()
                del self._cells[run]
        self.send(run, kind, said)

    def _leave(self, run: int) -> None:
        with self._state:
            cell = self._cells.get(run)
            if cell is not None:
                cell.kill()
                if run in self._stepping:
                    return  # it says so itself, within a tick
                del self._cells[run]
                cell.close()
        self.send(run, frames.LEFT)


class _Turn:
    """The turn at the socket, given away once."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self._held = True

    def give(self) -> None:
        if self._held:
            self._held = False
            self._lock.release()
