#!/usr/bin/env python3
"""What an agent may use: the tools of one run. Standard library only, so that it starts at once.

call.py RUN tools                          what tools/list says
call.py RUN TOOL '{"name": "value"}'       call a tool; the arguments as JSON, also from a file or (-) standard input
call.py RUN TOOL '{}' --stdin NAME         the same, with the text of standard input as the argument NAME
call.py RUN more                           the rest of an answer that was too long to print at once
call.py RUN answer 'TEXT'                  give the final answer
"""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

from places import run_folder

PRINTED = 24_000
"""Characters printed at once: what runs an agent's commands often cuts what is longer. A real client would not."""


def ask(folder: Path, **what: Any) -> dict[str, Any]:
    """Ask the keeper of a run; ends the process where it is gone."""
    about = json.loads((folder / "run.json").read_text("utf-8"))
    try:
        with socket.create_connection(("127.0.0.1", about["port"]), timeout=300) as sock:
            sock.sendall(json.dumps({**what, "secret": about["secret"]}).encode() + b"\n")
            with sock.makefile("rb") as stream:
                return json.loads(stream.readline())
    except (OSError, ValueError):
        sys.exit("this run is over")


def arguments(given: list[str]) -> dict[str, Any]:
    """Read a tool's arguments; raises `ValueError` with what is wrong."""
    named = None
    if "--stdin" in given:
        place = given.index("--stdin")
        if len(given) < place + 2:
            raise ValueError("--stdin wants the name of an argument")
        named, given = given[place + 1], given[:place] + given[place + 2 :]
    text = given[0] if given else "{}"
    if text == "-":
        text = sys.stdin.read()
    elif not text.lstrip().startswith("{") and Path(text).is_file():
        text = Path(text).read_text("utf-8")
    try:
        value = json.loads(text, strict=False)
    except ValueError as problem:
        raise ValueError(f"the arguments are not JSON: {problem}") from None
    if not isinstance(value, dict):
        raise ValueError("the arguments are a JSON object")  # noqa: TRY004  (said to the agent like any other)
    return {**value, named: sys.stdin.read()} if named else value


def show(folder: Path, text: str) -> None:
    """Print a text, or its beginning; the rest is kept for `more`."""
    text = text.encode("utf-8", "replace").decode()
    rest = folder / "rest.txt"
    print(text[:PRINTED])
    if len(text) > PRINTED:
        rest.write_text(text[PRINTED:], "utf-8")
        print(f"\n[… {len(text) - PRINTED:,} more characters: call.py RUN more]")
    else:
        rest.unlink(missing_ok=True)


def main(folder: Path, what: str, given: list[str]) -> int:
    """Do one command."""
    if what == "tools":
        show(folder, ask(folder, do="tools")["text"])
    elif what == "more":
        rest = folder / "rest.txt"
        show(folder, rest.read_text("utf-8") if rest.is_file() else "[nothing more]")
    elif what == "answer":
        text = " ".join(given) if given and given != ["-"] else sys.stdin.read()
        print(ask(folder, do="answer", text=text)["text"])
    else:
        try:
            values = arguments(given)
        except ValueError as problem:
            ask(folder, do="misuse")
            print(f"{problem}\n{__doc__}")
            return 2
        show(folder, ask(folder, do="call", tool=what, arguments=values)["text"])
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    try:
        sys.exit(main(run_folder(sys.argv[1]), sys.argv[2], sys.argv[3:]))
    except BrokenPipeError:  # whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
