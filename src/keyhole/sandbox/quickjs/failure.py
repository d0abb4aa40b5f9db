"""How a run's end becomes a `ProgramError`: what failed, which limit with its value, what to do."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from keyhole.errors import ProgramError

if TYPE_CHECKING:
    from keyhole.sandbox.engine import Limits
    from keyhole.sandbox.program import Program

_PLACE = re.compile(r"<program>:(\d+):(\d+)")
_MAX_TEXT = 4000
_MAX_PLACES = 20
_SAID = ("throw", "unhandled", "unsettled", "result", "syntax")
"""What a guest may say of its program; a limit is ours to tell."""


_LIMITS = {
    "cpu": (
        "the program used more than its {limits.cpu_s:g} s of CPU time",
        "look for a loop that does not end; filter and aggregate less data, or split the work into several programs",
    ),
    "wall": (
        "the program took longer than {limits.wall_s:g} s{waited}",
        "run calls side by side with Promise.all, ask for fewer pages, or split the work into several programs",
    ),
    "memory": (
        "the program used more than its {memory} of memory",
        "keep only the fields you need of each answer, page by page, instead of collecting whole answers",
    ),
    "string": ("the program made a string longer than 1 GB", "look for a string that grows in a loop"),
    "stack": (
        "the program recursed too deep: its stack holds {stack}",
        "give the recursion an end, or write it as a loop with a list",
    ),
    "calls": (
        "the program made more than {limits.calls} calls to the host (find and describe count too)",
        "ask for larger pages or filter in the API, or split the work into several programs",
    ),
    "timers": ("the program has more than 1000 timers waiting", "await each delay before the next"),
    "bytes": (
        "the program handed out more than {bytes} (arguments, console, timers and result together)",
        "return and log only what is needed: counts, ids, the fields asked for",
    ),
    "cancelled": ("the run was cancelled", ""),
    "lost": (
        "the run was lost with its instance: {detail}",
        "another worker is in its place: see which calls had happened, then run what is left",
    ),
    "crash": (
        "the sandbox lost the run: {detail}",
        "this is a bug of Keyhole, not of the program: please report it; running the program again may work",
    ),
}
_KINDS = {"timers": "calls", "string": "memory", "lost": "crash"}


def limit_failure(kind: str, limits: Limits, detail: str = "") -> ProgramError:
    """Give the failure of a run stopped at the limit `kind`, or (crash, cancelled) for another reason.

    `detail` is that reason; of a wall limit, what the program waited for.
    """
    message, hint = _LIMITS[kind]
    parts = {
        "memory": _size(limits.memory_bytes),
        "stack": _size(limits.stack_bytes),
        "bytes": _size(limits.bytes_out),
        "waited": f", and waited for {detail}" if detail else "",
        "detail": detail or "no reason is known",
    }
    return ProgramError(message.format(limits=limits, **parts), kind=_KINDS.get(kind, kind), hint=hint)


def _size(count: int) -> str:
    for unit, size in (("MB", 1 << 20), ("KB", 1 << 10)):
        if count >= size and count * 10 % size == 0:
            return f"{count / size:g} {unit}"
    return f"{count} bytes"


def guest_failure(text: str, limits: Limits) -> ProgramError:
    """Give the failure behind an `X` message: the guest was too short of something to report properly."""
    if "out of memory" in text:
        return limit_failure("memory", limits)
    if "call stack" in text:
        return limit_failure("stack", limits)
    return limit_failure("crash", limits, text[:200])


def reported_failure(report: dict[str, Any], cause: Any, program: Program, limits: Limits) -> ProgramError:
    """Give the failure behind an `E` message. `report` comes from hostile code: any field may be anything."""
    kind, name, message = (_text(report.get(key)) for key in ("kind", "name", "message"))
    stack = report.get("stack")
    if kind not in _SAID:
        kind = "throw"
    if report.get("short") and report.get("thrown") == "null":  # all that is left where even an error finds no room
        return limit_failure("memory", limits)
    if name == "InternalError" and message == "string too long":
        return placed(limit_failure("string", limits), stack, program)
    if name in {"InternalError", "RangeError", "SyntaxError"} and not cause:
        if message == "out of memory":
            return placed(limit_failure("memory", limits), stack, program)
        if message.startswith("Maximum call stack size"):
            return placed(limit_failure("stack", limits), stack, program)
    if kind == "unsettled":
        return ProgramError(
            "the program waits for something that never comes: no call is in flight and no timer is set",
            kind=kind,
            hint="every promise it awaits must be settled by a call, a timer or the program itself",
        )
    fields = cast("dict[str, Any]", cause) if isinstance(cause, dict) else {}
    return placed(
        ProgramError(
            "\n".join(filter(None, (_message(kind, report, name, message), _text(report.get("behind"))))),
            kind=kind,
            hint=_text(fields.get("hint")) or _text(report.get("hint")) or _hint(kind, report),
            cause=fields or None,
        ),
        stack,
        program,
    )


def _message(kind: str, report: dict[str, Any], name: str, message: str) -> str:
    if kind == "result":
        return f"the result cannot be returned: {message}" if not message.startswith("the program") else message
    thrown = report.get("thrown")
    named = f"{name}: {message}" if message else name or "an error that says nothing"
    what = f"the program threw {_text(thrown)}" if thrown is not None else named
    if kind == "unhandled":
        others = report.get("others")
        if report.get("callback"):
            return f"the function of a timer or microtask threw: {what}"
        more = f" (and {others - 1} more)" if isinstance(others, int) and others > 1 else ""
        return f"a promise that nobody awaited was rejected{more}: {what}"
    return what


def _hint(kind: str, report: dict[str, Any]) -> str:
    if report.get("callback"):
        return "catch it in that function, or await a promise instead"
    if kind == "unhandled":
        return "await every call, with try/catch or Promise.allSettled where it may fail"
    if kind == "result":
        return "return plain data: objects, arrays, strings, numbers, booleans, null"
    if kind == "syntax":
        return "write the program as the body of an async function, in JavaScript or TypeScript"
    if "thrown" in report:
        return "throw an Error with a message, so that the place and the reason are known"
    return ""


def placed(error: ProgramError, stack: Any, program: Program) -> ProgramError:
    """Give `error` the first place of `stack`, whatever that is, that is in the model's own text."""
    for match in islice(_PLACE.finditer(_text(stack, limit=20_000)), _MAX_PLACES):
        place = program.locate(int(match[1][:9]), int(match[2][:9]))
        if place is not None:
            error.line, error.column = place
            break
    return error


def _text(value: Any, *, limit: int = _MAX_TEXT) -> str:
    if not isinstance(value, str):
        return "" if value is None else str(value)[:limit]
    return value if len(value) <= limit else f"{value[:limit]}… {len(value) - limit} more characters"
