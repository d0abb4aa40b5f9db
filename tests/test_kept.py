"""What a run leaves for the next program, and for nobody else's: the real API, engine and clients."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

import keyhole
from keyhole.config import Config, RunLimits, openapi

TOKEN = "a-token-that-nobody-may-see"
HANDLE = re.compile(r"results\.r[a-z]{14}")
ROWS = "return Array.from({ length: 5000 }, (_, i) => ({ id: i, name: `row ${i}`, odd: i % 2 === 1 }))"


def config(api, cache, **settings):
    document = openapi(document=f"{api}/openapi.json", name="tracker", base_url=api, bearer=TOKEN)
    return Config(apis=(document,), cache_dir=cache, **settings)


@pytest.fixture(scope="module")
async def code_mode(api, cache):
    async with keyhole.CodeMode(config=config(api, cache, allow="all")) as opened:
        yield opened


async def value(code_mode, code, **who):
    execution = await code_mode.execute(code, **who)
    assert execution.error is None, execution.error
    return execution.value


async def test_what_is_cut_can_be_read_whole(code_mode):
    execution = await code_mode.execute(ROWS)
    text = execution.text()
    rows, note = text.split("\n")
    rest = re.search(r"(results\.r[a-z]{14})\.slice\((\d+)\)\)", note)
    assert rest is not None
    assert len(json.loads(rows)) == int(rest[2]) + 1
    assert await value(code_mode, f"{rest[1]}.filter(r => r.odd).length") == 2500
    assert await value(code_mode, f"const all = await {rest[1]};\nreturn all.at(-1)") == execution.value[-1]
    assert await value(code_mode, f"async ({{ results }}) => results['{rest[1][8:]}'].length") == 5000
    assert await value(code_mode, f"const {{ {rest[1][8:]}: rows }} = results; return [rows.length, Object.keys(results).length]") == [5000, 1]  # fmt: skip
    assert execution.text() == text, "kept once"
    found = await code_mode.search(code=f"return {rest[1]}.length")
    assert found.value == 5000


async def test_what_fits_is_not_mentioned_and_not_kept(code_mode):
    execution = await code_mode.execute("return [1, 2]")
    assert execution.text() == "[1,2]"
    before = len(code_mode._results._kept)
    assert HANDLE.fullmatch(execution.handle())
    assert len(code_mode._results._kept) == before + 1
    unkept = await code_mode.execute(ROWS, caller=None)
    assert unkept.handle() == ""
    assert "Return less" in unkept.text()


async def test_another_caller_reads_nothing(code_mode):
    mine = (await code_mode.execute(ROWS, caller="ann")).handle()
    assert await value(code_mode, f"return {mine}.length", caller="ann") == 5000
    for stranger in ("bob", "", None):
        theirs = await code_mode.execute(f"return {mine}.length", caller=stranger)
        assert "is not kept" in theirs.text()
        asked = await code_mode.execute(f'await results("{mine[8:]}"); return Object.keys(results)', caller=stranger)
        assert asked.value == []


async def test_a_handle_that_is_none_says_what_to_do(code_mode):
    execution = await code_mode.execute("const a = 1;\nreturn results.rabcdefghijklmn.filter(x => x)")
    assert execution.error.line == 2
    assert "Call again what gave it" in execution.text()
    assert await value(code_mode, "const results = [1]; return results.length") == 1
    assert await value(code_mode, "return [typeof results, JSON.stringify(results) ?? null]") == ["function", None]


async def test_errors_keep_their_place_in_a_program_that_reads_results(code_mode):
    handle = (await code_mode.execute(ROWS)).handle()
    execution = await code_mode.execute(f"const rows = {handle};\nconst n = 1;\n  return rows.nope.length")
    assert (execution.error.line, execution.error.column) == (3, 10)
    execution = await code_mode.execute(f"const rows = {handle};\nreturn rows +;")
    assert execution.error.kind == "syntax"
    assert execution.error.line == 2


async def test_after_a_failure_what_the_calls_gave_is_there(code_mode):
    failed = await code_mode.execute("""
