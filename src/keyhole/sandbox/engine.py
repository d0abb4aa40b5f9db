"""The contract of every engine: it runs a program within limits, and never raises for what the program did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from keyhole.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyhole.errors import KeyholeError, ProgramError
    from keyhole.sandbox.program import Program


@dataclass(frozen=True, slots=True)
class Pending:
    """What a host call gives where the answer comes later, from elsewhere: the run is paused until then.

    `note` is for whoever reads the outcome; the program never sees it.
    """

    note: Value = None


HostCall = Callable[[str, Value], Awaitable[Value | Pending]]
"""All that a sandbox is given: `host(name, argument)`. A `KeyholeError` it raises is thrown in the program."""

OnLog = Callable[["LogLine"], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. Times in seconds, sizes in bytes."""

    wall_s: float = 120.0
    """It stands still while the run is paused."""
    cpu_s: float = 5.0
    memory_bytes: int = 64 << 20
    """On top of the image."""
    stack_bytes: int = 512 << 10
    calls: int = 1000
    at_once: int = 16
    """Host calls in flight together; more wait their turn."""
    bytes_out: int = 32 << 20
    """Everything the program hands to the host: arguments, console, the returned value."""
    log_bytes: int = 64 << 10
    """Console output that is kept; the rest is counted and dropped."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of console output; level is debug, log, info, warn or error; "note" is what Keyhole itself remarks."""

    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The program returned `value` (undefined is None, and `undefined` is then True)."""

    value: Value
    logs: tuple[LogLine, ...]
    ms: float
    undefined: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """The program failed or was stopped."""

    error: ProgramError
    logs: tuple[LogLine, ...]
    ms: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """One call that a paused run waits for; `note` is what its `Pending` said."""

    id: int
    name: str
    argument: Value
    note: Value


@dataclass(frozen=True, slots=True)
class Paused:
    """Every call in flight has ended, and the program waits for those that were `Pending`.

    `state` is the whole run, sealed: `Engine.resume` goes on from it, in any process that has the same image and key.
    """

    state: bytes
    waiting: tuple[Waiting, ...]
    logs: tuple[LogLine, ...]
    ms: float


Outcome = Finished | Failed | Paused
"""How a run ended, or that it waits. `logs` and `ms` are those of the whole run, pauses not counted."""


@dataclass(frozen=True, slots=True)
class ImageSource:
    """What is loaded into an image before it is sealed: JSON texts as globals, then one trusted script.

    `data` holds (global name, JSON text) in order. The script runs once, at bake time, with `host(name, argument)`
    (a Promise) in scope and may define globals from the data.
    """

    script: str
    data: tuple[tuple[str, bytes], ...] = ()


class Engine(Protocol):
    """Runs programs. Made from an `ImageSource`; a new document means a new engine or image."""

    async def run(
        self, program: Program, host: HostCall, limits: Limits = ..., *, on_log: OnLog | None = None
    ) -> Outcome:
        """Run `program` in a fresh instance. Cancelling the task stops the program at once."""
        ...

    async def resume(
        self, state: bytes, answers: Mapping[int, Value | KeyholeError], host: HostCall, *, on_log: OnLog | None = None
    ) -> Outcome:
        """Go on with a paused run, under what is left of its limits.

        `answers` holds, by the id of the waiting call, what it gives or the error it throws; calls that are not in it
        go on waiting. A state can be resumed more than once: to use one once only is the store's part.
        Raises `PauseError` where the state is not whole, not sealed with this key, or of another image.
        """
        ...

    async def aclose(self) -> None:
        """Stop every run and free everything. Idempotent."""
        ...
