"""What the model reads of a run: the returned value and nothing more, or what failed and how to go on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from keyhole import tokens
from keyhole.answer.plain import clean
from keyhole.answer.shorten import CHARS_A_TOKEN, MIN_TOKENS, fits, prefix, shorten
from keyhole.gateway.results import path_of
from keyhole.sandbox.program import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyhole.answer.execution import Execution
    from keyhole.errors import ProgramError
    from keyhole.gateway.decision import CallRecord
    from keyhole.sandbox.engine import LogLine

MAX_TOKENS = 1500
CONSOLE_TOKENS = 500
"""The budget of console output, on top of the value's; a third of the value's, where that is more."""
MESSAGE_TOKENS = 600
"""The budget of an error's message and hint."""
BODY_TOKENS = 300
"""The budget of what an API said with its error."""
FEW_WRITES = 4
"""So many are told one by one to the program that made them."""
MAX_CALLS = 20
"""More calls than this are counted by operation."""
MAX_UNTRUE = 6
"""How many ways in which answers are not as their types say are told."""
LINE_CHARS = (10_000, 4000, 2000, 1000, 400)
"""Characters of a line of console output: as many as there is room for."""
NOTE_TOKENS = 50
_REMARK_TOKENS = 60
_MAX_NOTES = 10

_LARGER = ", or give `execute` a larger max_tokens"

CONSOLE = "--- console ---"
WRITES = "--- writes ---"
CALLS = "--- calls made before it failed ---"
_NOT_RUN = {"syntax": "The program does not parse", "preflight": "The program was not run, it would fail"}
NOTHING = "The program finished and returned nothing (undefined). To see a value, `return` it."


def render(execution: Execution, *, source: str = "", max_tokens: int = MAX_TOKENS, larger: str = _LARGER) -> str:
    """Give the text of a run: the value within `max_tokens`, then console output and writes, if any; or the failure.

    `source` is the program as the model wrote it, for the line that failed; `larger` says how to get a larger
    answer. Never raises, whatever the value is.
    """
    if execution.outcome == "finished":
        untrue = _untrue(execution.calls) if _is_nothing(execution.value) else ""
        parts = [
            _value(execution, max_tokens, larger),
            untrue,
            _console(execution.logs, max_tokens),
            _writes(execution.calls),
        ]
    elif execution.error is not None:
        # of a program that was not run, the first line says that nothing was sent
        sent = "" if execution.error.kind == "preflight" and not execution.calls else _calls(execution.calls)
        parts = [
            _failure(execution.error, source),
            _untrue(execution.calls),
            _console(execution.logs, max_tokens),
            sent,
        ]
        parts.append(_kept(execution))
    else:
        console, writes = _console(execution.logs, max_tokens), _writes(execution.calls)
        parts = ["The run is paused: it waits for an approval.", console, writes]
    return clean("\n".join(part for part in (*parts, _remarks(execution.logs)) if part))


def _value(execution: Execution, max_tokens: int, larger: str) -> str:
    if execution.value is None and execution.undefined:
        # a program of writes alone has nothing to return
        read = any(call.effect == "read" and call.sent for call in execution.calls)
        return "\n".join(filter(None, [NOTHING, _kept(execution) if read else ""]))
    budget = max(max_tokens, MIN_TOKENS + NOTE_TOKENS)
    value = execution.value
    if isinstance(value, str):
        if fits(clean(value), budget):
            return clean(value)
        text, missing = prefix(value, budget - NOTE_TOKENS)
        left_out, rest = f"{missing:,} of {len(value):,} characters", f".slice({len(value) - missing})"
    else:
        whole = shorten(value, budget)
        if not whole.left_out:
            return whole.text
        short = shorten(value, budget - NOTE_TOKENS)
        text, left_out, rest = short.text, short.left_out, short.rest
    notes = _notes(left_out, execution.handle(), rest, larger)
    return next((noted for note in notes if fits(noted := f"{text}\n{note}", budget)), text)


def _notes(left_out: str, handle: str, rest: str, larger: str) -> Iterator[str]:
    """Say what is missing and how to come by it, from many words to few."""
    if handle:
        yield f"(shortened: {left_out} left out. All of it is kept for your next program: {handle}{rest})"
        yield f"(shortened: {left_out} left out. All of it is kept for your next program: {handle})"
        yield f"(shortened; all of it is kept for your next program: {handle})"
    yield f"(shortened: {left_out} left out. Return less (map, filter, slice){larger}.)"
    yield "(shortened)"


def _is_nothing(value: Any) -> bool:
    """Say whether a program came to nothing: then it matters that an answer was not what its type says."""
    empty = value is None or value in ("", [], {})
    return empty or (isinstance(value, dict) and all(one is None for one in cast("dict[str, Any]", value).values()))


def _untrue(calls: Sequence[CallRecord]) -> str:
    """Tell how answers differ from their types, on a line; empty where they do not."""
    # The first of each call before the second of any: each call has its gravest first.
    each = [(place, call.operation, what) for call in calls for place, what in enumerate(call.mismatches)]
    told = [(operation, what) for _place, operation, what in sorted(each, key=lambda one: one[0])]
    if not told:
        return ""
    listed = "; ".join(f"{_line(operation, 100)}: {_line(what, 160)}" for operation, what in told[:MAX_UNTRUE])
    more = f"; and {len(told) - MAX_UNTRUE} more" if len(told) > MAX_UNTRUE else ""
    return f"note: the API answered otherwise than its types say: {listed}{more}"


