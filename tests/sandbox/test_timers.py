from __future__ import annotations

import asyncio

import pytest

from keyhole.sandbox.quickjs.timers import Timers


async def test_they_fire_in_order_and_those_cleared_do_not():
    fired: list[int] = []
    timers = Timers(asyncio.get_running_loop(), fired.append)
    for number, ms in ((1, 30), (2, 10), (3, 20), (4, 10), (5, 0), (6, 5)):
        timers.set(number, ms)
    timers.clear(6)
    timers.clear(3)
    timers.clear(99)
    with pytest.raises(TypeError):
        timers.set(1, 5)
    timers.set(3, 40)  # cleared and set again: once, and later
    await asyncio.sleep(0.3)
    assert fired == [5, 2, 4, 1, 3]


async def test_one_that_fires_may_set_and_clear_others():
    fired: list[int] = []

    def fire(number: int) -> None:
        fired.append(number)
        if number < 3:
            timers.set(number + 1, 0)
            timers.clear(9)

    timers = Timers(asyncio.get_running_loop(), fire)
    timers.set(9, 5)
    timers.set(1, 0)
    await asyncio.sleep(0.3)
    assert fired == [1, 2, 3]


async def test_stopped_they_say_what_was_left():
    fired: list[int] = []
    timers = Timers(asyncio.get_running_loop(), fired.append)
    timers.set(1, 0)
    timers.set(2, 60_000)
    timers.clear(1)
    timers.set(3, 5)
    ((second, long), (third, short)) = timers.stop()
    assert (second, third) == (2, 3)
    assert 59_000 < long <= 60_000
    assert 0 <= short <= 5
    await asyncio.sleep(0.02)
    assert not fired
    assert not timers


async def test_a_flood_of_them_is_one_of_the_event_loop(monkeypatch):
    loop, asked = asyncio.get_running_loop(), []
    monkeypatch.setattr(
        loop, "call_at", lambda when, action: asked.append(when) or asyncio.TimerHandle(when, action, (), loop)
    )
    timers = Timers(loop, print)
    for number in range(1000):
        timers.set(number, 1000 + number)
        timers.clear(number)
    assert len(asked) == 1


async def test_what_was_stopped_can_be_set_again():
    fired = []
    timers = Timers(asyncio.get_running_loop(), fired.append)
    timers.set(1, 1)
    timers.stop()
    timers.set(2, 5)
    await asyncio.sleep(0.05)
    assert fired == [2]
