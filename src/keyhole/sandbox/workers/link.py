"""The server's side of one worker: its socket on the event loop, the seats there, and whether it is still alive."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from keyhole.sandbox.confinement import Layer
from keyhole.sandbox.workers import frames

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    from keyhole.sandbox.quickjs.seat import Listener

_CHUNK = 1 << 18
_CHECK_S = 0.25
SILENCE_S = 3.0
"""A worker that computes says so four times a second; one that is silent for this long is lost."""
LEAVE_S = 1.0
"""A run that is told to end does so within a tick; a worker where it doesn't is lost."""


class Link:
    """One worker. Used on one event loop. `died` is called once, with this and the reason."""

    def __init__(self, connection: socket.socket, pid: int, died: Callable[[Link, str], None]) -> None:
        self.pid = pid
        self.busy = 0
        """How many steps are going on."""
        self.closed = False
        self.ready: asyncio.Future[tuple[Layer, ...]] = asyncio.get_running_loop().create_future()
        """The layers that hold this worker, once it is locked."""
        self._died = died
        self._loop = asyncio.get_running_loop()
        self._socket = connection
        self._decoder = frames.Decoder()
        self._unsent = bytearray()
        self._seats: dict[int, WorkerSeat] = {}
        self._leaving: dict[int, float] = {}
        self._last = 0
        self._heard = self._loop.time()
        self._suspect = False
        self.born = self._heard
        self._watch: asyncio.TimerHandle | None = None
        connection.setblocking(False)  # noqa: FBT003  (the name is the socket's)
        self._loop.add_reader(connection, self._read)

    @property
    def runs(self) -> int:
        """How many runs are at home here."""
        return len(self._seats)

    def seat(self, listener: Listener) -> WorkerSeat:
        """Give a seat here."""
        self._last = self._last % 0xFFFFFFFF + 1
        seat = self._seats[self._last] = WorkerSeat(self, self._last, listener)
        return seat

    def step(self, run: int, messages: Sequence[bytes]) -> None:
        """Have the worker do a step of a run."""
        self.busy += 1
        self._send(frames.encode(run, frames.STEP, messages))
        self._watch_over()

    def leave(self, run: int) -> None:
        """Have a run end."""
        self._leaving[run] = self._loop.time() + LEAVE_S
        self._send(frames.encode(run, frames.LEAVE))
        self._watch_over()

    def _send(self, data: bytes) -> None:
        if self.closed:
            return
        if not self._unsent:
            try:
                data = data[self._socket.send(data) :]
            except BlockingIOError:
                pass
            except OSError:
                return  # the reader will hear that it has ended
            if not data:
                return
            self._loop.add_writer(self._socket, self._write)
        self._unsent += data

    def _write(self) -> None:
        with suppress(OSError):
            del self._unsent[: self._socket.send(self._unsent)]
        if not self._unsent:
            self._loop.remove_writer(self._socket)

    def _read(self) -> None:
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.fail("its process has ended")
            return
        self._heard = self._loop.time()
        try:
            for frame in self._decoder.feed(data):
                self._take(frame)
        except frames.BadFrame as lie:
            self.fail(f"its process sent {lie}")

    def _take(self, frame: frames.Frame) -> None:
        """Act on a frame. Raises BadFrame for one that no worker of ours sends."""
        run, kind, messages = frame
        seat = self._seats.get(run)
        if kind == frames.HELLO and not self.ready.done():
            self.ready.set_result(_layers(messages))
        elif kind == frames.BEAT and not messages:
            pass
        elif kind == frames.LEFT and run in self._leaving:
            del self._leaving[run]
            if self._seats.pop(run, None):
                self._stepped(seat)
        elif seat is None or kind not in (frames.SAID, frames.RESTED, frames.OVER):
            raise frames.BadFrame(f"a frame {kind!r} about run {run}, which is not there")
        else:
            if kind != frames.SAID:
                self._stepped(seat)
            if kind == frames.OVER:
                del self._seats[run]
            seat.heard(messages, kind)

    def _stepped(self, seat: WorkerSeat | None) -> None:
        if seat and seat.stepping:
            seat.stepping = False
            self.busy -= 1

    def _watch_over(self) -> None:
        if self._watch is None:
            self._heard = max(self._heard, self._loop.time() - SILENCE_S / 2)
            self._watch = self._loop.call_later(_CHECK_S, self._check)

    def _check(self) -> None:
        """See to it that a worker which should speak does. What has come meanwhile is read before it is judged."""
        self._watch = None
        if self.closed or not (self.busy or self._leaving):
            return
        now = self._loop.time()
        late = any(at < now for at in self._leaving.values())
        if self._suspect and (late or now - self._heard > SILENCE_S):
            self.fail("its process did not end a run in time" if late else "its process does not answer")
            return
        self._suspect = late or now - self._heard > SILENCE_S
        self._watch = self._loop.call_later(_CHECK_S, self._check)

    def fail(self, why: str) -> None:
        """Give the worker up. Idempotent."""
        if not self.closed:
            self.close()
            self._died(self, why)

    def lose(self, why: str) -> None:
        """Tell every run here that it is lost."""
        seats, self._seats = list(self._seats.values()), {}
        for seat in seats:
            seat.lost(why)

    def close(self) -> None:
        """Let go of the socket, at which the worker ends. Idempotent."""
        if self.closed:
            return
        self.closed = True
        if self._watch:
            self._watch.cancel()
        if not self._loop.is_closed():
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
        self._socket.close()


class WorkerSeat:
    """A `Seat` (`quickjs/seat.py`) at a worker."""

    def __init__(self, link: Link, run: int, listener: Listener) -> None:
        self._link = link
        self._run = run
        self._listener = listener
        self._left = False
        self.stepping = False

    def step(self, messages: Sequence[bytes]) -> None:
        """Run one step there."""
        self.stepping = True
        self._link.step(self._run, messages)

    def leave(self) -> None:
        """Stop the run there."""
        if not self._left:
            self._left = True
            self._link.leave(self._run)

    def heard(self, messages: list[bytes], kind: bytes) -> None:
        """Pass on what the instance said."""
        over = kind == frames.OVER
        if not self._left:
            self._left = over  # there is nothing left to leave
            self._listener.arrived(messages, rested=over or kind == frames.RESTED)

    def lost(self, why: str) -> None:
        """Pass on that the instance is gone."""
        if not self._left:
            self._left = True
            self._listener.lost(why)


def _layers(messages: list[bytes]) -> tuple[Layer, ...]:
    fields: list[dict[str, Any]] = json.loads(messages[0])
    return tuple(Layer(**each) for each in fields)