def _kept(execution: Execution) -> str:
    """Say how the next program reads what the calls gave, where any did."""
    handle, answers = execution.handle(), execution.answers
    if not handle or not answers:
        return ""
    but = f" (but for {answers.missed:,} too large)" if answers.missed else ""
    return f"What the calls gave{but} is kept for your next program: {handle} is [{{call, body}}, …]"


def _remarks(logs: Sequence[LogLine]) -> str:
    """Give what Keyhole remarks on the run, a line each."""
    notes = [line.text for line in logs if line.level == "note"][:_MAX_NOTES]
    return "\n".join(f"note: {prefix(text, _REMARK_TOKENS)[0]}" for text in notes)


def _console(logs: Sequence[LogLine], max_tokens: int) -> str:
    """Keep the first and the last lines: the beginning tells what it was about, the end what happened."""
    shown = [line for line in logs if line.level != "note"]
    if not shown:
        return ""
    budget = max(CONSOLE_TOKENS, max_tokens // 3)
    lines: list[str] = []
    for chars in LINE_CHARS:
        lines = [_log_line(line, chars) for line in shown]
        if sum(map(len, lines)) <= budget * CHARS_A_TOKEN and fits("\n".join(lines), budget):
            break
    else:
        head, spent = _take(lines, budget // 3)
        tail, _spent = _take(lines[len(head) :][::-1], budget - 20 - spent)
        missing = len(lines) - len(head) - len(tail)
        lines = [*head, f"… {missing:,} more lines" if missing > 1 else "… 1 more line", *reversed(tail)]
    return "\n".join([CONSOLE, *lines])


def _take(lines: Sequence[str], budget: int) -> tuple[list[str], int]:
    taken: list[str] = []
    spent = 0
    for line in lines:
        cost = tokens.count(line) + 1
        if spent + cost > budget:
            break
        taken.append(line)
        spent += cost
    return taken, spent


def _log_line(line: LogLine, chars: int) -> str:
    text = clean(line.text)
    if len(text) > chars:
        text = f"{text[:chars]}… ({len(text) - chars:,} more characters)"
    return f"{line.level}: {text}" if line.level in ("warn", "error") else text


def _writes(calls: Sequence[CallRecord]) -> str:
    made = [call for call in calls if not _reads(call) and call.sent]
    return "\n".join([WRITES, *_call_lines(made, FEW_WRITES)]) if made else ""


def _calls(calls: Sequence[CallRecord]) -> str:
    sent = [call for call in calls if call.sent]
    if not sent:
        return "Nothing was sent."
    writes = [call for call in sent if not _reads(call)]
    reads = [call for call in sent if _reads(call)]
    return "\n".join([CALLS, *_call_lines(writes), *_call_lines(reads)])


def _reads(call: CallRecord) -> bool:
    """Say whether a call only reads: by its effect, or, for a request that no document describes, by its method."""
    return call.effect == "read" or (_ad_hoc(call) and call.method in ("GET", "HEAD", "OPTIONS"))


def _ad_hoc(call: CallRecord) -> bool:
    return call.operation.endswith(".request")


def _call_lines(calls: Sequence[CallRecord], few: int = MAX_CALLS) -> list[str]:
    """One line a call; where there are more than `few`, one for all of an operation that ended alike, by the first."""
    each = [(_named(call), _line(path_of(call.url), 160), _result(call)) for call in calls]
    lines = Counter(f"{named} {path}{result}" for named, path, result in each)
    if len(lines) > few:
        paths: dict[tuple[str, str], list[str]] = {}
        for named, path, result in each:
            paths.setdefault((named, result), []).append(path)
        told = {key: found[0] + (", …" if len(set(found)) > 1 else "") for key, found in paths.items()}
        lines = Counter(f"{named} {told[named, result]}{result}" for named, _path_of, result in each)
    shown = [line + (f" ({count:,} times)" if count > 1 else "") for line, count in lines.most_common(MAX_CALLS)]
    missing = len(calls) - sum(count for _line, count in lines.most_common(MAX_CALLS))
    return [*shown, f"… {missing:,} more calls"] if missing else shown


def _named(call: CallRecord) -> str:
    effect = "" if _reads(call) else "not in the document: " if _ad_hoc(call) else f"{call.effect or 'call'}: "
    return f"{effect}{_line(call.operation, 100)} {_line(call.method, 10)}".rstrip()


def _result(call: CallRecord) -> str:
    if call.status is not None or call.bytes is not None:
        return f" → {call.outcome}"
    return " → no answer" + ("" if _reads(call) else ": it may have been carried out")


def _line(text: str, limit: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _failure(error: ProgramError, source: str) -> str:
    place = f" at line {error.line}, column {error.column}" if error.line and error.column else ""
    message, missing = prefix(error.message, MESSAGE_TOKENS)
    if missing:
        message += f"… ({missing:,} more characters)"
    what = _NOT_RUN.get(error.kind, "Failed")
    parts = [f"{what}{place}: {message}"]
    if place and source and error.line and error.column:
        shown = excerpt(source, error.line, error.column)
        # a syntax error brings its own
        if shown and shown not in error.message:
            parts.append(shown)
    parts.append(_said(error))
    if error.hint:
        hint, _missing = prefix(error.hint, MESSAGE_TOKENS // 3)
        parts.append(f"hint: {hint}")
    return "\n".join(part for part in parts if part)


def _said(error: ProgramError) -> str:
    """Give what the API answered, where an error status of it ended the program."""
    body: Any = (error.cause or {}).get("body")
    if body in (None, "", {}, []):
        return ""
    if isinstance(body, str):
        text, missing = prefix(body, BODY_TOKENS)
        text += f"… ({missing:,} more characters)" if missing else ""
    else:
        text = shorten(body, BODY_TOKENS).text
    return "" if text in error.message else f"the API said: {text}"
