"""A program: what the model wrote, and the one async function that an engine runs for it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from keyhole.errors import ProgramError
from keyhole.sandbox.brackets import unbalanced
from keyhole.sandbox.fence import fenced, unfence
from keyhole.sandbox.shape import Shape, shape
from keyhole.sandbox.syntax import MAX_BYTES, apply, excerpt, fail, parse, position
from keyhole.sandbox.typescript import Survey, survey

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Program", "excerpt"]

_EXPRESSION_BYTES = 64 << 10
"""A text that does not parse is tried as one expression only up to this length: recovery from errors is slow."""
_OPENING = "(async () => {\n"
_PYTHON = re.compile(
    r"^[ \t]*(?:(?:async )?def \w+\(.*|from [\w.]+ import .*|import [\w.]+(?: as \w+)?|elif .*:|except\b.*:"
    r"|with .* as \w+:|if __name__\b.*|(?:if|for|while|else|try)\b[^{?\n]*:|class \w+(?:\(.*\))?:)[ \t\r]*(?:#.*)?$",
    re.MULTILINE,
)
_ESCAPED: tuple[tuple[re.Pattern[str], Callable[[str], str], str], ...] = (
    (re.compile(r"&(?:gt|lt|amp|quot|#39);"), html.unescape, "the character itself"),
    (re.compile(r"\\n"), lambda text: text.replace("\\n", "\n").replace('\\"', '"'), "a new line"),
)
"""Ways in which a program arrives escaped once too often, and how it would read without."""


@dataclass(frozen=True, slots=True)
class Program:
    """One program. `source` is the model's text; `code` is one expression: a JavaScript async function of no arguments.

    The code keeps the source's lines (one further down) and columns but for a few insertions, which `locate` undoes.
    """

    source: str
    code: str = field(repr=False)
    marks: tuple[tuple[int, int, int], ...] = field(default=(), repr=False)
    """Insertions: (line, column, length) in the code's own body, before the opening line is put on top."""

    @classmethod
    def parse(cls, text: str) -> Program:
        """Understand what a model wrote: a function body, an expression, a function, a module, a fenced block.

        Types are erased. Raises ProgramError(kind="syntax") with line and column of `text`, and a caret line in the
        message. What the parser here rejects but might be valid is left to the engine's own parser to judge.
        """
        if len(text) > MAX_BYTES or len(text.encode(errors="replace")) > MAX_BYTES:
            message = f"the program is {len(text):,} characters long; at most {MAX_BYTES >> 10} KB are accepted"
            raise ProgramError(message, kind="syntax", hint="send less code; fetch data inside the program instead")
        plain = _plain(text)
        body, marks = _body(plain)
        return cls(source=text, code=f"{_OPENING}{body}\n}})", marks=marks)

    def after(self, statement: str) -> Program:
        """Give the program with one line of ours before it, outside of the scope of its names; positions stay."""
        return replace(self, code=f"(async () => {{ {statement}; return ({self.code})(); }})")

    def locate(self, line: int, column: int) -> tuple[int, int] | None:
        """Map a position of `code` to one of `source`, or give None where it is not the model's own text.

        Both count from 1; `column` counts UTF-8 bytes, as QuickJS does, and the answer's counts characters. The line
        that closes the function stands for the end of the program: there a missing piece is noticed.
        """
        code, source = self.code.split("\n"), self.source.split("\n")
        if not 2 <= line <= len(source) + 2 or line > len(code) or column < 1:
            return None
        if line == len(source) + 2:
            last = max((at for at, text in enumerate(source, 1) if text.strip()), default=1)
            return last, len(source[last - 1].rstrip()) + 1
        column = len(code[line - 1].encode(errors="replace")[: column - 1].decode(errors="ignore")) + 1
        shift = 0
        for at, start, length in self.marks:
            if at == line - 1 and start < column:
                shift += min(length, column - start)
        return line - 1, max(column - shift, 1)


def _plain(text: str) -> str:
    """Drop what is no code, position for position: byte order mark, `#!` line, raw lone surrogates, NUL."""
    if text.startswith("\ufeff"):
        text = " " + text[1:]
    if text.startswith("#!"):
        end = text.find("\n")
        end = len(text) if end < 0 else end
        text = " " * end + text[end:]
    return re.sub("[\ud800-\udfff\x00]", "\ufffd", text)


def _body(text: str) -> tuple[str, tuple[tuple[int, int, int], ...]]:
    """Give the body of the function, and its insertions."""
    was_fenced = fenced(text)
    if was_fenced:
        text = unfence(text) or text
    data = text.encode()
    root = parse(data)
    if root.has_error:
        as_expression = _as_expression(data)
        if as_expression is not None:
            return as_expression
        inner = None if was_fenced else unfence(text)
        if inner is not None:
            return _body(inner)
        _explain(text, data)
    found = survey(data, root)
    return _assemble(data, found, shape(data, root, found))


def _assemble(data: bytes, found: Survey, made: Shape) -> tuple[str, tuple[tuple[int, int, int], ...]]:
    inserted = {edit.end for edit in made.edits if edit.start == edit.end}
    # the semicolon that an erased type leaves where a statement ends must not end up within the brackets put around it
    erased = [
        edit._replace(text=" " + edit.text[1:]) if edit.end in inserted and edit.text[:1] == ";" else edit
        for edit in found.edits
    ]
    body, marks = apply(data, [*made.edits, *erased])
    return body + made.ending, marks


def _as_expression(data: bytes) -> tuple[str, tuple[tuple[int, int, int], ...]] | None:
    """Read the whole text as one expression (`{ "a": 1 }`), or give None where it isn't."""
    if len(data) > _EXPRESSION_BYTES:
        return None
    stripped = data.rstrip(b"; \t\r\n")
    start = len(stripped) - len(stripped.lstrip())
    wrapped = stripped[:start] + b"(" + stripped[start:] + b"\n)"
    root = parse(wrapped)
    if root.has_error or len([child for child in root.named_children if child.type != "comment"]) != 1:
        return None
    found = survey(wrapped, root)
    body, marks = _assemble(wrapped, found, shape(wrapped, root, found))
    # the bracket that was put into the data is an insertion too
    line, column = position(wrapped, start)
    inserted = 1 + sum(length for *at, length in marks if at == [line, column])
    return body, ((line, column, inserted), *(mark for mark in marks if mark[:2] != (line, column)))


def _explain(text: str, data: bytes) -> None:
    """Raise the best error for a text that does not parse, or return: then the engine's parser judges it."""
    python = _PYTHON.search(text)
    if python is not None:
        offset = len(text[: python.start() + len(python[0]) - len(python[0].lstrip())].encode())
        raise fail(
            data, offset, "This looks like Python; a program is JavaScript.", "write it in JavaScript, with await"
        )
    for escaped, plainly, what in _ESCAPED:
        found = escaped.search(text)
        if found is not None and not parse(plainly(text).encode()).has_error:
            message = f"The program is escaped: it holds `{found[0]}` where {what} is meant."
            raise fail(data, len(text[: found.start()].encode()), message, "send it as plain text, unescaped")
    problem = unbalanced(text)
    if problem is not None:
        index, what = problem
        hint = "close what is open, and send the whole program again"
        raise fail(data, len(text[:index].encode()), f"Syntax error: {what}.", hint)
