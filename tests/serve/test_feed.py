"""What a client hears while a program runs."""

from __future__ import annotations

import pytest
from mcp import Client

from keyhole import CodeMode, Config, OpenAPI
from keyhole.serve import feed
from keyhole.serve.mcp import Face


@pytest.fixture
async def face(api, doc, cache):
    tracker = OpenAPI(f"{api}/openapi.json", name="tracker", base_url=api, bearer="{env:TRACKER_TOKEN}")
    async with CodeMode(config=Config(apis=(tracker,), cache_dir=cache)) as code_mode:
        yield Face(code_mode)


async def test_a_silent_run_says_that_it_is_alive(face, monkeypatch):
    monkeypatch.setattr(feed, "HEARTBEAT_S", 0.02)
    heard = []

    async def on_progress(done, total, message):
        heard.append(message)

    async with Client(face.server(), mode="auto") as client:
        program = "await new Promise((go) => setTimeout(go, 300)); return 1"
        await client.call_tool("execute", {"code": program}, progress_callback=on_progress)
    assert len(heard) >= 2
    assert all("running for" in message for message in heard)


async def test_a_client_that_wants_warnings_hears_no_more(face):
    heard = []

    async def on_log(params):
        heard.append((params.level, params.data))

    program = "for (const level of ['debug', 'log', 'info', 'warn', 'error']) console[level](level); return 1"
    async with Client(face.server(), mode="auto", logging_callback=on_log, log_level="warning") as client:
        await client.call_tool("execute", {"code": program})
    assert heard == [("warning", "warn"), ("error", "error")]


async def test_a_flood_of_lines_ends_and_each_is_short(face):
    heard = []

    async def on_log(params):
        heard.append(params.data)

    program = "for (let n = 0; n < 5000; n++) console.log('x'.repeat(600)); return 'ended'"
    async with Client(face.server(), mode="auto", logging_callback=on_log, log_level="debug") as client:
        result = await client.call_tool("execute", {"code": program})
    assert "ended" in result.content[0].text
    assert 0 < len(heard) < 5000
    assert max(len(line) for line in heard) <= feed.TEXT_LIMIT


async def test_nothing_stays_in_flight(face):
    async with Client(face.server(), mode="auto") as client:
        await client.call_tool("execute", {"code": "return 1"})
    assert len(face.runs) == 0
