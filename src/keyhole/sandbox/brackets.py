"""Finds the bracket, string, template or comment that a program that does not parse forgot to close."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
      (?P<space>\s+|//[^\n]*)
    | (?P<comment>/\*(?:[^*]|\*(?!/))*(?P<comment_end>\*/)?)
    | (?P<string>"(?:[^"\\\r\n]|\\[\s\S])*(?P<double>")?|'(?:[^'\\\r\n]|\\[\s\S])*(?P<single>')?)
    | (?P<word>[\w$\#@]+)
    | (?P<other>[\s\S])
    """,
    re.VERBOSE,
)
_TEMPLATE = re.compile(r"(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?P<end>`|\$\{)?")
_REGEX = re.compile(r"/(?![*/])(?:[^\\/\[\r\n]|\\.|\[(?:[^\]\\\r\n]|\\.){0,200}\]){1,500}/\w*")
_BEFORE_REGEX = frozenset("(,=:[!&|?{};+-*%~^<>") | {
    "", "return", "typeof", "case", "in", "of", "await", "throw", "void", "delete", "else", "do", "yield"
}  # fmt: skip
MAX_CHARS = 64 << 10
_PAIRS = {")": "(", "]": "[", "}": "{"}
_CLOSERS = {"(": ")", "[": "]", "{": "}", "${": "}"}


def unbalanced(text: str) -> tuple[int, str] | None:
    """Give the index of the culprit and what is wrong with it, or None where everything that opens closes.

    Texts beyond `MAX_CHARS` are not looked at.
    """
    if len(text) > MAX_CHARS:
        return None
    return _Scan(text).run()


class _Scan:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.before = ""
        self.open: list[tuple[str, int]] = []

    def run(self) -> tuple[int, str] | None:
        while self.at < len(self.text):
            problem = self.step()
            if problem is not None:
                return problem
        if self.open:
            opener, index = self.open[-1]
            return index, f"`{opener}` is never closed: `{_CLOSERS[opener]}` is missing"
        return None

    def step(self) -> tuple[int, str] | None:
        start = self.at
        regex = _REGEX.match(self.text, start) if self.before in _BEFORE_REGEX else None
        token = _TOKEN.match(self.text, start)
        assert token is not None
        if regex is not None:
            self.at, self.before = regex.end(), "/"
            return None
        self.at = token.end()
        if token["comment"] is not None:
            return None if token["comment_end"] else (start, "this comment is never closed: `*/` is missing")
        if token["string"] is not None:
            self.before = '"'
            closed = token["double"] or token["single"]
            return None if closed else (start, "this string is never closed on its line")
        if token["word"] is not None:
            self.before = token["word"]
        elif token["other"] is not None:
            return self.bracket(token["other"], start)
        return None

    def bracket(self, char: str, start: int) -> tuple[int, str] | None:
        self.before = char
        if char in "([{":
            self.open.append((char, start))
        elif char == "`":
            return self.template(start)
        elif char in _PAIRS:
            if not self.open:
                return start, f"`{char}` closes nothing: there is no `{_PAIRS[char]}` for it"
            opener, index = self.open.pop()
            if _CLOSERS[opener] != char:
                self.open.append((opener, index))
                line = self.text.count("\n", 0, index) + 1
                return start, f"`{char}` stands where `{_CLOSERS[opener]}` is wanted for the `{opener}` of line {line}"
            if opener == "${":
                return self.template(start)
        return None

    def template(self, start: int) -> tuple[int, str] | None:
        """Go on after a backquote, or after the brace that ends a `${…}`."""
        match = _TEMPLATE.match(self.text, self.at)
        assert match is not None
        self.at = match.end()
        if match["end"] is None:
            return start, "this template string is never closed: a backquote is missing"
        if match["end"] == "${":
            self.open.append(("${", self.at - 2))
            self.before = "{"
        else:
            self.before = "`"
        return None
