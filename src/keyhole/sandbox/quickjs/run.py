"""The event loop's half of a run: it answers host calls, keeps console and time, and says how the run ended."""

from __future__ import annotations

import asyncio
import contextvars
import secrets
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from keyhole.errors import CallError, KeyholeError, PauseError, ProgramError
from keyhole.log import logger
from keyhole.sandbox.engine import Failed, Finished, Paused, Pending, Waiting
from keyhole.sandbox.quickjs import wire
from keyhole.sandbox.quickjs.console import Console, most_lines
from keyhole.sandbox.quickjs.failure import guest_failure, limit_failure, placed, reported_failure
from keyhole.sandbox.quickjs.pause import Pause
from keyhole.sandbox.quickjs.timers import Timers
from keyhole.value import is_large

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from keyhole.sandbox.engine import HostCall, Limits, OnLog, Outcome
    from keyhole.sandbox.program import Program
    from keyhole.sandbox.quickjs.seat import Place, Seat
    from keyhole.sandbox.seal import Seal
    from keyhole.value import Value

_log = logger(__name__)

_GRACE_S = 2.0
"""How long calls in flight may go on after the program failed: whether a write has happened should be known."""
_TOLD_S = 0.5
"""How long a program at its wall limit has to say what it waits for."""
_SLACK = 64 << 20
"""What a snapshot and messages on the way may take on top of the limit of bytes."""
_LARGE, _MANY = 64 << 10, 100
"""Messages of more bytes together are decoded on a thread, and more messages are acted on piece by piece."""
_NOTHING = object()

Decoded = tuple[str, list[Any]]