const projects = await tracker.projects_list();
const made = await tracker.labels_create({ project: projects[0].key, body: { name: "kept", color: "ff0000" } });
const lost = await tracker.get("/projects/NOPE").catch(() => null);
return lost.key.x;""")
    text = failed.text()
    handle = HANDLE.search(text)[0]
    assert text.split("\n")[-1] == f"What the calls gave is kept for your next program: {handle} is [{{call, body}}, …]"
    calls = await value(
        code_mode, f"return {handle}.map(c => [c.call, Array.isArray(c.body) ? c.body.length : c.body.name])"
    )
    assert calls[0][0] == "GET /projects"
    assert calls[0][1] > 1
    assert calls[1][0].startswith("POST /projects/")
    assert calls[1][1] == "kept"
    assert len(calls) == 2, "a call that was refused gave nothing"
    nothing = await code_mode.execute("return x.y")
    assert "kept" not in nothing.text()


@pytest.mark.parametrize("end", ["while (true) {}", "await new Promise(() => {})", "throw 'x'", "'x'.repeat(1e9)"])
async def test_however_it_failed(code_mode, end):
    failed = await code_mode.execute(f"await tracker.projects_list(); await 0; {end}")
    handle = HANDLE.search(failed.text())[0]
    assert await value(code_mode, f"return {handle}[0].body[0].key") == "DOC"


async def test_a_forgotten_return_calls_nothing_twice(code_mode):
    forgotten = await code_mode.execute("const projects = await tracker.projects_list();")
    handle = HANDLE.search(forgotten.text())[0]
    assert await value(code_mode, f"return {handle}[0].body[0].key") == "DOC"
    code = "const made = await tracker.labels_create({ project: 'DOC', body: { name: 'only', color: 'ff0000' } });"
    written = await code_mode.execute(code)
    assert written.undefined
    assert "kept" not in written.text()


async def test_a_secret_is_no_more_in_what_is_kept_than_in_an_answer(api, cache):
    async with keyhole.CodeMode(config=config(api, cache, allow="all")) as code_mode:
        failed = await code_mode.execute(
            "await tracker.labels_create({ project: 'DOC', body: { name: ['a-token-that-', 'nobody-may-see'].join(''), color: 'ff0000' } }); null.x"
        )
        assert TOKEN not in json.dumps(await value(code_mode, f"return {failed.handle()}"))


HOSTILE = [
    "return Object.keys(results).length + Reflect.ownKeys(results).length",
    "for (const name of ['__proto__', 'constructor', 'then', 'toString']) { try { results[name] } catch {} } return 0",
    "results.__proto__ = null; return 0",
    "return results('__proto__', 'constructor').then(() => 0)",
    "return results(...Array(1000).fill('raaaaaaaaaaaaaa')).catch(() => 0)",
    "return Promise.all([results({}), results([]), results(1n)]).catch(() => 0)",
]


@pytest.mark.parametrize("code", HOSTILE)
async def test_hostile_use_comes_to_nothing(code_mode, code):
    execution = await code_mode.execute(code)
    assert execution.value == 0 or execution.error.kind in ("throw", "result")


async def test_a_program_that_names_a_thousand_handles(code_mode):
    names = [(await code_mode.execute("return 1")).handle() for _ in range(30)]
    many = ", ".join([*names, *(f"results.r{'a' * 12}{index // 26 % 26:02d}"[:23] for index in range(1000))][:30])
    execution = await code_mode.execute(f"return [{many}].length")
    assert execution.error is not None
    assert "is not kept" in execution.error.message


async def test_prototypes_in_a_value_stay_data(code_mode):
    handle = (
        await code_mode.execute('return JSON.parse(\'{"__proto__": {"polluted": 1}, "then": 1, "b": 2}\')')
    ).handle()
    assert await value(code_mode, f"return [{handle}.polluted ?? null, ({{}}).polluted ?? null, Object.keys({handle})]") == [
        None, None, ["__proto__", "then", "b"],
    ]  # fmt: skip
    binary = (await code_mode.execute("return { a: new Uint8Array([1, 2, 255]) }")).handle()
    assert await value(code_mode, f"return [...{binary}.a]") == [1, 2, 255]


async def test_what_a_program_cannot_hold_is_not_kept(api, cache):
    small = config(api, cache, limits=RunLimits(memory_bytes=8 << 20))
    async with keyhole.CodeMode(config=small) as code_mode:
        assert (await code_mode.execute("return 'x'.repeat(2e6)")).handle() == ""
        handle = (await code_mode.execute("return Array.from({length: 60000}, (_, i) => i)")).handle()
        assert await value(code_mode, f"return {handle}.length") == 60000


async def test_keeping_can_be_turned_off(api, cache):
    async with keyhole.CodeMode(config=config(api, cache, keep_s=0)) as code_mode:
        assert "Return less" in (await code_mode.execute(ROWS)).text()


@pytest.fixture(scope="module")
def serving(doc):
    command = [sys.executable, "-m", "keyhole", "serve", *doc, "--http", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        line = ""
        while " at http" not in line:
            line = process.stderr.readline()
            assert line, "the server ended before it served"
        yield line.split()[-1]
        process.terminate()
        process.communicate(timeout=20)


async def text_of(client, code, tool="execute"):
    return (await client.call_tool(tool, {"code": code})).content[0].text


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_client_over_stdio(doc, environment, mode):
    target = StdioServerParameters(command=sys.executable, args=["-m", "keyhole", "serve", *doc], env=environment)
    async with Client(target, mode=mode) as client:
        handle = HANDLE.search(await text_of(client, ROWS))[0]
        assert await text_of(client, f"return {handle}.length") == "5000"
        assert await text_of(client, f"{handle}.length", tool="search") == "5000"


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_clients_over_http_are_told_apart_by_their_credentials(serving, mode):
    async def ask(token, code):
        async with (
            httpx2.AsyncClient(headers={"authorization": f"Bearer {token}"}, timeout=60) as http,
            Client(streamable_http_client(serving, http_client=http), mode=mode) as client,
        ):
            found = await text_of(client, code)
            handle = HANDLE.search(found)
            return (await text_of(client, f"return {handle[0]}.length"), handle[0]) if handle else (found, "")

    length, handle = await ask("ann", ROWS)
    assert length == "5000"
    assert "is not kept" in (await ask("bob", f"return {handle}.length"))[0]
    # without a handshake there is no session, and the same credentials are the same caller
    again, _ = await ask("ann", f"return {handle}.length")
    assert again == "5000" if mode == "auto" else "is not kept" in again
