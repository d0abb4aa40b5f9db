"""The commands, and the one place where an error becomes a message and an exit code.

Exit codes: 0 ok, 1 a bug of ours (or what `lint` found), 2 usage or configuration, 3 the program failed, 4 denied by
policy, 5 waits for approval, 6 the API or its auth failed; 130 and 143 where Ctrl-C or SIGTERM ended it.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING

from cyclopts import App, CycloptsError, UnknownCommandError, UnknownOptionError

from keyhole.cli.screen import OutputError, prepare, say, say_error
from keyhole.errors import KeyholeError, UsageError, nearest
from keyhole.serve.version import version

if TYPE_CHECKING:
    from collections.abc import Sequence

# Commands are named, not imported: each loads what it needs when it runs, so that `keyhole --help` is quick.
COMMANDS = {
    "serve": ("keyhole.cli.serve:serve", "Serve APIs to agents over MCP: stdio, or streamable HTTP with --http."),
    "try": ("keyhole.cli.trial:trial", "Show what an agent gets of any API document; needs no configuration."),
    "demo": ("keyhole.cli.demo:demo", "Run the main job end to end on an API that Keyhole brings along."),
    "search": ("keyhole.cli.search:search", "Find operations, by words or by a program over the catalog."),
    "exec": ("keyhole.cli.execute:execute", "Run one program in the sandbox, against the APIs."),
    "tokens": ("keyhole.cli.tokens:tokens", "Count what an API costs in a model's context, and what Keyhole costs."),
    "doctor": (
        "keyhole.cli.doctor:doctor",
        "Say what confines programs here, or which credentials a document wants.",
    ),
    "lint": ("keyhole.cli.lint:lint", "Say what is wrong with a document, and write the overlay that mends it."),
    "bake": ("keyhole.cli.bake:bake", "Compile and bake ahead of time, for container images and CI."),
}


def app() -> App:
    """Make the command line application."""
    made = App(
        name="keyhole",
        help="Any API for any agent: two tools, under 1,000 tokens, a real sandbox.",
        version=version,
        help_format="plaintext",
        result_action="return_value",
        help_epilogue="Start with: keyhole demo, or: keyhole try openapi.json",
    )
    for name, (path, text) in COMMANDS.items():
        made.command(path, name=name, help=text)
    return made


def main() -> None:
    """Run the command line and exit."""
    prepare()
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = _give_up_output(141)
    except OSError:  # said already, where it was written
        code = _give_up_output(OutputError.exit_code)
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command and give its exit code. What fails is said on standard error."""
    try:
        return app()(arguments, exit_on_error=False, print_error=False) or 0
    except KeyholeError as error:
        say_error(error)
        return error.exit_code
    except CycloptsError as error:
        say_error(_usage(error, arguments))
        return UsageError.exit_code
    except KeyboardInterrupt:
        say("error: interrupted")
        return 130
    except BrokenPipeError:
        return _give_up_output(141)
    except Exception as error:  # noqa: BLE001  (whatever it is, it is ours, and the user gets one line)
        return _bug(error)


def _usage(error: CycloptsError, arguments: Sequence[str]) -> UsageError:
    known = bool(arguments) and arguments[0] in COMMANDS and not isinstance(error, UnknownCommandError)
    text = str(error).strip().rstrip(".")
    hint = f"keyhole {arguments[0]} --help" if known else "keyhole --help"
    if isinstance(error, UnknownCommandError) and arguments:
        near = nearest(arguments[0][:60], list(COMMANDS), limit=1)
        text = f"there is no command {arguments[0][:60]!r}" + (f"; did you mean {near[0]}?" if near else "")
        hint = f"There are {', '.join(COMMANDS)}; keyhole --help says what they do."
    if known and "-" in arguments and isinstance(error, UnknownOptionError):
        text, hint = "a DOC cannot be -", "To read a document from standard input, give /dev/stdin."
    return UsageError(text[:1].lower() + text[1:], hint=hint)


def _bug(error: Exception) -> int:
    # The environment is config.py's to read; but what reports a bug cannot depend on what may have it.
    if os.environ.get("KEYHOLE_DEBUG"):
        traceback.print_exception(error)
    root: BaseException = error
    while root.__cause__:
        root = root.__cause__
    say(f"error: this is a bug of Keyhole: {type(root).__name__}: {root}")
    if not os.environ.get("KEYHOLE_DEBUG"):
        say("hint: run it again with KEYHOLE_DEBUG=1 for the details, and report them")
    return 1


def _give_up_output(code: int) -> int:
    # Whoever read our output has seen enough, or it cannot be written; the interpreter must not fail on it at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code
