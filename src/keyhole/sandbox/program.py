"""A program: what the model wrote, and the one async function that an engine runs for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from keyhole.errors import ProgramError
from keyhole.sandbox.brackets import unbalanced
from keyhole.sandbox.fence import fenced, unfence
from keyhole.sandbox.shape import Shape, shape
from keyhole.sandbox.syntax import MAX_BYTES, apply, excerpt, fail, parse, position
from keyhole.sandbox.typescript import Survey, survey

__all__ = ["Program", "excerpt"]

_OPENING = "(async () => {\n"
_PYTHON = re.compile(
    r"^\s*(?:(?:async )?def \w+\(.*|from [\w.]+ import .*|import [\w.]+(?: as \w+)?|elif .*:|except\b.*:"
    r"|with .* as \w+:|if __name__\b.*|(?:if|for|while|else|try)\b[^{(]*:|class \w+(?:\(.*\))?:)[ \t\r]*(?:#.*)?$",
    re.MULTILINE,
)
_ENTITY = re.compile(r"&(?:gt|lt|amp|quot|#39);")


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

    def locate(self, line: int, column: int) -> tuple[int, int] | None:
        """Map a position of `code` (both from 1) to one of `source`; None where the source has no such line."""
        line -= 1
        if not 1 <= line <= self.source.count("\n") + 1:
            return None
        shift = 0
        for at, start, length in self.marks:
            if at == line and start < column:
                shift += min(length, column - start)
        return line, max(column - shift, 1)


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
    problem = unbalanced(text)
    if problem is None:
        return
    index, what = problem
    entity = _ENTITY.search(text)
    hint = "close what is open, and send the whole program again"
    if entity is not None:
        hint = f"the program holds HTML entities such as `{entity[0]}`: send it as plain text"
    raise fail(data, len(text[:index].encode()), f"Syntax error: {what}.", hint)
