"""How a run looks to whoever asked for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from keyhole.answer.plain import clean, plain
from keyhole.answer.text import MAX_TOKENS, render

if TYPE_CHECKING:
    from keyhole.errors import ProgramError
    from keyhole.gateway.decision import CallRecord
    from keyhole.gateway.results import Answers, Shelf
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
    shelf: Shelf | None = field(default=None, repr=False)
    """Where the whole value is kept for later programs of the same caller, if it is."""
    answers: Answers | None = field(default=None, repr=False)
    """What the calls gave, of a run that gave nothing else."""
    _handles: list[str] = field(default_factory=list[str], repr=False, compare=False)

    def handle(self) -> str:
        """Keep the value for a while, and give the expression by which later programs read it: "results.r…".

        Of a run that failed or returned nothing, it is what its calls gave: `[{call: "GET /path", body}]`. "" where
        nothing is kept: there is nothing, nobody to keep it for, or too much. Kept once, when first asked for.
        """
        if not self._handles:
            self._handles.append(self._keep())
        return self._handles[0]

    def _keep(self) -> str:
        if self.shelf is None or self.outcome == "paused":
            return ""
        if self.outcome == "failed" or self.undefined:
            name = self.shelf.keep(self.answers.value()) if self.answers else ""
        else:
            name = self.shelf.keep(self.value)
        return f"results.{name}" if name else ""

    def text(self, max_tokens: int = MAX_TOKENS) -> str:
        """Give what the model reads of this run, the value within `max_tokens`; what is cut is kept (`handle`)."""
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
