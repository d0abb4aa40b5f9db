"""The server as real clients meet it: over stdio and HTTP, in both eras of the protocol."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest
from mcp import Client, StdioServerParameters

from keyhole.demo import running

SLOW = "while (true) { await new Promise((go) => setTimeout(go, 20)); console.log('still'); }"
BUSY = "console.log('begun'); while (true) {}"


class Server:
    """`keyhole serve --http`, as a process."""

    def __init__(self, arguments, environment):
        command = [sys.executable, "-m", "keyhole", "serve", *arguments, "--http", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
        line = ""
        while " at http" not in line:
            line = self.process.stderr.readline()
            if not line:
                pytest.fail(f"the server ended before it served: exit code {self.stop()[0]}")
        self.url = line.split()[-1]

    def stop(self):
        self.process.terminate()
        _, log = self.process.communicate(timeout=20)
        return self.process.returncode, log


@pytest.fixture(scope="module")
def served(doc):
    import os

    server = Server([*doc, "--allow", "write"], dict(os.environ))
    yield server
    server.stop()


@pytest.fixture(params=["stdio", "http"])
def target(request, doc, environment, served):
    if request.param == "http":
        return served.url
    arguments = ["-m", "keyhole", "serve", *doc, "--allow", "write"]
    return StdioServerParameters(command=sys.executable, args=arguments, env=environment)


@pytest.fixture(params=["legacy", "auto"])
def mode(request):
    return request.param


@asynccontextmanager
async def connected(target, mode):
    logs, begun = [], anyio.Event()

    async def on_log(params):
        logs.append((params.level, params.data))
        begun.set()

    async with Client(target, mode=mode, logging_callback=on_log, log_level="debug") as client:
        client.logs, client.begun = logs, begun
        yield client


def text(result):
    (content,) = result.content
    assert result.structured_content is None
    return content.text


async def test_a_client_finds_calls_and_is_told(target, mode, o200k):
    progress = []

    async def on_progress(done, total, message):
        progress.append((done, message))

    async with connected(target, mode) as client:
        assert client.protocol_version == ("2025-11-25" if mode == "legacy" else "2026-07-28")
        listed = await client.list_tools()
        wire = listed.model_dump(by_alias=True, exclude_none=True, mode="json")
        assert [tool["name"] for tool in wire["tools"]] == ["search", "execute"]
        assert len(o200k.encode(json.dumps(wire))) <= 1000
        assert wire["tools"][1]["annotations"] == {
            "readOnlyHint": False,
            "destructiveHint": False,
            "openWorldHint": True,
        }

        assert "projects_list" in text(await client.call_tool("search", {"query": "list projects"}))
        assert text(await client.call_tool("search", {"code": "return ops.length"})) == "42"

        program = (
            "console.log('looking');"
            "const all: any[] = await tracker.projects_list({ per_page: 2 });"
            "return all.map((p) => p.key);"
        )
        result = await client.call_tool("execute", {"code": program}, progress_callback=on_progress)
        assert not result.is_error
        assert len(json.loads(text(result).split("\n---")[0])) == 2
        assert any("projects_list" in message and "200" in message for _, message in progress)
        assert [done for done, _ in progress] == sorted({done for done, _ in progress})
        await anyio.wait_all_tasks_blocked()
        assert ("info", "looking") in client.logs


async def test_what_goes_wrong_is_an_answer(served, mode):
    async with connected(served.url, mode) as client:
        for tool, arguments, said in [
            ("search", {}, "neither"),
            ("search", {"query": "x", "code": "y"}, "both"),
            ("search", {"qery": "x"}, "Did you mean 'query'"),
            ("search", {"code": "return ops."}, "line 1"),
            ("search", {"code": "return tracker.projects_list()"}, "search"),
            ("execute", {}, "no `code`"),
            ("execute", {"code": "return 1", "max_tokens": "lots"}, "max_tokens"),
            ("execute", {"code": "return await tracker.project_list()"}, "projects_list"),
            ("execute", {"code": "return await tracker.projects_delete({project: 'OLD'})"}, "--allow all"),
            ("execute", {"code": "throw 'x'"}, "x"),
            ("no_such_tool", {}, "`search` and `execute`"),
        ]:
            result = await client.call_tool(tool, arguments)
            assert result.is_error, (tool, arguments)
            assert said in text(result)


async def test_max_tokens_is_read_leniently(served):
    program = "return 'word '.repeat(4000)"
    async with connected(served.url, "auto") as client:
        small = text(await client.call_tool("execute", {"code": program}))
        for asked in ("3000", "3,000", "3k", 3000):
            large = text(await client.call_tool("execute", {"code": program, "max_tokens": asked}))
            assert len(small) * 1.5 < len(large)


@pytest.mark.parametrize("program", [SLOW, BUSY])
async def test_a_cancel_stops_the_run(target, mode, program):
    """The run is gone when nothing is logged any more, and the server goes on serving."""
    async with connected(target, mode) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.call_tool, "execute", {"code": program})
            with anyio.fail_after(30):
                await client.begun.wait()
            tasks.cancel_scope.cancel()
        assert text(await client.call_tool("execute", {"code": "return 'alive'"})) == "alive"
        seen = len(client.logs)
        await anyio.sleep(0.3)
        assert len(client.logs) == seen


async def test_two_clients_with_the_same_request_ids_do_not_cancel_each_other(served):
    async with connected(served.url, "legacy") as one, connected(served.url, "legacy") as two:
        results = []
        async with anyio.create_task_group() as tasks:

            async def slow(client):
                program = "await new Promise((go) => setTimeout(go, 1500)); return 'ended'"
                results.append(text(await client.call_tool("execute", {"code": program})))

            tasks.start_soon(slow, one)
            with anyio.move_on_after(0.4):
                await slow(two)
        assert results == ["ended"]


async def test_http_answers_only_those_it_is_meant_for(served):
    headers = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    async with httpx2.AsyncClient(headers=headers) as client:
        for extra, status in [
            ({"host": "evil.example"}, 421),
            ({"origin": "http://evil.example"}, 403),
            ({"host": "localhost:1", "origin": "http://localhost:3000"}, 400),
        ]:
            answer = await client.post(served.url, headers=extra, json={})
            assert answer.status_code == status, extra
        assert (await client.get(served.url)).status_code == 405
        assert (await client.get(served.url.replace("/mcp", "/other"))).status_code == 404


async def test_a_read_only_server_says_so(doc, environment):
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "keyhole", "serve", *doc, "--allow", "all", "--read-only"], env=environment
    )
    async with connected(parameters, "auto") as client:
        (_, execute) = (await client.list_tools()).tools
        assert execute.annotations.read_only_hint is True
        refused = await client.call_tool("execute", {"code": "return await tracker.projects_delete({project: 'OLD'})"})
        assert refused.is_error
        assert "denies" in text(refused)


async def test_no_secret_reaches_the_client(served):
    async with connected(served.url, "auto") as client:
        programs = (
            "return Object.keys(globalThis)",
            "return await tracker.request.raw({method: 'GET', path: '/me'})",
            "return await tracker.request.raw({method: 'GET', path: '/no/such/path'})",
            "return await tracker.users_get({username: 'nobody'})",
            "return JSON.stringify(tracker)",
        )
        answers = [text(await client.call_tool("execute", {"code": program})) for program in programs]
        seen = [str(await client.list_tools()), *answers]
        assert "a-token-that-nobody-may-see" not in "".join(seen)


@pytest.mark.parametrize("era", ["2025-06-18", "2026-07-28"])
def test_sigterm_in_the_middle_of_a_run_over_http(doc, environment, era):
    server = Server(doc, environment)
    headers = {
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": era,
        "mcp-method": "tools/call",
        "mcp-name": "execute",
    }
    meta = {
        "io.modelcontextprotocol/protocolVersion": era,
        "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/logLevel": "info",
    }
    call = {"name": "execute", "arguments": {"code": BUSY}, **({"_meta": meta} if era > "2026" else {})}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    with httpx2.stream("POST", server.url, headers=headers, json=message, timeout=30) as answer:
        lines = answer.iter_lines()
        assert any("begun" in line for line in lines)
        code, log = server.stop()
        rest = "\n".join(lines)
    assert code == 143
    assert "Traceback" not in log
    assert "stopped before it ended" in rest


@pytest.mark.parametrize(("name", "expected"), [("SIGTERM", 143), ("SIGINT", 130)])
def test_a_signal_in_the_middle_of_a_run_over_stdio(doc, environment, name, expected):
    import signal

    command = [sys.executable, "-m", "keyhole", "serve", *doc]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    client = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    for message in (
        {"id": 0, "method": "initialize", "params": client},
        {"method": "notifications/initialized"},
        {"id": 1, "method": "tools/call", "params": {"name": "execute", "arguments": {"code": BUSY}}},
    ):
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        process.stdin.flush()
    lines = []
    while not lines or "begun" not in lines[-1]:
        lines.append(process.stdout.readline())
        assert lines[-1]
    process.send_signal(getattr(signal, name))
    out, log = process.communicate(timeout=20)
    assert process.returncode == expected
    assert "Traceback" not in log
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in [*lines, *out.splitlines()])


async def test_stdio_ends_when_its_client_goes(doc, environment):
    command = [sys.executable, "-m", "keyhole", "serve", *doc]
    done = await anyio.run_process(command, input=b"not json\n", env=environment, check=False)
    assert done.returncode == 0


async def test_ten_apis_together(cache, environment):
    """Ten servers of one document under ten names: one list, every name in it."""
    with running("t") as url:
        docs = [f"tracker_number_{n}={url}/openapi.json" for n in range(10)]
        parameters = StdioServerParameters(
            command=sys.executable, args=["-m", "keyhole", "serve", *docs], env=environment
        )
        async with connected(parameters, "auto") as client:
            (search, execute) = (await client.list_tools()).tools
            for n in range(10):
                assert f"tracker_number_{n}" in search.description
                assert f"tracker_number_{n}" in execute.description
            assert text(await client.call_tool("search", {"code": "return Object.keys(spec).length"})) == "10"
