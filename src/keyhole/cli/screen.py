"""What is printed: results on standard output, to be piped; all else on standard error. Reads well without colour."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any

from keyhole.errors import KeyholeError

if TYPE_CHECKING:
    from collections.abc import Sequence


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class OutputError(KeyholeError):
    """Standard output cannot be written: a full disk, a broken device."""

    code = "output"
    exit_code = 2


def prepare() -> None:
    """Make the standard streams safe to use: one that the parent closed is a null device, and any text can be printed.

    A closed descriptor has to be taken: the next file opened would become standard output.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))
    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        reconfigure(errors="replace")  # a locale without a character is no reason to print nothing


def printable(text: str) -> str:
    """Show control characters instead of obeying them: documents and answers are other people's text."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def show(text: str) -> None:
    """Print a result, as it is into a pipe, printable on a terminal.

    Raises `OutputError` where it cannot be written, `BrokenPipeError` where nobody reads on.
    """
    text = printable(text) if sys.stdout.isatty() else text
    try:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write the output: {error.strerror or error}") from None


def show_json(document: Any) -> None:
    """Print the one document of `--json`: in UTF-8, or, where standard output is in another encoding, in ASCII."""
    unicode = (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"
    show(json.dumps(document, ensure_ascii=not unicode, indent=2))


def say(line: str) -> None:
    """Tell the user something that is not the result."""
    sys.stderr.write(f"{printable(line)}\n")
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
