#!/usr/bin/env python3
"""Starts and finishes runs: one task, one arm, fresh servers.

    run.py setup                    make the environment of the evals (some minutes, once)
    run.py list                     the tasks
    run.py start TASK ARM           start a run; prints its name and the file with the prompt for the agent
    run.py finish RUN ['ANSWER']    check it, write result.json, stop its servers
    run.py stop RUN                 stop it at once; it does not count
    run.py note RUN 'TEXT'          a remark for the report, such as what the agent misunderstood
    run.py prove [TASK ...]         solve each task with the program in solutions/, and try what its check refuses

ARM is keyhole, tools (one MCP tool an operation) or fastmcp (FastMCP's CodeMode).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import call
from places import ARMS, HERE, HOME, KEYHOLE, PYTHON, ROOT, environment, new_run, run_folder

if TYPE_CHECKING:
    from pathlib import Path

_PROMPT = """\
You do one task for a user through the tools of a server. You reach the server only with this command:

  {call} tools                                  lists the tools of the server
  {call} TOOL '{{"name": "value"}}'               calls a tool with arguments as JSON (`-`: JSON from standard input)
  {call} TOOL '{{}}' --stdin NAME <<'EOF'         the same, with the text up to EOF as the argument NAME,
  ... any text, not escaped ...                 for long or multi-line values
  EOF
  {call} more                                   prints the rest, where an answer ends in "more characters"
  {call} answer 'TEXT'                          gives your final answer to the user; do this once, at the end

You know nothing about the server but what its tools and their answers tell you. Use nothing but this command: do not read
files of this machine, do not look at processes, do not write scripts that run elsewhere, do not search the web. Run one
command at a time. Every call of a tool and every token you send and read costs, so do the task with few calls, but do it right.
Everything is real: what you change is changed. Ask nothing back; the task says all that there is to know.

The task, in the user's words:

{say}

Start with `{call} tools`. End with `{call} answer 'TEXT'`: short, only what the user asked for
(if the user asked only for something to be done: one sentence).
"""


def setup() -> None:
    """Make the evals' own environment."""
    if not KEYHOLE.is_file():
        sys.exit("Keyhole is not installed: make install")
    uv = ROOT / ".venv" / "bin" / "uv"
    HOME.mkdir(parents=True, exist_ok=True)
    # FastMCP asks for a certifi newer than some indexes carry; nothing here opens a TLS connection.
    (HOME / "overrides.txt").write_text("certifi\n", "utf-8")
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, PYTHON.parents[1]], check=True)
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", PYTHON, "--override", HOME / "overrides.txt", "-r", HERE / "requirements.txt"],
        check=True,
    )  # fmt: skip
    subprocess.run([PYTHON, "-c", "import servers; servers.prefect_seeded()"], cwd=HERE, env=environment(), check=True)


def start(task: str, arm: str, limit_s: float = 900) -> Path:
    """Start a run in the background; give its folder once it is ready. Raises `RuntimeError` where it is not."""
    if arm not in ARMS:
        raise RuntimeError(f"no arm {arm!r}; there are: {', '.join(ARMS)}")
    if not PYTHON.is_file():
        raise RuntimeError("the environment is not there: python evals/run.py setup")
    folder = new_run()
    with (folder / "keeper.log").open("wb") as log:
        keeper = subprocess.Popen(
            [PYTHON, HERE / "keeper.py", folder, task, arm, str(limit_s)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment(), start_new_session=True,
        )  # fmt: skip
    (folder / "keeper.pid").write_text(str(keeper.pid), "utf-8")
    deadline = time.monotonic() + 180
    while not (folder / "run.json").is_file():
        if keeper.poll() is not None or time.monotonic() > deadline:
            keeper.terminate()
            raise RuntimeError(f"the run did not start:\n{(folder / 'keeper.log').read_text('utf-8')[-1500:]}")
        time.sleep(0.05)
    about = json.loads((folder / "run.json").read_text("utf-8"))
    command = f"{HERE / 'call.py'} {folder.name}"
    (folder / "prompt.txt").write_text(_PROMPT.format(call=command, say=about["say"]), "utf-8")
    return folder


def finish(folder: Path, answer: str | None = None) -> dict[str, Any]:
    """Check a run and stop it; give its result."""
    result = folder / "result.json"
    if not result.is_file():
        call.ask(folder, do="finish", text=answer)
    _gone(folder)
    return json.loads(result.read_text("utf-8"))


def stop(folder: Path) -> None:
    """End a run's keeper, and with it its servers."""
    try:
        os.kill(int((folder / "keeper.pid").read_text("utf-8")), signal.SIGTERM)
    except ProcessLookupError:
        return
    _gone(folder)


def _gone(folder: Path) -> None:
    pid = int((folder / "keeper.pid").read_text("utf-8"))
    for _ in range(300):
        try:
            if os.waitpid(pid, os.WNOHANG)[0]:
                return
        except ChildProcessError:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
        time.sleep(0.05)


def _script(path: Path, *arguments: str) -> int:
    if not PYTHON.is_file():
        sys.exit("the environment is not there: python evals/run.py setup")
    return subprocess.run([PYTHON, path, *arguments], env=environment(), check=False).returncode


def main(arguments: list[str]) -> None:
    """Do one command."""
    match arguments:
        case ["setup"]:
            setup()
        case ["list"]:
            sys.exit(_script(HERE / "tasks" / "__init__.py"))
        case ["note", run, *words]:
            (run_folder(run) / "note.txt").write_text(" ".join(words), "utf-8")
        case ["prove", *tasks]:
            sys.exit(_script(HERE / "prove.py", *tasks))
        case ["start", task, arm]:
            try:
                folder = start(task, arm)
            except RuntimeError as problem:
                sys.exit(str(problem))
            print(f"{folder.name} {folder / 'prompt.txt'}")
        case ["finish", run, *rest]:
            print(json.dumps(finish(run_folder(run), " ".join(rest) if rest else None), indent=1, ensure_ascii=False))
        case ["stop", run]:
            stop(run_folder(run))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
