"""What the model reads of a run."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from keyhole import tokens
from keyhole.answer.execution import Execution
from keyhole.answer.text import CONSOLE, CONSOLE_TOKENS, MIN_TOKENS, NOTE_TOKENS, render
from keyhole.errors import ProgramError
from keyhole.gateway.decision import CallRecord
from keyhole.gateway.results import Results
from keyhole.sandbox.engine import LogLine
from keyhole.sandbox.program import Program

pytestmark = pytest.mark.usefixtures("exact_counts")

URL = "https://shop.example/api/orders"
READ = CallRecord("shop.orders_list", "GET", URL, "read", "allow", 200, 12.0, sent=True)
WRITE = CallRecord("shop.orders_create", "POST", URL, "write", "allow", 201, 30.0, sent=True)
DENIED = CallRecord("shop.orders_delete", "DELETE", f"{URL}/7", "destructive", "deny", None, 0.1, "denied")
LOST = CallRecord("shop.orders_pay", "POST", f"{URL}/7/pay", "write", "allow", None, 9000.0, "unreachable", sent=True)


def finished(value: object, *calls: CallRecord, logs: tuple[LogLine, ...] = (), undefined: bool = False) -> Execution:
    return Execution("finished", value, None, calls, logs, 1.0, undefined=undefined)


def failed(error: ProgramError, *calls: CallRecord, logs: tuple[LogLine, ...] = ()) -> Execution:
    return Execution("failed", None, error, calls, logs, 1.0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": 1, "b": [True, None]}, '{"a":1,"b":[true,null]}'),
        ("a string\nas it is", "a string\nas it is"),
        ("", ""),
        ([], "[]"),
        (None, "null"),
        (0, "0"),
        (1.5, "1.5"),
        ("\ud800", "\ufffd"),
    ],
)
def test_the_answer_is_the_value_and_nothing_more(value, text):
    assert render(finished(value, READ)) == text


def test_nothing_returned_says_so():
    assert render(finished(None, undefined=True)) == snapshot(
        "The program finished and returned nothing (undefined). To see a value, `return` it."
    )


def test_console_and_writes_stand_under_their_marks():
    logs = (LogLine("log", "three orders"), LogLine("warn", "one is late"))
    assert render(finished({"ok": True}, READ, WRITE, DENIED, LOST, logs=logs)) == snapshot(
        """\
{"ok":true}
--- console ---
three orders
warn: one is late
--- writes ---
write: shop.orders_create POST /api/orders → 201
write: shop.orders_pay POST /api/orders/7/pay → no answer: it may have been carried out\
"""
    )


def test_many_writes_are_counted():
    assert render(finished(1, *[WRITE] * 50, LOST)) == snapshot(
        """\
1
--- writes ---
write: shop.orders_create POST /api/orders → 201 (50 times)
write: shop.orders_pay POST /api/orders/7/pay → no answer: it may have been carried out\
"""
    )


def test_a_write_that_is_alone_is_told_in_full_among_many():
    made = [replace(WRITE, operation=f"shop.op{at}", url=WRITE.url + str(at)) for at in range(6)]
    assert "…" not in render(finished(1, *made))


def test_alike_writes_are_told_by_the_first_where_they_are_many():
    made = [replace(WRITE, url=WRITE.url.replace("/orders", f"/orders/{at}")) for at in range(9)]
    text = render(finished(1, *made[:4]))
    assert text.count("write: shop.orders_create") == 4
    assert render(finished(1, *made)) == snapshot(
        """\
1
--- writes ---
write: shop.orders_create POST /api/orders/0, … → 201 (9 times)\
"""
    )


def test_a_failure_shows_the_line_the_hint_what_was_said_and_the_calls_writes_first():
    source = "const a = 1;\nawait shop.orders_create({ body: {} });\nreturn a;"
    error = ProgramError(
        "ApiError: shop.orders_create: 422", kind="throw", hint="read the message", line=2, column=7,
        cause={"code": "api_error", "status": 422, "body": {"message": "name is missing"}},
    )  # fmt: skip
    assert render(failed(error, READ, WRITE, DENIED, logs=(LogLine("log", "so far"),)), source=source) == snapshot(
        """\
Failed at line 2, column 7: ApiError: shop.orders_create: 422
  await shop.orders_create({ body: {} });
        ^
the API said: {"message":"name is missing"}
hint: read the message
--- console ---
so far
--- calls made before it failed ---
write: shop.orders_create POST /api/orders → 201
shop.orders_list GET /api/orders → 200\
"""
    )


def test_a_syntax_error_shows_its_line_once():
    source = "const a = 1;\nimport x from 'y';"
    with pytest.raises(ProgramError) as caught:
        Program.parse(source)
    assert render(failed(caught.value), source=source) == snapshot(
        """\
The program does not parse at line 2, column 1: A program cannot import.
  import x from 'y';
  ^
