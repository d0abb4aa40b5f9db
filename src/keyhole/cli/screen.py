"""What is printed: results on standard output, to be piped; all else on standard error. Reads well without colour."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyhole.errors import KeyholeError


def show(text: str) -> None:
    """Print a result."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    sys.stdout.flush()


def show_json(document: Any) -> None:
    """Print the one document of `--json`."""
    show(json.dumps(document, ensure_ascii=False, indent=2))


def say(line: str) -> None:
    """Tell the user something that is not the result."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def say_error(error: KeyholeError) -> None:
    """Tell the user what failed, and what to do."""
    line = getattr(error, "line", None)
    column = getattr(error, "column", None)
    place = f" (line {line}, column {column})" if line else ""
    first, *more = error.message.splitlines() or [""]
    say("\n".join([f"error: {first}{place}", *more]))
    if error.hint:
        say(f"hint: {error.hint}")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table: the first column to the left, numbers to the right, a rule below the header."""
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        first, *rest = zip(cells, widths, strict=True)
        return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]).rstrip()

    return "\n".join([line(header), "  ".join("-" * width for width in widths), *(line(row) for row in rows)])
