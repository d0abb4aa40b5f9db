"""Reads the programs of `programs/`: many in a file, each under a line `//// its name`.

Below that line may stand what is expected: `//// => JSON`, `//// => undefined` or `//// => throws KIND text`;
`//// log LEVEL "text"` for each line of console output; `//// crlf` for Windows newlines; `//// node N` for what node
can run from version N on only.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "programs"
API = (FOLDER / "api.js").read_text()


@dataclass
class Listed:
    """One program; `value` is None and `undefined` set where it returns nothing, `throws` is (kind, text) or None."""

    file: str
    name: str
    text: str = ""
    value: object = None
    undefined: bool = False
    throws: tuple[str, str] | None = None
    logs: list[tuple[str, str]] | None = None
    node: int = 0
    crlf: bool = False
    known: bool = field(default=False, repr=False)


def programs(*names: str) -> list[Listed]:
    """Give the programs of the files, in order."""
    return [listed for name in names for listed in _read(FOLDER / name)]


def _read(path: Path) -> list[Listed]:
    found: list[Listed] = []
    for line in path.read_text().split("\n"):
        if not line.startswith("//// "):
            if found:
                found[-1].text += line + "\n"
            continue
        word, _, rest = line[5:].partition(" ")
        if word not in {"=>", "log", "crlf", "node"} or (word == "node" and not re.fullmatch(r"\d+", rest)):
            found.append(Listed(path.name, line[5:]))
        else:
            _directive(found[-1], word, rest)
    for listed in found:
        listed.text = listed.text.rstrip("\n") + "\n"
        if listed.crlf:
            listed.text = listed.text.replace("\n", "\r\n")
    return found


def _directive(listed: Listed, word: str, rest: str) -> None:
    if word == "crlf":
        listed.crlf = True
    elif word == "node":
        listed.node = int(rest)
    elif word == "log":
        level, _, text = rest.partition(" ")
        listed.logs = [*(listed.logs or []), (level, json.loads(text))]
    else:
        listed.known = True
        if rest == "undefined":
            listed.undefined = True
        elif rest.startswith("throws "):
            _, kind, text = rest.split(" ", 2) if rest.count(" ") > 1 else (*rest.split(" "), "")
            listed.throws = (kind, text)
        else:
            listed.value = json.loads(rest)
