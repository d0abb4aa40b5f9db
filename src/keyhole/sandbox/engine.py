"""The contract of every engine: it runs a program within limits, and never raises for what the program did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from keyhole.errors import ProgramError
    from keyhole.sandbox.program import Program

Value = Any
"""JSON plus `bytes` (a `Uint8Array` in a program)."""

HostCall = Callable[[str, Value], Awaitable[Value]]
"""All that a sandbox is given: `host(name, argument)`. A `KeyholeError` it raises is thrown in the program."""

OnLog = Callable[["LogLine"], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. Times in seconds, sizes in bytes."""

    wall_s: float = 120.0
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
    """One line of console output; level is debug, log, info, warn or error."""

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


Outcome = Finished | Failed
"""How a run ended. A third, paused, comes with approvals."""


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

    async def aclose(self) -> None:
        """Stop every run and free everything. Idempotent."""
        ...
