"""The event loop's half of a run: it answers host calls, keeps console and time, and says how the run ended."""

from __future__ import annotations

import asyncio
import contextvars
import secrets
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from keyhole.errors import KeyholeError, ProgramError
from keyhole.log import logger
from keyhole.sandbox.engine import Failed, Finished, LogLine
from keyhole.sandbox.quickjs import wire
from keyhole.sandbox.quickjs.cell import Cell
from keyhole.sandbox.quickjs.failure import guest_failure, limit_failure, reported_failure
from keyhole.sandbox.quickjs.pool import POOL

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyhole.sandbox.engine import HostCall, Limits, OnLog, Outcome
    from keyhole.sandbox.program import Program
    from keyhole.sandbox.quickjs.image import Image

_log = logger(__name__)

_GRACE_S = 2.0
"""How long calls in flight may go on after the program failed: whether a write has happened should be known."""
_MAX_TIMERS = 1000
_NOTHING = b"[]"

Decoded = tuple[str, list[Any]]


class Run:
    """One run, from program to outcome. Made and used on one event loop."""

    def __init__(self, image: Image, program: Program, host: HostCall, limits: Limits, on_log: OnLog | None) -> None:
        self._program = program
        self._host = host
        self._limits = limits
        self._on_log = on_log
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.copy_context()
        self._cell = Cell(image, limits, self._emit)
        self._end: asyncio.Future[Finished | ProgramError] = self._loop.create_future()
        self._began = time.perf_counter()
        self._busy = False
        self._inbox: list[tuple[int, bool, Any]] = []
        self._waiting: deque[tuple[int, str, Any]] = deque()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._logs: list[LogLine] = []
        self._log_room = limits.log_bytes
        self._dropped = [0, 0]
        self._short = False

    async def outcome(self) -> Outcome:
        """Run the program to its end. Cancelling stops it, and its host calls, at once."""
        wall = self._loop.call_later(self._limits.wall_s, self.stop, "wall")
        try:
            start = wire.Start(
                self._program.code.encode(errors="replace"),
                min(self._limits.memory_bytes, 1 << 31),
                self._limits.stack_bytes,
                secrets.token_bytes(32),
            )
            self._submit([start.encode()])
            end = await self._end
            if isinstance(end, ProgramError) and self._tasks and end.kind != "wall":
                await asyncio.wait(self._tasks.values(), timeout=_GRACE_S)
        finally:
            wall.cancel()
            await self._shut()
        logs, ms = self._all_logs(), (time.perf_counter() - self._began) * 1e3
        return Failed(end, logs, ms) if isinstance(end, ProgramError) else Finished(end.value, logs, ms, end.undefined)

    def stop(self, kind: str, detail: str = "") -> None:
        """End the run at the limit `kind`, unless it has ended."""
        self._finish(limit_failure(kind, self._limits, detail))

    def _finish(self, end: Finished | ProgramError) -> None:
        if not self._end.done():
            self._end.set_result(end)
            self._cell.kill()
            self._waiting.clear()

    async def _shut(self) -> None:
        self._cell.kill()
        if not self._busy and not self._cell.over:
            POOL.submit(self._cell.close)
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._waiting.clear()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)

    # To the instance and back: a step at a time, on a thread.

    def _submit(self, messages: list[bytes]) -> None:
        self._busy = True
        POOL.submit(lambda: self._step(messages, []))

    def _answer(self, number: int, ok: bool, value: Any) -> None:  # noqa: FBT001  (as on the wire)
        if self._end.done():
            return
        self._inbox.append((number, ok, value))
        self._feed()

    def _feed(self) -> None:
        if self._inbox and not self._busy and not self._end.done():
            answers, self._inbox = self._inbox, []
            self._busy = True
            POOL.submit(lambda: self._step([], answers))

    def _step(self, messages: list[bytes], answers: list[tuple[int, bool, Any]]) -> None:
        """Run one step, on a pool's thread: what may be large is encoded and decoded here, not on the event loop."""
        try:
            for number, ok, value in answers:
                payload = value if value is _NOTHING else wire.encode_value(value)
                messages.append(wire.Answer(number, ok, payload).encode())
            self._cell.step(messages)
        except Exception:  # noqa: BLE001  (whatever it is, the run must end)
            _log.exception("sandbox step failed")
            self._cell.close()
            self._call(self.stop, "crash")
        self._call(self._rested)

    def _emit(self, messages: list[bytes]) -> None:
        decoded: list[Decoded] = []
        for message in messages:
            try:
                letter, items = wire.decode(message)
                decoded.append((letter, [wire.value_at(items, 0), *items[1:]] if letter == "R" and items else items))
            except wire.Garbled as problem:
                what = {b"R": "result", b"C": "argument of a call"}.get(message[:1], "message")
                decoded.append(("!", [what, str(problem)]))
        self._call(self._arrived, decoded)

    def _call(self, action: Any, *arguments: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(action, *arguments, context=self._context)
        except RuntimeError:  # the event loop is closed: nobody waits for this run any more
            self._cell.kill()

    def _rested(self) -> None:
        self._busy = False
        if self._end.done():
            if not self._cell.over:
                POOL.submit(self._cell.close)
        elif self._cell.over or not (self._inbox or self._tasks or self._timers):
            self.stop("crash", "the instance came to rest without a word")  # the guest says where it waits for nothing
        else:
            self._feed()

    def _arrived(self, messages: list[Decoded]) -> None:
        for letter, items in messages:
            if self._end.done():
                return
            try:
                self._take(letter, items)
            except (IndexError, KeyError, TypeError, ValueError, AttributeError, OverflowError):
                self._garbled(f"{letter}{str(items)[:80]}")

    def _garbled(self, what: str) -> None:
        _log.warning("sandbox guest sent a message that no guest of ours sends", message=what)
        self.stop("crash", "it sent a message that makes no sense")

    def _take(self, letter: str, items: list[Any]) -> None:
        """Act on one message (`wire.py`). Raises one of a few errors where it makes no sense."""
        take: dict[str, Callable[[], None]] = {
            "C": lambda: self._called(items),
            "L": lambda: self._logged(str(items[0]), str(items[1])),
            "T": lambda: self._timer_set(*map(float, items)),
            "t": lambda: self._timer_cleared(int(items[0])),
            "R": lambda: self._finish(Finished(items[0] if items else None, (), 0.0, undefined=not items)),
            "E": lambda: self._reported(items),
            "M": lambda: setattr(self, "_short", True),
            "X": lambda: self._finish(guest_failure("out of memory" if self._short else items[0], self._limits)),
            "K": lambda: self.stop(*items),
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

    # Host calls.

    def _called(self, items: list[Any]) -> None:
        number, name, argument = items[0], items[1], wire.value_at(items, 2)
        if type(number) is not int or not isinstance(name, str) or number in self._tasks:
            raise TypeError
        if len(self._tasks) < self._limits.at_once:
            self._start(number, name, argument)
        else:
            self._waiting.append((number, name, argument))

    def _start(self, number: int, name: str, argument: Any) -> None:
        self._tasks[number] = self._loop.create_task(self._call_host(number, name, argument))

    async def _call_host(self, number: int, name: str, argument: Any) -> None:
        try:
            value = await self._host(name, argument)
        except KeyholeError as error:
            self._answer(number, False, error.fields())  # noqa: FBT003
        except asyncio.CancelledError:
            self.stop("cancelled")
            raise
        except Exception:  # noqa: BLE001  (anything but a KeyholeError is a bug of ours; the program learns nothing of it)
            _log.exception("host call failed", call=name)
            self.stop("crash", "a call to the host failed unexpectedly")
        else:
            self._answer(number, True, value)  # noqa: FBT003
        finally:
            del self._tasks[number]
            if self._waiting and not self._end.done():
                self._start(*self._waiting.popleft())

    def _timer_set(self, number: float, ms: float) -> None:
        if len(self._timers) >= _MAX_TIMERS:
            self.stop("timers")
            return
        key = int(number)
        self._timers[key] = self._loop.call_later(ms / 1000, self._timer_fired, key)

    def _timer_cleared(self, key: int) -> None:
        if timer := self._timers.pop(key, None):
            timer.cancel()

    def _timer_fired(self, key: int) -> None:
        if self._timers.pop(key, None):
            self._answer(key, True, _NOTHING)  # noqa: FBT003

    # The console.

    def _logged(self, level: str, text: str) -> None:
        size = len(text.encode(errors="replace"))
        if size > self._log_room:
            self._dropped[0] += 1
            self._dropped[1] += size
            self._log_room = 0  # what follows is dropped too: a log with holes misleads
            return
        self._log_room -= size
        line = LogLine(level, text)
        self._logs.append(line)
        if self._on_log:
            try:
                self._on_log(line)
            except Exception:  # noqa: BLE001  (who listens must not decide how the run ends)
                _log.exception("log listener failed")

    def _all_logs(self) -> tuple[LogLine, ...]:
        lines, size = self._dropped
        if lines:
            kept = f"{self._limits.log_bytes} bytes are kept"
            text = f"{lines} more lines of console output ({size} bytes) were dropped: {kept}"
            self._logs.append(LogLine("warn", text))
        return tuple(self._logs)
