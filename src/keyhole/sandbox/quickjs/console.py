"""The console of one run: what is kept, and how much was not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyhole.log import logger
from keyhole.sandbox.engine import LogLine

if TYPE_CHECKING:
    from keyhole.sandbox.engine import OnLog

_log = logger(__name__)

_LEVELS = ("debug", "log", "info", "warn", "error", "note")
_LINE = 16
"""What a line takes of the room beside its text."""


def most_lines(log_bytes: int) -> int:
    """Say after how many lines there is no room for any more, be they empty; the instance need not send them."""
    return min(log_bytes // _LINE + 1, 0xFFFFFFFF)


class Console:
    """Keeps lines up to `log_bytes` of UTF-8, and tells `on_log` of each."""

    def __init__(self, log_bytes: int, on_log: OnLog | None) -> None:
        self._limit = self._room = log_bytes
        self._on_log = on_log
        self._lines: list[LogLine] = []
        self._dropped = self._dropped_bytes = 0

    def add(self, level: str, text: str) -> None:
        """Keep a line, or count it where there is no room. Raises ValueError for a level that is none."""
        if level not in _LEVELS:
            raise ValueError(level)
        size = len(text.encode(errors="replace"))
        if size + _LINE > self._room:
            self.drop(1, size)
            return
        self._room -= size + _LINE
        line = LogLine(level, text)
        self._lines.append(line)
        if self._on_log:
            try:
                self._on_log(line)
            except Exception:  # noqa: BLE001  (who listens must not decide how the run ends)
                _log.exception("log listener failed")

    def drop(self, lines: int, size: int) -> None:
        """Count lines that are not kept, and keep none that follow: a log with holes misleads."""
        self._dropped += lines
        self._dropped_bytes += size
        self._room = 0

    def lines(self) -> tuple[LogLine, ...]:
        """Give what is kept, with a last line that says what is not."""
        if not self._dropped:
            return tuple(self._lines)
        kept = f"{self._limit} bytes are kept"
        text = f"{self._dropped} more lines of console output ({self._dropped_bytes} bytes) were dropped: {kept}"
        return (*self._lines, LogLine("warn", text))

    def save(self) -> list[Any]:
        """Give all of it as JSON."""
        return [[[line.level, line.text] for line in self._lines], self._room, self._dropped, self._dropped_bytes]

    def load(self, saved: list[Any]) -> None:
        """Take over what `save` gave; nobody is told again."""
        lines, self._room, self._dropped, self._dropped_bytes = saved
        self._lines = [LogLine(level, text) for level, text in lines]