class Run:
    """One run, from program to outcome. Made and used on one event loop."""

    def __init__(self, program: Program, host: HostCall, limits: Limits, on_log: OnLog | None) -> None:
        self._program = program
        self._host = host
        self._limits = limits
        self._console = Console(limits.log_bytes, on_log)
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.copy_context()
        self._seat: Seat | None = None
        self._end: asyncio.Future[Finished | ProgramError | Pause] = self._loop.create_future()
        self._began = time.perf_counter()
        self._before_ms = 0.0
        self._wall_s = limits.wall_s
        self._waited = ""
        self._bytes = limits.bytes_out
        self._busy = False
        self._inbox: list[tuple[int, bool, Any]] = []
        self._waiting: deque[tuple[int, str, Any]] = deque()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._pending: dict[int, Waiting] = {}
        self._timers = Timers(self._loop, lambda number: self._answer(number, True, _NOTHING))  # noqa: FBT003
        self._frozen: tuple[tuple[int, float], ...] = ()
        self._apart: set[asyncio.Task[None]] = set()
        self._undecoded: deque[tuple[list[bytes], bool]] = deque()
        self._short = False
        self._last_call = 0

    @classmethod
    def resumed(
        cls, pause: Pause, answers: Mapping[int, Value | KeyholeError], host: HostCall, on_log: OnLog | None
    ) -> Run:
        """Make a run that goes on from `pause`. Raises PauseError for an answer to a call that does not wait."""
        run = cls(pause.program, host, pause.limits, on_log)
        run._console.load(pause.console)
        run._before_ms, run._wall_s, run._bytes, run._short = pause.ms, pause.wall_s, pause.left.bytes_out, pause.short
        run._pending = {call.id: call for call in pause.waiting}
        run._last_call = max(run._pending, default=0)
        for number, answer in answers.items():
            if run._pending.pop(number, None) is None:
                ids = ", ".join(str(call.id) for call in pause.waiting)
                raise PauseError(f"no call {number} waits in this run", hint=f"the calls that wait are: {ids}")
            failed = isinstance(answer, KeyholeError)
            run._inbox.append((number, not failed, answer.fields() if failed else answer))
        return run

    async def outcome(self, place: Place, seal: Callable[[], Seal], pause: Pause | None = None) -> Outcome:
        """Run the program to its end or next pause. Cancelling stops it, and its host calls, at once."""
        self._wall = self._loop.call_later(self._wall_s, self._time_up)
        try:
            self._seat = place.free(self)
            if self._seat is None:
                await self._sit(place)
            self._step([self._start() if pause is None else self._restore(pause)])
            end = await self._end
            if isinstance(end, ProgramError) and self._tasks and end.kind != "wall":
                await asyncio.wait(self._tasks.values(), timeout=_GRACE_S)
        finally:
            self._wall.cancel()
            await self._shut()
        logs, ms = self._console.lines(), self._ms()
        if isinstance(end, ProgramError):
            return Failed(end, logs, ms)
        if isinstance(end, Pause):
            return Paused(seal().seal(end.encode(), place.image), end.waiting, logs, ms)
        return Finished(end.value, logs, ms, end.undefined)

    async def _sit(self, place: Place) -> None:
        """Wait for a seat, unless the run is ended first: at its limit, or by whoever closes the engine."""
        sitting = asyncio.ensure_future(place.seat(self))
        try:
            await asyncio.wait([sitting, self._end], return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not sitting.done():
                sitting.cancel()
        if sitting.done():
            self._seat = await sitting

    def _start(self) -> bytes:
        limits = self._limits
        memory, lines = min(limits.memory_bytes, 1 << 31), most_lines(limits.log_bytes)
        left = wire.Left(int(limits.cpu_s * 1e9), limits.calls, limits.bytes_out, memory, lines)
        code = self._program.code.encode(errors="replace")
        return wire.Start(left, limits.stack_bytes, secrets.token_bytes(32), code).encode()

    def _restore(self, pause: Pause) -> bytes:
        for number, ms in pause.timers:
            self._timer_set(number, ms)
        return wire.Restore(pause.left, pause.snapshot).encode()

    def _ms(self) -> float:
        return self._before_ms + (time.perf_counter() - self._began) * 1e3

    def stop(self, kind: str, detail: str = "", stack: Any = "") -> None:
        """End the run at the limit `kind`, where `stack` says, unless it has ended."""
        self._finish(placed(limit_failure(kind, self._limits, detail), stack, self._program))

    def _time_up(self) -> None:
        if self._busy or not self._seat:
            self.stop("wall")
            return
        calls = len(self._tasks) + len(self._waiting)
        self._waited = f"{calls} calls" if calls > 1 else "a call" if calls else "a timer"
        self._step([wire.WHERE])  # at rest it knows which call it waits for, and where that was made
        self._wall = self._loop.call_later(_TOLD_S, self.stop, "wall", self._waited)

    def _finish(self, end: Finished | ProgramError | Pause) -> None:
        if not self._end.done():
            self._end.set_result(end)
            self._waiting.clear()
            if self._seat:
                self._seat.leave()

    async def _shut(self) -> None:
        if self._seat:
            self._seat.leave()
        self._timers.stop()
        self._waiting.clear()
        tasks = [*self._tasks.values(), *self._apart]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)

    # To the instance: a step at a time.

    def _step(self, messages: list[bytes]) -> None:
        self._busy = True
        if self._seat and not self._end.done():
            self._seat.step(messages)

    def _answer(self, number: int, ok: bool, value: Any) -> None:  # noqa: FBT001  (as on the wire)
        if self._end.done():
            return
        self._inbox.append((number, ok, value))
        if not self._busy:
            self._feed()

    def _feed(self) -> None:
        answers, self._inbox = self._inbox, []
        self._busy = True
        if any(is_large(value) for _, _, value in answers):
            self._do_apart(self._feed_large(answers))
            return
        try:
            messages = _encoded(answers)
        except Exception:  # noqa: BLE001  (too deep, no value: whatever it is, the run must end)
            self._host_failed()
        else:
            self._step(messages)

    async def _feed_large(self, answers: list[tuple[int, bool, Any]]) -> None:
        try:
            self._step(await asyncio.to_thread(_encoded, answers))
        except Exception:  # noqa: BLE001  (too deep, no value: whatever it is, the run must end)
            self._host_failed()

    def _host_failed(self) -> None:
        _log.exception("a host call gave what is no value")
        self.stop("crash", "a call to the host failed unexpectedly")

    def _do_apart(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._apart.add(task)
        task.add_done_callback(self._apart.discard)

    # From the instance (`seat.Listener`).

    def arrived(self, messages: list[bytes], *, rested: bool) -> None:
        """Act on messages; what is large is decoded on a thread, and what follows waits for it."""
        size = sum(map(len, messages))
        self._bytes -= size
        if self._bytes < -_SLACK:  # the cell counts too, but it is on the other side
            self.stop("bytes")
            return
        if self._undecoded or size > _LARGE or len(messages) > _MANY:
            self._undecoded.append((messages, rested))
            if len(self._undecoded) == 1:
                self._do_apart(self._decode_apart())
        else:
            self._act([_decoded(message) for message in messages], rested=rested)

    async def _decode_apart(self) -> None:
        while self._undecoded:
            messages, rested = self._undecoded[0]
            for at in range(0, len(messages), _MANY):
                self._act(await _decoded_all(messages[at : at + _MANY]), rested=False)
                await asyncio.sleep(0)  # others have their turn
            self._act([], rested=rested)
            self._undecoded.popleft()

    def lost(self, why: str) -> None:
        """End the run: its instance is gone."""
        self.stop("lost", why)

    def _act(self, messages: list[Decoded], *, rested: bool) -> None:
        for letter, items in messages:
            if self._end.done():
                return
            try:
                self._take(letter, items)
            except Exception:  # noqa: BLE001  (a guest or a worker may say anything; only its own run may suffer)
                self._garbled(f"{letter}{str(items)[:80]}")
        if rested and not self._end.done():
            self._rested()

    def _rested(self) -> None:
        self._busy = False
        if self._inbox:
            self._feed()
        elif self._pending and not self._tasks:
            self._capture()
        elif not (self._tasks or self._timers):
            self.stop("crash", "the instance came to rest without a word")  # the guest says where it waits for nothing

    def _garbled(self, what: str) -> None:
        _log.warning("sandbox guest sent a message that no guest of ours sends", message=what)
        self.stop("crash", "it sent a message that makes no sense")

    def _take(self, letter: str, items: list[Any]) -> None:
        """Act on one message (`wire.py`). Raises where it makes no sense."""
        take: dict[str, Callable[[], None]] = {
            "C": lambda: self._called(items),
            "L": lambda: self._console.add(str(items[0]), str(items[1])),
            "D": lambda: self._console.drop(*map(int, items)),
            "T": lambda: self._timer_set(*map(float, items)),
            "t": lambda: self._timers.clear(int(items[0])),
            "R": lambda: self._finish(Finished(items[0] if items else None, (), 0.0, undefined=not items)),
            "E": lambda: self._reported(items),
            "M": lambda: setattr(self, "_short", True),
            "X": lambda: self._finish(guest_failure("out of memory" if self._short else items[0], self._limits)),
            "K": lambda: self.stop(items[0], items[1] or self._waited, *items[2:]),
            "S": lambda: self._captured(*items),
            "!": lambda: self._unreadable(*items),
        }
        take[letter]()

    def _reported(self, items: list[Any]) -> None:
        cause = wire.value_at(items, 1) if len(items) > 1 else None
        self._finish(reported_failure({**items[0], "short": self._short}, cause, self._program, self._limits))

    def _unreadable(self, what: str, problem: str) -> None:
        if what == "message":
            self._garbled(problem)
        else:
            hint = "flatten it: return or send the parts that are needed"
            self._finish(ProgramError(f"the {what} cannot be sent: {problem}", kind="result", hint=hint))

    def _capture(self) -> None:
        self._frozen = self._timers.stop()  # from here on no timer fires: what it did would be in no snapshot
        self._step([wire.CAPTURE])

    def _captured(self, left: wire.Left, snapshot: bytes) -> None:
        ms = self._ms()
        wall_s = max(0.0, self._limits.wall_s - ms / 1e3)
        waiting = tuple(self._pending.values())
        saved = self._console.save()
        self._finish(
            Pause(self._program, self._limits, left, wall_s, ms, waiting, self._frozen, saved, self._short, snapshot)
        )

    # Host calls.

    def _called(self, items: list[Any]) -> None:
        number, name, argument = items[0], items[1], wire.value_at(items, 2)
        if type(number) is not int or not isinstance(name, str) or number <= self._last_call:
            raise TypeError
        self._last_call = number
        if len(self._tasks) < self._limits.at_once:
            self._call(number, name, argument)
        else:
            self._waiting.append((number, name, argument))

    def _call(self, number: int, name: str, argument: Any) -> None:
        call = self._call_host(number, name, argument)
        self._tasks[number] = self._loop.create_task(call, context=self._context.copy())

    async def _call_host(self, number: int, name: str, argument: Any) -> None:
        answer: tuple[bool, Any] | None = None
        try:
            value = await self._host(name, argument)
            if isinstance(value, Pending):
                self._pending[number] = Waiting(number, name, argument, value.note)
            else:
                answer = True, value
        except KeyholeError as error:
            answer = False, error.fields()
        except asyncio.CancelledError:
            self.stop("cancelled")
            raise
        except Exception:  # noqa: BLE001  (anything but a KeyholeError is a bug of ours; the program learns nothing of it)
            _log.exception("host call failed", call=name)
            self.stop("crash", "a call to the host failed unexpectedly")
        finally:
            del self._tasks[number]
            if self._waiting and not self._end.done():
                self._call(*self._waiting.popleft())
        if answer is not None:
            self._answer(number, *answer)
        elif not self._busy and not self._end.done():
            self._rested()

    def _timer_set(self, number: float, ms: float) -> None:
        if len(self._timers) >= wire.MAX_TIMERS:
            self.stop("timers")
            return
        self._timers.set(int(number), ms)


def _encoded(answers: list[tuple[int, bool, Any]]) -> list[bytes]:
    return [_answered(*answer).encode() for answer in answers]


def _answered(number: int, ok: bool, value: Any) -> wire.Answer:  # noqa: FBT001  (as on the wire)
    try:
        return wire.Answer(number, ok, b"[]" if value is _NOTHING else wire.encode_value(value))
    except RecursionError:
        error = CallError("the answer is nested too deep to be read", hint="Ask for a smaller part of it.")
        return wire.Answer(number, ok=False, payload=wire.encode_value(error.fields()))


async def _decoded_all(messages: list[bytes]) -> list[Decoded]:
    """On a thread where they are large: for many small ones, two threads in turn delay the loop more than the work."""
    if sum(map(len, messages)) > _LARGE:
        return await asyncio.to_thread(lambda: [_decoded(message) for message in messages])
    return [_decoded(message) for message in messages]


def _decoded(message: bytes) -> Decoded:
    try:
        letter, items = wire.decode(message)
        return letter, [wire.value_at(items, 0), *items[1:]] if letter == "R" and items else items
    except wire.Garbled as problem:
        what = {b"R": "result", b"C": "argument of a call"}.get(message[:1], "message")
        return "!", [what, str(problem)]
