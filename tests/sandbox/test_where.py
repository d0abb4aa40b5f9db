"""Where a program was stopped: what the guest says of it is asked for, bounded, and never what stops it."""

from __future__ import annotations

import json

import pytest

from keyhole.sandbox.engine import ImageSource
from keyhole.sandbox.program import Program
from keyhole.sandbox.quickjs import image as images
from keyhole.sandbox.quickjs import wire
from keyhole.sandbox.quickjs.cell import Cell
from keyhole.sandbox.quickjs.pool import on_big_stack
from keyhole.sandbox.quickjs.ticker import TICKER


@pytest.fixture(scope="module")
def image(compiled):
    return on_big_stack(lambda: images.load(ImageSource(""), compiled))


def stopped(cell: Cell, text: str, *, calls: int = 5) -> list[object]:
    """Run `text` in `cell` until it is stopped; give what the owner says of it."""
    left = wire.Left(100_000_000, calls, 1 << 25, 16 << 20, 100)
    start = wire.Start(left, 256 << 10, bytes(32), Program.parse(text).code.encode()).encode()
    said: list[bytes] = []
    TICKER.start()
    with TICKER:
        said += on_big_stack(lambda: cell.step([start], said.extend))
    assert said[-1][:1] == b"K", said
    return json.loads(said[-1][1:])


def test_a_guest_that_does_not_heed_the_word_is_stopped_from_outside(image, monkeypatch):
    monkeypatch.setattr("keyhole.sandbox.quickjs.instance.Instance.interrupt", lambda _: None)
    kind, _, stack = stopped(Cell(image), "let n = 0;\nfor (;;) n++;")
    assert (kind, stack) == (
        "cpu",
        "",
    )  # of bytecode that was stopped in its midst no line is known, and none is made up


def test_a_place_that_nobody_asked_for_ends_the_run(image):
    cell = Cell(image)
    assert cell.receive(b"W    at f (<program>:2:1)") is False
    assert cell._stop.startswith("crash:")


def test_a_tick_while_it_is_asked_loses_no_word(image):
    cell = Cell(image)
    receive = cell.receive

    def ticking(message: bytes) -> bool:
        if message[:1] == b"W":
            cell.tick()
        return receive(message)

    cell.receive = ticking  # type: ignore[method-assign]
    kind, _, stack = stopped(cell, "for (;;)\n  host('x', 1);")
    assert kind == "calls"
    assert "<program>:3:" in str(stack)


def test_a_stack_is_cut(image):
    long = "x" * 2000
    deep = f"const {long} = (n) => {{ if (n) {long}(n - 1); else for (;;); }};\n{long}(50);"
    kind, _, stack = stopped(Cell(image), f"Error.stackTraceLimit = 1e9;\n{deep}")
    assert kind == "cpu"
    assert "<program>:3:" in str(stack)
    assert len(str(stack)) <= 5000
