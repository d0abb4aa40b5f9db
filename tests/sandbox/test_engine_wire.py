"""Messages: every value comes through, and nothing that a hostile guest could send gets past `Garbled`."""

from __future__ import annotations

import asyncio
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyhole.sandbox.engine import Failed, Limits
from keyhole.sandbox.program import Program
from keyhole.sandbox.quickjs import wire
from keyhole.sandbox.quickjs.run import Run

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_a_value_comes_back(value):
    items = json.loads(wire.encode_value(value))
    assert wire.value_at(items, 0) == value


def test_bytes_cannot_be_forged():
    _, tag = json.loads(wire.encode_value(b"x"))
    again = json.loads(wire.encode_value([{tag: "AAA="}, b"y"]))
    assert wire.value_at(again, 0) == [{tag: "AAA="}, b"y"]


def test_numbers_that_json_lacks_are_null():
    assert wire.encode_value([math.nan, {"a": math.inf}, -math.inf, 1.5]) == b'[[null,{"a":null},null,1.5]]'


def test_what_is_no_value_is_refused():
    with pytest.raises(TypeError, match="object"):
        wire.encode_value(object())


@given(st.binary())
def test_garbage_is_garbled_or_read(message):
    try:
        letter, items = wire.decode(message)
    except wire.Garbled:
        return
    assert letter in "CTtLREKXMS"
    assert isinstance(items, list)


@pytest.mark.parametrize("message", [b"", b"R", b"R{}", b"Z[]", b"R[" * 100000, b"C[\xff]", b"R[NaN]"])
def test_garbled(message):
    with pytest.raises(wire.Garbled):
        wire.decode(message)


def test_inward_messages_come_back():
    left = wire.Left(2**64 - 1, 3, 2**40, 1 << 31, 7)
    for message in (
        wire.Start(left, 5, bytes(range(32)), b"code"),
        wire.Answer(2**32 - 1, ok=False, payload=b"[1]"),
        wire.Restore(left, b"snapshot"),
    ):
        assert wire.decode_inward(message.encode()) == message


@pytest.mark.parametrize(
    ("letter", "items"),
    [
        ("C", []),
        ("C", [1]),
        ("C", ["1", "echo", 2]),
        ("C", [1, None, 2]),
        ("C", [1, [], {}]),
        ("L", [1]),
        ("T", ["x", "y"]),
        ("T", [1e400, 1]),
        ("t", [{}]),
        ("E", []),
        ("E", [1]),
        ("K", ["nonsense"]),
        ("?", []),
    ],
)
async def test_a_message_without_sense_ends_the_run(letter, items):
    async def host(name: str, argument: object) -> object:
        return argument

    run = Run(Program.parse("1"), host, Limits(), None)
    run._act([(letter, items)], rested=False)
    end = await asyncio.wait_for(run._end, 1)
    assert not isinstance(end, Failed)
    assert end.kind == "crash"


@pytest.mark.parametrize(
    "report",
    [
        {},
        {"kind": 5, "name": [], "message": {}, "stack": 7},
        {"kind": "throw", "stack": "<program>:99999999999999:1"},
        {"kind": "unhandled", "others": "x"},
    ],
)
async def test_a_report_of_nonsense_is_still_a_failure(report):
    async def host(name: str, argument: object) -> object:
        return argument

    run = Run(Program.parse("1"), host, Limits(), None)
    run._act([("E", [report])], rested=False)
    assert (await run._end).kind in {"throw", "unhandled"}


async def test_an_id_used_twice_ends_the_run():
    async def host(name: str, argument: object) -> object:
        await asyncio.sleep(10)

    run = Run(Program.parse("1"), host, Limits(), None)
    run._act([("C", [1, "a", None]), ("C", [1, "a", None])], rested=False)
    assert (await run._end).kind == "crash"
    await run._shut()
