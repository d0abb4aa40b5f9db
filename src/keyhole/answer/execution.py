"""How a run looks to whoever asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from keyhole.catalog.call import Value
    from keyhole.errors import ProgramError
    from keyhole.gateway.decision import CallRecord
    from keyhole.sandbox.engine import LogLine


@dataclass(frozen=True, slots=True)
class Execution:
    """One run, ended. `value` is what the program returned; `error` is set exactly where the outcome is "failed"."""

    outcome: Literal["finished", "failed", "paused"]
    value: Value
    error: ProgramError | None
    calls: tuple[CallRecord, ...]
    logs: tuple[LogLine, ...]
    ms: float
    undefined: bool = False

    def json(self) -> dict[str, Any]:
        """Give the shape that `keyhole exec --json` prints. Bytes become `{"$bytes": base64}`."""
        raise NotImplementedError
