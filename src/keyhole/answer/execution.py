"""How a run looks to whoever asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from keyhole.answer.plain import clean, plain
from keyhole.answer.text import MAX_TOKENS, render

if TYPE_CHECKING:
    from keyhole.errors import ProgramError
    from keyhole.gateway.decision import CallRecord
    from keyhole.sandbox.engine import LogLine
    from keyhole.value import Value


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
    source: str = ""
    """The program as the model wrote it."""

    def text(self, max_tokens: int = MAX_TOKENS) -> str:
        """Give what the model reads of this run, the value within `max_tokens`."""
        return render(self, source=self.source, max_tokens=max_tokens)

    def json(self) -> dict[str, Any]:
        """Give the shape that `keyhole exec --json` prints: any JSON writer takes it.

        Bytes become `{"$bytes": base64}`, lone surrogates U+FFFD; nesting ends at `plain.MAX_DEPTH` levels.
        """
        error = None
        if self.error is not None:
            fields = self.error.fields()
            error = {name: plain(fields.get(name)) for name in ("code", "message", "hint", "line", "column")}
        return {
            "outcome": self.outcome,
            "value": plain(self.value),
            "error": error,
            "calls": [plain(call.json()) for call in self.calls],
            "logs": [{"level": line.level, "text": clean(line.text)} for line in self.logs],
            "ms": round(self.ms, 3),
        }