hint: There are no modules: every API is a global already, and so are `find`, `describe` and `request`. Delete this line.
Nothing was sent.\
"""
    )


def test_a_value_beyond_the_budget_says_what_is_missing_and_how_to_get_it():
    text = render(finished([{"id": index} for index in range(5000)]), max_tokens=150)
    first, note = text.split("\n")
    assert len(json.loads(first)) > 3
    assert note == snapshot(
        "(shortened: 4,978 array items left out. Return less (map, filter, slice), or give `execute` a larger max_tokens.)"
    )
    assert tokens.count(text) <= 150


def test_a_string_beyond_the_budget_is_cut_with_a_count():
    text = render(finished("hello world " * 5000), max_tokens=200)
    assert text.startswith("hello world hello world ")
    assert text.split("\n")[-1] == (
        snapshot(
            "(shortened: 59,103 of 60,000 characters left out. Return less (map, filter, slice), or give `execute` a larger max_tokens.)"
        )
    )
    assert tokens.count(text) <= 200


@pytest.mark.parametrize(
    ("value", "note"),
    [
        (
            [{"id": index} for index in range(5000)],
            snapshot(
                "(shortened: 4,940 array items left out. All of it is kept for your next program: results.NAME.slice(60))"
            ),
        ),
        (
            {"total": 9, "items": [{"body": "word " * 3000} for _ in range(9)]},
            snapshot(
                "(shortened: 6 array items, 3 long strings left out. All of it is kept for your next program: results.NAME.items.slice(3))"
            ),
        ),
        (
            "word " * 5000,
            snapshot(
                "(shortened: 23,751 of 25,000 characters left out. All of it is kept for your next program: results.NAME.slice(1249))"
            ),
        ),
        (
            {f"key {index}": index for index in range(5000)},
            snapshot("(shortened: 4,960 object keys left out. All of it is kept for your next program: results.NAME)"),
        ),
    ],
)
def test_what_is_cut_is_kept_and_the_note_says_where(value, note):
    shelf = Results().shelf("")
    text = render(Execution("finished", value, None, (), (), 1.0, shelf=shelf), max_tokens=300)
    told = text.split("\n")[-1]
    name = re.search(r"results\.(r[a-z]{14})", told)[1]
    assert told.replace(name, "NAME") == note
    assert shelf.read([name]) == {name: value}
    assert tokens.count(text) <= 300
    assert tokens.count(told) <= NOTE_TOKENS


def test_a_long_line_of_console_has_the_room_there_is():
    said = "one two three four " * 100
    text = render(finished(1, logs=(LogLine("log", "begin"), LogLine("warn", said))))
    assert text.split("\n")[2:] == ["begin", f"warn: {said}"]
    longer = render(finished(1, logs=(LogLine("log", said * 4),))).split("\n")[2]
    assert 1000 < len(longer) < 4000
    assert tokens.count(longer) <= CONSOLE_TOKENS
    assert said * 4 in render(finished(1, logs=(LogLine("log", said * 4),)), max_tokens=6000)


def test_console_keeps_its_beginning_and_its_end():
    logs = tuple(LogLine("log", f"line {index} " + "x " * 20) for index in range(1000))
    text = render(finished(1, logs=(*logs, LogLine("error", "y" * 100_000))))
    lines = text.split("\n")
    assert lines[1] == CONSOLE
    assert lines[2].startswith("line 0 ")
    assert any(line.endswith(" more lines") for line in lines)
    assert lines[-1].startswith("error: yyyy")
    assert lines[-1].endswith("… (99,600 more characters)")
    assert tokens.count("\n".join(lines[2:])) <= CONSOLE_TOKENS


TEXTS = st.text(max_size=80) | st.text(alphabet="\ud800\x00\n漢a ", max_size=400)
RECORDS = st.builds(
    CallRecord, TEXTS, TEXTS, TEXTS, st.sampled_from(["read", "write", "destructive", ""]),
    st.sampled_from([None, "allow", "ask"]), st.none() | st.integers(100, 599), st.just(1.0),
    st.none() | st.sampled_from(["denied", "unreachable"]),
)  # fmt: skip
LOGS = st.lists(st.builds(LogLine, st.sampled_from(["log", "error"]), TEXTS), max_size=40)
JSON = st.recursive(
    st.none() | st.floats() | TEXTS | st.binary(),
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(TEXTS, inner, max_size=12),
)


@settings(max_examples=80, deadline=None)
@given(JSON, st.lists(RECORDS, max_size=30), LOGS, st.integers(-5, 400))
def test_any_run_can_be_read_and_keeps_its_budgets(value, calls, logs, max_tokens):
    text = render(finished(value, *calls, logs=tuple(logs)), max_tokens=max_tokens)
    text.encode()
    alone = render(finished(value), max_tokens=max_tokens)
    assert text.startswith(alone)
    kept = Execution("finished", value, None, (), (), 1.0, shelf=Results().shelf("")).text(max_tokens)
    for one in (alone, kept):
        assert tokens.count(one) <= max(max_tokens, MIN_TOKENS + NOTE_TOKENS)
    if not isinstance(value, str):
        json.loads(alone.split("\n")[0])


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS, st.integers(-3, 9), st.integers(-3, 90), TEXTS, JSON, st.lists(RECORDS, max_size=30))
def test_any_failure_can_be_read(message, hint, line, column, source, body, calls):  # noqa: PLR0917
    error = ProgramError(message, kind="throw", hint=hint, line=line, column=column, cause={"body": body})
    text = render(failed(error, *calls), source=source)
    text.encode()
    assert text.startswith("Failed")
