"""Results are bounded in number, bytes and time, and belong to who they were made for."""

from __future__ import annotations

import random
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyhole.catalog.operation import Effect, Operation
from keyhole.errors import InvalidArguments
from keyhole.gateway.results import (
    MAX_BYTES,
    MAX_BYTES_OF_CALLER,
    MAX_KEPT,
    MAX_NAMED,
    MAX_OF_CALLER,
    MAX_VALUE,
    Answers,
    Results,
    handles,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.text(alphabet="\ud800\x00é", max_size=9) | st.binary(),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(), inner, max_size=8),
)
NOISE = random.Random(1)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@settings(max_examples=80, deadline=None)
@given(VALUES)
def test_what_is_kept_comes_back_as_it_was(value):
    shelf = Results().shelf("ann")
    name = shelf.keep(value)
    assert shelf.read([name]) == {name: value}


def test_another_caller_reads_nothing():
    results = Results()
    name = results.shelf("ann").keep([1])
    for stranger in ("", "bob", "ann\n", "Ann"):
        assert results.shelf(stranger).named(f"results.{name}") == ()
        assert results.shelf(stranger).read([name]) == {}
    assert results.shelf("ann").named(f"const x = results.{name}[0]") == (name,)


def test_a_name_is_found_however_it_is_written():
    shelf = Results().shelf("")
    name = shelf.keep(1)
    for text in (f"results.{name}", f"results['{name}']", f"const {{ {name}: rows }} = results", f"results?.{name}.x"):
        assert shelf.named(text) == (name,)
    for text in (f"results.{name}x", f"a{name}", name[:-1], "results.rabcdefghijklmn", ""):
        assert shelf.named(text) == ()


def test_names_are_chance():
    shelf = Results(keep_s=60).shelf("")
    names = {shelf.keep(0) for _ in range(2000)}
    assert len(names) == 2000
    assert len({letter for name in names for letter in name[1:]}) == 26


def test_time_ends_it():
    clock = Clock()
    results = Results(60, clock=clock)
    first = results.keep("", 1)
    clock.now += 59
    second = results.keep("", 2)
    assert set(results.read("", [first, second])) == {first, second}
    clock.now += 1
    assert results.read("", [first, second]) == {second: 2}
    assert Results(0).keep("", 1) == ""


def test_number_and_bytes_of_a_caller_are_bounded_and_do_not_touch_another():
    results = Results()
    other = results.keep("bob", 1)
    names = [results.keep("ann", index) for index in range(MAX_OF_CALLER + 5)]
    kept = [name for name in names if results.read("ann", [name])]
    assert kept == names[5:]
    piece = NOISE.randbytes(MAX_VALUE - 100)
    big = [results.keep("ann", piece) for _ in range(MAX_BYTES_OF_CALLER // MAX_VALUE + 3)]
    assert sum(len(packed.data) for packed in results._kept.values()) <= MAX_BYTES_OF_CALLER + 100
    assert results.read("ann", [big[-1]])
    assert not results.read("ann", [big[0]])
    assert results.read("bob", [other]) == {other: 1}


def test_all_callers_together_are_bounded():
    results = Results()
    piece = NOISE.randbytes(MAX_VALUE - 100)
    for index in range(MAX_BYTES // MAX_VALUE + 8):
        results.keep(f"caller {index}", piece)
    assert sum(len(packed.data) for packed in results._kept.values()) <= MAX_BYTES
    for index in range(MAX_KEPT + 50):
        results.keep(f"another {index}", 0)
    assert len(results._kept) == MAX_KEPT


def test_what_is_too_large_is_not_kept():
    results = Results(max_value=1000)
    assert results.keep("", "x" * 2000) == ""
    two = [results.keep("", "x" * 600) for _ in range(2)]
    with pytest.raises(InvalidArguments, match="1,000"):
        results.read("", two)
    assert results.read("", two[:1])


def test_what_a_program_asks_for_is_checked():
    with pytest.raises(InvalidArguments):
        handles(["r"] * (MAX_NAMED + 1))
    with pytest.raises(InvalidArguments):
        handles(["ok", 7])
    shelf = Results().shelf("")
    names = [shelf.keep(index) for index in range(MAX_OF_CALLER)]
    assert len(shelf.named(" ".join(names))) == MAX_NAMED
    assert shelf.read(["__proto__", "constructor", "../x"]) == {}


def test_answers_are_bounded_and_count_what_they_miss():
    operation = Operation(
        "shop", "orders_list", "list", "GET", "/orders", Effect.READ, load=lambda: pytest.fail("not looked at")
    )
    answers = Answers(1000)
    for page in range(3):
        answers.add(operation, f"https://shop.example/v1/orders?page={page}", "x" * 400)
    assert (len(answers), answers.missed) == (1, 2)
    answers.add(operation, "https://shop.example/v1/small", {"a": b"\x00"})
    answers.add(operation, "https://shop.example/v1/odd", object())
    assert answers.value() == [
        {"call": "GET /v1/orders?page=0", "body": "x" * 400},
        {"call": "GET /v1/small", "body": {"a": b"\x00"}},
    ]


def test_many_threads_at_once():
    results = Results()

    def work(caller: str) -> None:
        for index in range(200):
            name = results.keep(caller, {"n": index})
            assert results.read(caller, [name]) == {name: {"n": index}}

    threads = [threading.Thread(target=work, args=(f"c{index}",)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results._kept) == 8 * MAX_OF_CALLER
