"""A program's text as its parser sees it: one parser a thread, positions, edits that keep lines and columns."""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

import tree_sitter_typescript
from tree_sitter import Language, Parser

from keyhole.errors import ProgramError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

MAX_BYTES = 512 << 10
"""The largest program: a model writes a few kilobytes; parsing this much takes well under a second."""
PARSE_S = 1.0
EXCERPT_WIDTH = 100

_LANGUAGE = Language(tree_sitter_typescript.language_typescript())
_local = threading.local()
_NOT_NEWLINE = re.compile(r"[^\r\n\u2028\u2029]")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Edit(NamedTuple):
    """Bytes `start` to `end` become `text`. An insertion has start == end, and no newline in it."""

    start: int
    end: int
    text: str


def parse(data: bytes) -> Node:
    """Parse TypeScript (a superset of JavaScript) and give the root. Raises ProgramError where that takes too long."""
    parser: Parser | None = getattr(_local, "parser", None)
    if parser is None:
        parser = _local.parser = Parser(_LANGUAGE)
    deadline = time.monotonic() + PARSE_S
    try:
        # only a reader function is interrupted by the progress callback; a bytes argument is not
        tree = parser.parse(
            lambda offset, _point: data[offset : offset + 8192],
            progress_callback=lambda _offset, _error: time.monotonic() > deadline,
        )
    except ValueError:
        parser.reset()
        message = "the program is too tangled to be parsed in time"
        raise ProgramError(message, kind="syntax", hint="write a shorter, flatter program") from None
    return tree.root_node


def position(data: bytes, offset: int) -> tuple[int, int]:
    """Give line and column, both from 1 and in characters, of a byte offset."""
    start = data.rfind(b"\n", 0, offset) + 1
    return data.count(b"\n", 0, offset) + 1, len(data[start:offset].decode(errors="replace")) + 1


def excerpt(text: str, line: int, column: int) -> str:
    """Show line `line` of `text` with a caret under `column` (both from 1); "" where there is no such line."""
    lines = text.split("\n", line)
    if not 1 <= line <= len(lines):
        return ""
    shown = lines[line - 1].rstrip("\r")
    at = min(max(column - 1, 0), len(shown))
    begin = max(0, at - EXCERPT_WIDTH * 2 // 3) if len(shown) > EXCERPT_WIDTH else 0
    window = _UNPRINTABLE.sub(" ", shown[begin : begin + EXCERPT_WIDTH])
    if not window.strip():
        return ""
    return f"  {window}\n  {' ' * (at - begin)}^"


def fail(data: bytes, offset: int, message: str, hint: str) -> ProgramError:
    """Make the syntax error at a byte offset: its message ends with the line and a caret."""
    line, column = position(data, offset)
    shown = excerpt(data.decode(errors="replace"), line, column)
    return ProgramError(f"{message}\n{shown}".rstrip(), kind="syntax", hint=hint, line=line, column=column)


def blank(data: bytes, start: int, end: int, *, first: str = "", last: str = "") -> Edit:
    """Blank a stretch, character for character and newlines kept; `first` and `last` stand at its ends."""
    spaces = _NOT_NEWLINE.sub(" ", data[start:end].decode(errors="replace"))
    spaces = first + spaces[len(first) :]
    return Edit(start, end, spaces[: len(spaces) - len(last)] + last)


def apply(data: bytes, edits: Iterable[Edit]) -> tuple[str, tuple[tuple[int, int, int], ...]]:
    """Give the edited text and its insertions as (line, column, length), in the positions of the edited text.

    An edit inside an earlier, larger one is dropped.
    """
    parts: list[str] = []
    marks: list[tuple[int, int, int]] = []
    done = 0
    line, column = 1, 1
    for edit in sorted(edits, key=lambda each: (each.start, each.start != each.end, -each.end)):
        if edit.start < done:
            continue
        kept = data[done : edit.start].decode(errors="replace")
        line, column = _advance(line, column, kept)
        if edit.start == edit.end:
            marks.append((line, column, len(edit.text)))
        line, column = _advance(line, column, edit.text)
        parts += (kept, edit.text)
        done = edit.end
    parts.append(data[done:].decode(errors="replace"))
    return "".join(parts), tuple(marks)


def _advance(line: int, column: int, text: str) -> tuple[int, int]:
    newlines = text.count("\n")
    if newlines:
        return line + newlines, len(text) - text.rfind("\n")
    return line, column + len(text)
