"""What preflight has found in a program, and the one error that says all of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyhole.errors import ProgramError
from keyhole.sandbox.program import excerpt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyhole.errors import CallError

_TOLD = 6
_HINTS = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that cannot work: where (line and column from 1, of the model's text), what, and what to do."""

    line: int
    column: int
    message: str
    hint: str = ""
    refused: CallError | None = field(default=None, compare=False)
    """What the gateway would refuse the call with."""


def error(findings: Sequence[Finding], source: str) -> ProgramError:
    """Make the error of a program that was not run: every finding with its place and a caret."""
    first = findings[0]
    parts = ["nothing has been sent yet."]
    for finding in findings[:_TOLD]:
        place = f"line {finding.line}, column {finding.column}: " if len(findings) > 1 else ""
        parts += [f"{place}{finding.message}", excerpt(source, finding.line, finding.column)]
    if len(findings) > _TOLD:
        parts.append("… and more.")
    hints = list(dict.fromkeys(finding.hint for finding in findings if finding.hint))
    return ProgramError(
        "\n".join(part for part in parts if part),
        kind="preflight",
        hint="\nhint: ".join(hints[:_HINTS]),
        line=first.line,
        column=first.column,
        cause=first.refused.fields() if first.refused else None,
    )
