"""Finds the program in a Markdown answer: the one fenced block, with prose around it or not."""

from __future__ import annotations

import re

from keyhole.errors import ProgramError

_FENCE = re.compile(r"^[ \t]*(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>[^\n`]*)$", re.MULTILINE)
_BACKQUOTES = re.compile(r"^[ \t]*```[^\n`]*$", re.MULTILINE)
_ONE_LINE = re.compile(r"\s*(`{3,8})(?:(?:tsx?|jsx?|typescript|javascript|mjs)\s+)?(?P<code>[^\n]*?)\1\s*")
_NOT_NEWLINE = re.compile(r"[^\r\n]")
_JAVASCRIPT = frozenset(
    ("", "js", "jsx", "mjs", "cjs", "javascript", "ts", "tsx", "mts", "typescript", "node", "deno", "ecmascript")
)


def fenced(text: str) -> bool:
    """Say whether there is a code fence: three backquotes at the start of a line parse, but are no JavaScript."""
    return text.lstrip().startswith(("```", "~~~")) or _BACKQUOTES.search(text) is not None


def unfence(text: str) -> str | None:
    """Give the text with everything but the fenced program blanked (lines and columns stay), or None without a fence.

    Raises ProgramError where there are several blocks or the block is of another language.
    """
    single = _ONE_LINE.fullmatch(text)
    if single is not None:
        start, end = single.span("code")
        return _only(text, start, end)
    blocks = _blocks(text)
    if not blocks:
        return None
    wanted = [block for block in blocks if block[0] in _JAVASCRIPT]
    named = [block for block in wanted if block[0]]
    wanted = named or wanted
    if not wanted:
        language, start, _end = blocks[0]
        line = text.count("\n", 0, start) + 1
        message = f"The fenced block says `{language}`, but a program is JavaScript (or TypeScript)."
        raise ProgramError(message, kind="syntax", hint="write the program in JavaScript", line=line, column=1)
    if len(wanted) > 1:
        line = text.count("\n", 0, wanted[1][1]) + 1
        message = f"There are {len(wanted)} code blocks, and it is not clear which one is the program."
        raise ProgramError(message, kind="syntax", hint="send one program, without prose", line=line, column=1)
    return _only(text, wanted[0][1], wanted[0][2])


def _blocks(text: str) -> list[tuple[str, int, int]]:
    """Give (language, start, end) of every block; one that is never closed ends with the text."""
    found: list[tuple[str, int, int]] = []
    opened: re.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if opened is None:
            opened = fence
        elif fence["mark"].startswith(opened["mark"]) and not fence["info"].strip():
            found.append((_language(opened), opened.end(), fence.start()))
            opened = None
    if opened is not None:
        found.append((_language(opened), opened.end(), len(text)))
    return found


def _language(fence: re.Match[str]) -> str:
    words = re.split(r"[\s{,:]", fence["info"].strip().lower(), maxsplit=1)
    return words[0]


def _only(text: str, start: int, end: int) -> str:
    before, after = _NOT_NEWLINE.sub(" ", text[:start]), _NOT_NEWLINE.sub(" ", text[end:])
    return before + text[start:end] + after
