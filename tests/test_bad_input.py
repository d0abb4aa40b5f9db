"""Everything the first issue names as bad input, tried the way a user would meet it: through CodeMode."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

import keyhole
from keyhole.config import Config, RunLimits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

Reply = "Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]"


def document(**paths: Any) -> dict[str, Any]:
    ok = {"responses": {"200": {"description": "ok"}}}
    things = {
        "get": {
            "operationId": "things-list",
            "summary": "List things",
            "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}}],
            **ok,
        },
        "post": {
            "operationId": "things-create",
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["name"],
                            "properties": {"name": {"type": "string"}, "kind": {"enum": ["round", "square"]}},
                        }
                    }
                },
            },
            **ok,
        },
    }
    thing = {
        "parameters": [{"name": "thing_id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "get": {"operationId": "things-get", **ok},
        "delete": {"operationId": "things-delete", **ok},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "paths": {"/things": things, "/things/{thing_id}": thing, **paths},
    }


@asynccontextmanager
async def api(
    answer: Callable[[str], bytes | None], *, seen: list[str] | None = None, delay_s: float = 0
) -> AsyncIterator[str]:
    """Serve raw bytes by request line; None closes the connection without a word."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                line = head.split(b"\r\n")[0].decode()
                length = next(
                    (int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length")), 0
                )
                await reader.readexactly(length)
                if seen is not None:
                    seen.append(line)
                await asyncio.sleep(delay_s)
                reply = answer(line)
                if reply is None:
                    return
                writer.write(reply)
                await writer.drain()
                if b"connection: close" in reply.lower():
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def http(body: bytes | str, status: str = "200 OK", kind: str = "application/json", extra: str = "") -> bytes:
    body = body.encode() if isinstance(body, str) else body
    return f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n{extra}\r\n".encode() + body


def opened(url: str, tmp_path: Path, **config: Any) -> keyhole.CodeMode:
    settings = Config(cache_dir=tmp_path, **config)
    return keyhole.CodeMode([keyhole.OpenAPI(document(), name="things", base_url=url, timeout_s=1.0)], config=settings)


async def failing(cm: keyhole.CodeMode, code: str) -> keyhole.ProgramError:
    execution = await cm.execute(code)
    assert execution.outcome == "failed", execution
    assert execution.error
    assert "Traceback" not in execution.text()
    return execution.error


# --- programs -------------------------------------------------------------------------------------------------------

PROGRAMS = [
    ("return 1 +", "syntax", ["1:"]),
    ("const x = 1;\nconst y = (;\nreturn x", "syntax", ["2"]),
    ("throw 'plain'", "throw", ["plain"]),
    ("throw null", "throw", ["null"]),
    ("const a = {}; a.a = a; return a", "result", ["circ", "cycl"]),
    ("return 'x'.repeat(500 * 1024 * 1024)", "memory", ["memory"]),
    ("await new Promise(() => {})", "unsettled", ["never", "settle"]),
    ("Promise.reject(new Error('left alone')); await things.things_list(); return 1", "unhandled", ["left alone"]),
    ("while (true) {}", "cpu", ["CPU"]),
    ("const f = (n) => 1 + f(n + 1); return f(0)", "stack", ["stack"]),
    ("return /^(a+)+$/.test('a'.repeat(40) + '!')", "cpu", ["CPU"]),
    ("const a = []; for (;;) a.push(new Array(1e5).fill({ x: 1 }))", "memory", ["memory"]),
    ("for (;;) find('x')", "calls", ["call"]),
    ("import fs from 'fs'; return fs", "syntax", ["import"]),
    ("const fs = await import('fs'); return fs", "throw", ["import"]),
    ("return await fetch('http://127.0.0.1/')", "throw", ["fetch"]),
    ("return require('fs')", "throw", ["require"]),
    ("return process.env", "throw", ["process"]),
    ("return new FormData()", "throw", ["Uint8Array"]),
    ("", "syntax", ["empty"]),
]


@pytest.mark.parametrize(("code", "kind", "words"), PROGRAMS, ids=[f"{i}-{p[1]}" for i, p in enumerate(PROGRAMS)])
async def test_a_program_that_fails_says_how(cache: Path, code: str, kind: str, words: list[str]) -> None:
    limits = RunLimits(cpu_s=0.5, wall_s=5, memory_bytes=32 << 20, calls=100)
    async with api(lambda _: http("[]")) as url, opened(url, cache, limits=limits) as cm:
        execution = await cm.execute(code)
        assert execution.error, execution
        assert execution.error.kind == kind, execution.error
        text = execution.text()
        assert any(word.lower() in text.lower() for word in words), text
        assert "Traceback" not in text
        assert (await cm.execute("return 1 + 1")).value == 2, "the next run starts clean"


async def test_eval_is_only_more_of_the_same_sandbox(cache: Path) -> None:
    async with api(lambda _: http("[]")) as url, opened(url, cache) as cm:
        assert (await cm.execute("return eval('1 + ops.length')")).value == 5
        assert "process" in (await cm.execute("return eval('process.env')")).text()
        assert (await cm.execute("return Function('return Object.keys(this)')()")).value == ["ops"]


async def test_undefined_says_that_nothing_was_returned(cache: Path) -> None:
    async with api(lambda _: http("[]")) as url, opened(url, cache) as cm:
        execution = await cm.execute("const x = 1;")
        assert execution.outcome == "finished"
        assert "return" in execution.text()


async def test_a_loop_never_delays_another_run(cache: Path) -> None:
    async with api(lambda _: http("[]")) as url, opened(url, cache, limits=RunLimits(cpu_s=3)) as cm:
        spinning = [asyncio.create_task(cm.execute("while (true) {}")) for _ in range(4)]
        await asyncio.sleep(0.2)
        for _ in range(5):
            assert (await cm.execute("return (await things.things_list()).length")).value == 0
        assert not any(task.done() for task in spinning), "the loops were still running"
        assert all(execution.error for execution in await asyncio.gather(*spinning))


async def test_cancelling_stops_the_run(cache: Path) -> None:
    async with api(lambda _: http("[]")) as url, opened(url, cache) as cm:
        for code in ("while (true) {}", "await new Promise(done => setTimeout(done, 60000))"):
            task = asyncio.create_task(cm.execute(code))
            await asyncio.sleep(0.2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert (await cm.execute("return 2")).value == 2


# --- calls ----------------------------------------------------------------------------------------------------------

CALLS = [
    ("things.thing_list()", "unknown_operation", ["things_list", "not sent|no operation"]),
    ("things.get('/thingz')", "unknown_operation", ["things"]),
    ("things.things_get({})", "invalid_arguments", ["thing_id"]),
    ("things.things_list({ limmit: 3 })", "invalid_arguments", ["limmit", "limit"]),
    ("things.things_list({ limit: 'many' })", "invalid_arguments", ["limit", "many", "integer"]),
    ("things.things_list({ limit: 101 })", "invalid_arguments", ["limit", "100"]),
    ("things.things_list('x')", "invalid_arguments", ["object"]),
    ("things.things_create({ body: { kind: 'rund' } })", "invalid_arguments", ["name", "rund", "round"]),
    ("things.things_create({})", "invalid_arguments", ["body"]),
    ("things.things_get({ thing_id: '..' })", "invalid_arguments", ["thing_id"]),
    ("things.request({ method: 'GET', path: 5 })", "invalid_arguments", ["path"]),
    ("things.request({ path: '/things', headers: { Authorization: 'x' } })", "invalid_arguments", ["Authorization"]),
    ("things.request({ path: '/elsewhere', headers: { Authorization: 'x' } })", "invalid_arguments", ["uthorization"]),
]


@pytest.mark.parametrize(("call", "code", "words"), CALLS, ids=[c[0] for c in CALLS])
async def test_a_call_that_cannot_be_right_is_not_sent(cache: Path, call: str, code: str, words: list[str]) -> None:
    seen: list[str] = []
    async with api(lambda _: http("[]"), seen=seen) as url, opened(url, cache, allow="all") as cm:
        error = await failing(cm, f"const a = 1;\nreturn await {call}")
        assert error.fields()["code"] == code, error
        assert error.line == 2
        for word in words:
            assert any(w.lower() in str(error).lower() for w in word.split("|")), f"{word!r} is not in: {error}"
        assert seen == []


@pytest.mark.parametrize(
    ("call", "allow", "code", "option"),
    [
        ("things.things_create({ body: { name: 'a' } })", "read", "needs_approval", "--allow write"),
        ("things.things_delete({ thing_id: '1' })", "write", "needs_approval", "--allow all"),
        ("things.request({ method: 'GET', path: '/unknown' })", "write", "needs_approval", "--allow all"),
        ("things.post('/things', { body: { name: 'a' } })", "read", "needs_approval", "--allow write"),
        (
            "things.request({ method: 'post', path: '/things?x', body: { name: 'a' } })",
            "read",
            "invalid_arguments",
            "x",
        ),
    ],
)
async def test_what_the_policy_does_not_allow_is_not_sent(
    cache: Path, call: str, allow: str, code: str, option: str
) -> None:
    seen: list[str] = []
    async with api(lambda _: http("[]"), seen=seen) as url, opened(url, cache, allow=allow) as cm:
        error = await failing(cm, f"return await {call}")
        assert error.fields()["code"] == code
        assert option in str(error)
        assert seen == []
    async with api(lambda _: http("[]"), seen=seen) as url, opened(url, cache, allow="all", read_only=True) as cm:
        assert (await failing(cm, f"return await {call}")).fields()["code"] in ("denied", "invalid_arguments")
        assert seen == []


# --- APIs -----------------------------------------------------------------------------------------------------------


async def test_an_api_that_is_down(cache: Path) -> None:
    async with api(lambda _: http("[]")) as url:
        pass
    async with opened(url, cache) as cm:
        error = await failing(cm, "return await things.things_list()")
        assert error.fields()["code"] == "unreachable"
        assert url.removeprefix("http://") in str(error)


ANSWERS = [
    (lambda _: None, "unreachable", ["closed|broke|disconnect"]),
    (lambda _: b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\nconnection: close\r\n\r\n[1,", "unreachable", ["closed|broke|half"]),
    (lambda _: b"SSH-2.0-OpenSSH\r\n\r\n", "unreachable", []),
    (lambda _: http('{"broken": ', "200 OK"), "unreachable", ["JSON", '{"broken": ']),
    (lambda _: http('{"oops": "inside"}', "500 Internal Server Error"), "api_error", ["500", "inside"]),
    (lambda _: http('{"message": "who are you"}', "401 Unauthorized"), "api_error", ["401", "credential"]),
    (lambda _: http("", "302 Found", extra="location: http://169.254.169.254/latest/meta-data\r\n"), "unreachable", ["169.254.169.254", "redirect"]),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "code", "words"), ANSWERS)
async def test_an_api_that_answers_badly(cache: Path, answer: Any, code: str, words: list[str]) -> None:
    async with api(answer) as url, opened(url, cache) as cm:
        execution = await cm.execute("return await things.things_list()")
        assert execution.error, execution
        assert execution.error.fields()["code"] == code
        for word in words:
            assert any(w.lower() in execution.text().lower() for w in word.split("|")), execution.text()
        assert execution.calls[0].error == code
        caught = await cm.execute(
            "try { await things.things_list() } catch (e) { return [e.code, e instanceof Error] }"
        )
        assert caught.value == [code, True]


async def test_an_api_that_is_slow(cache: Path) -> None:
    async with api(lambda _: http("[]"), delay_s=5) as url, opened(url, cache) as cm:
        execution = await cm.execute("return await things.things_list({ limit: 3 })")
        assert execution.error
        assert execution.error.fields()["code"] == "unreachable"
        assert "in 1 s" in str(execution.error), "names the time it waited"
        assert execution.calls[0].url == f"{url}/things?limit=3"
        assert execution.calls[0].sent


async def test_an_api_that_answers_html_where_it_promised_json(cache: Path) -> None:
    promised = json.loads(json.dumps(document()))
    promised["paths"]["/things"]["get"]["responses"]["200"]["content"] = {
        "application/json": {"schema": {"type": "array"}}
    }
    async with api(lambda _: http("<html>sign in</html>", kind="text/html; charset=utf-8")) as url:
        described = keyhole.OpenAPI(promised, name="things", base_url=url)
        async with keyhole.CodeMode([described], config=Config(cache_dir=cache)) as cm:
            error = await failing(cm, "return await things.things_list()")
            assert error.fields()["code"] == "api_error"
            assert "web page" in str(error)
            assert "--base-url" in str(error)
            assert (await cm.execute("return (await things.things_list.raw()).body")).value == "<html>sign in</html>"
            assert (
                await cm.execute("return await things.things_get({ thing_id: '1' })")
            ).value == "<html>sign in</html>"


async def test_a_name_that_is_no_global_says_which_there_are(cache: Path) -> None:
    async with api(lambda _: http("[]")) as url, opened(url, cache) as cm:
        assert "things" in (await failing(cm, "return await github.issues_list()")).hint
        assert "Did you mean things?" in (await failing(cm, "return await thing.things_list()")).hint


async def test_a_forgotten_await_is_named(cache: Path) -> None:
    async with api(lambda _: http("[]")) as url, opened(url, cache) as cm:
        for use in ("x.length", "x.map(a => a)", "[...x]", "'' + x", "JSON.stringify({ x })", "({ ...x.body })"):
            error = await failing(cm, f"const x = things.things_list();\nreturn {use}")
            assert "things.things_list(…) is a Promise: await it" in str(error), use
            assert error.line == 2
        assert "await it first" in str(await failing(cm, "return { x: things.things_list() }"))
        for fine in ("things.things_list()", "await Promise.all([things.things_list(), find('a')])",
                     "things.things_list().then(x => x)", "things.things_list() instanceof Promise"):  # fmt: skip
            assert (await cm.execute(f"return {fine}")).outcome == "finished", fine


async def test_the_way_other_sdks_spell_an_operation(cache: Path) -> None:
    async with api(lambda _: http("[]")) as url, opened(url, cache) as cm:
        assert (await cm.execute("return await things.things.list()")).value == []
        assert "things_list" in str(await failing(cm, "return await things.thing.list()"))


async def test_a_caught_api_error_has_what_the_api_said(cache: Path) -> None:
    answer = http('{"message": "no such thing"}', "404 Not Found", extra="x-hint: look\r\n")
    async with api(lambda _: answer) as url, opened(url, cache) as cm:
        execution = await cm.execute("""
            try { await things.things_get({ thing_id: 'a/b' }) } catch (e) {
              return [e instanceof ApiError, e.name, e.status, e.body.message, e.headers['x-hint'], e.operation];
            }""")
        assert execution.value == [True, "ApiError", 404, "no such thing", "look", "things.things_get"]
        raw = await cm.execute(
            "const { status, body } = await things.things_get.raw({ thing_id: 'x' }); return [status, body]"
        )
        assert raw.value == [404, {"message": "no such thing"}]


async def test_secrets_that_an_api_repeats_are_redacted(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KH_SECRET", "s3cr3t-t0ken-value")
    seen: list[str] = []
    body = json.dumps({"you sent": "Bearer s3cr3t-t0ken-value"})
    async with api(lambda _: http(body, extra="x-echo: s3cr3t-t0ken-value\r\n"), seen=seen) as url:
        described = keyhole.OpenAPI(document(), name="things", base_url=url, bearer="{env:KH_SECRET}")
        async with keyhole.CodeMode([described], config=Config(cache_dir=cache)) as cm:
            execution = await cm.execute("return await things.things_list.raw()")
            assert len(seen) == 1
            assert "s3cr3t" not in json.dumps(execution.json())
            assert "[redacted]" in json.dumps(execution.json())


async def test_a_missing_credential_is_told_and_nothing_is_sent(cache: Path) -> None:
    seen: list[str] = []
    async with api(lambda _: http("[]"), seen=seen) as url:
        described = keyhole.OpenAPI(document(), name="things", base_url=url, bearer="{env:KH_NOT_SET}")
        async with keyhole.CodeMode([described], config=Config(cache_dir=cache)) as cm:
            error = await failing(cm, "return await things.things_list()")
            assert error.fields()["code"] == "credentials"
            assert "KH_NOT_SET" in str(error)
            assert seen == []


# --- the two tools ---------------------------------------------------------------------------------------------------


async def test_search_wants_one_of_query_and_code(cache: Path) -> None:
    async with api(lambda _: http("[]")) as url, opened(url, cache) as cm:
        for given in ({}, {"query": "a", "code": "1"}):
            with pytest.raises(keyhole.UsageError, match="either a query or code"):
                await cm.search(**given)  # pyright: ignore[reportCallIssue, reportArgumentType]


async def test_code_in_search_reads_the_catalog_and_calls_nothing(cache: Path) -> None:
    seen: list[str] = []
    async with api(lambda _: http("[]"), seen=seen) as url, opened(url, cache, allow="all") as cm:
        found = await cm.search(
            code="return [ops.length, Object.keys(spec.paths), (await find('create thing'))[0].name]"
        )
        assert found.value == [4, ["/things", "/things/{thing_id}"], "things_create"]
        called = await cm.search(code="return await things.things_list()")
        assert called.error
        assert "execute" in str(called.error)
        assert seen == []


async def test_no_api_is_a_usage_error() -> None:
    with pytest.raises(keyhole.UsageError, match="no API was given"):
        keyhole.CodeMode()


async def test_two_apis_of_one_name(cache: Path) -> None:
    apis = [keyhole.OpenAPI(document(), name="things"), keyhole.OpenAPI(document(), name="things")]
    with pytest.raises(keyhole.UsageError, match="two APIs are called 'things'"):
        async with keyhole.CodeMode(apis, config=Config(cache_dir=cache)):
            pass
