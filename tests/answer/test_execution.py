"""The JSON of a run has the shape that `keyhole exec --json` promises, whatever the program returned."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from keyhole.answer.execution import Execution
from keyhole.errors import ProgramError
from keyhole.gateway.decision import CallRecord
from keyhole.sandbox.engine import LogLine

CALL = CallRecord("shop.orders_list", "GET", "https://shop.example/orders", "read", "allow", 200, 12.5)


def test_a_finished_run():
    run = Execution("finished", {"a": b"hi", "b": [1]}, None, (CALL,), (LogLine("log", "hello"),), 3.14159)
    assert run.json() == {
        "outcome": "finished",
        "value": {"a": {"$bytes": "aGk="}, "b": [1]},
        "error": None,
        "calls": [
            {"operation": "shop.orders_list", "method": "GET", "url": "https://shop.example/orders", "effect": "read",
             "decision": "allow", "status": 200, "ms": 12.5},
        ],
        "logs": [{"level": "log", "text": "hello"}],
        "ms": 3.142,
    }  # fmt: skip


def test_a_failed_run_tells_code_message_hint_and_place():
    error = ProgramError("boom", kind="throw", hint="do this", line=3, column=7)
    assert Execution("failed", None, error, (), (), 1.0).json()["error"] == {
        "code": "throw", "message": "boom", "hint": "do this", "line": 3, "column": 7,
    }  # fmt: skip


def test_the_code_of_an_uncaught_call_error_is_the_codes_own():
    error = ProgramError("denied", kind="throw", cause={"code": "denied"})
    assert Execution("failed", None, error, (), (), 1.0).json()["error"]["code"] == "denied"


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.floats() | st.text(alphabet="\ud800\udc00\x00a") | st.binary(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=5) | st.dictionaries(st.text(alphabet="\ud800b", max_size=3), inner, max_size=5)
        ),
    )
)
def test_any_value_can_be_written_as_strict_utf8_json(value):
    made = Execution("finished", value, None, (), (LogLine("log", "\ud800"),), 1.0).json()
    json.loads(json.dumps(made, ensure_ascii=False, allow_nan=False).encode())


def test_endless_nesting_and_endless_numbers_are_cut():
    value: object = 10**6000
    for index in range(5000):
        value = [value] if index % 2 else {"a": value}
    text = json.dumps(Execution("finished", value, None, (), (), 1.0).json(), ensure_ascii=False)
    assert "nested deeper than 100 levels" in text
