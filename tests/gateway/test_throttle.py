"""Hundreds of calls at once: an API gets so many at a time, all of them, in the order in which they were made."""

from __future__ import annotations

import asyncio

import pytest

from keyhole.catalog.call import Call, Result
from keyhole.catalog.catalog import Catalog
from keyhole.gateway.limits import Turns
from keyhole.sources.openapi.source import load

DOCUMENT = {"openapi": "3.1.0", "info": {"title": "T"}, "paths": {"/x": {"get": {"operationId": "x"}}}}


@pytest.fixture(scope="module")
def call():
    return lambda number: Call(Catalog(load(DOCUMENT, name="api").operations()).get("api", "x"), {"number": number})


async def test_an_api_gets_so_many_calls_at_a_time_and_in_order(call):
    turns, begun, now, most = Turns({"api": 8}), list[int](), 0, 0
    one = call(0)

    async def send(given):
        nonlocal now, most
        begun.append(given.arguments["number"])
        now, most = now + 1, max(most, now + 1)
        await asyncio.sleep(0)
        now -= 1
        if given.arguments["number"] % 50 == 7:
            raise ConnectionError
        return Result(200, {}, None, "")

    calls = [turns(Call(one.operation, {"number": number}), send) for number in range(500)]
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert (most, begun) == (8, list(range(500)))
    assert sum(isinstance(result, ConnectionError) for result in ended) == 10


async def test_a_call_that_is_given_up_leaves_its_place(call):
    turns, gate = Turns({"api": 1}), asyncio.Event()

    async def send(given):
        await gate.wait()
        return Result(200, {}, given.arguments["number"], "")

    tasks = [asyncio.create_task(turns(call(number), send)) for number in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    gate.set()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [ended[0].body, type(ended[1]), ended[2].body] == [0, asyncio.CancelledError, 2]
