"""Programs that lie to the host or keep it busy, and answers made to hurt."""

from __future__ import annotations

import asyncio
import gzip

import pytest
from attack_target import described, get, reply, run

from keyhole.catalog.call import Call, Result
from keyhole.config import RunLimits
from keyhole.errors import InvalidArguments, Unreachable
from keyhole.gateway.validate import Validate

DOCUMENT = described({
    "/x/{id}": get(operationId="x", parameters=[{"name": "id", "in": "path"}, {"name": "q", "in": "query", "schema": {}}]),
    "/w": {"post": {"operationId": "w", "requestBody": {"content": {"application/json": {"schema": {
        "type": "object", "properties": {"a": {"type": "array", "items": {"anyOf": [{"type": "string", "pattern": "^(a|aa)+$"}, {"type": "object"}]}}},
    }}}}}},
})  # fmt: skip

LIES = [
    "host('constructor', {})", "host('__proto__', {})", "host('call', undefined)", "host('call', [])", "host({ toString: () => 'call' }, {})",
    "host('call', { api: {}, name: [], arguments: 1 })", "host('call', { api: '__proto__', name: 'x', arguments: {} })",
    "host('call', { api: 'api', name: 'x', arguments: [1] })", "host('call', { api: 'api', name: 'y'.repeat(3e6), arguments: {} })",
    "host('call', { api: 'api', name: 'GET /' + 'a/'.repeat(1e6), arguments: {} })",
    "host('request', { api: ['api'], path: 1, method: {} })", "host('request', { api: 'api', path: '/x/1', query: [], headers: 1 })",
    "host('request', { api: 'api', path: '/' + 'a=1&'.repeat(1e6) })", "host('find', { query: {} })", "host('find', { query: 'x', limit: NaN })",
    "host('find', { query: 'a b '.repeat(1e6) })", "host('describe', { name: { api: {}, name: [1] } })",
    "host('describe', { name: { api: 'x'.repeat(1e6), name: 'y'.repeat(1e6) } })", "api.x({ id: 'a'.repeat(1e6) })",
    "api.x({ id: 1, q: new Array(1e6).fill('x') })", "api.request({ path: '/x/1', headers: Object.fromEntries(new Array(1e5).fill(0).map((_, i) => ['h' + i, 'x'])) })",
]  # fmt: skip


async def test_the_host_believes_nothing(open_api, target):
    async with open_api(DOCUMENT, {"limits": RunLimits(cpu_s=20)}) as keyhole:
        for lie in LIES:
            said = await run(keyhole, f"return {lie}.catch(e => e.code)")
            assert said in ("invalid_arguments", "unknown_operation"), lie
    assert target.seen == []


SPOILT = [
    "Promise.prototype.then = () => { throw 1 }", "JSON.stringify = JSON.parse = () => '[9,\"call\",{}]'",
    "Map.prototype.get = Map.prototype.set = Map.prototype.delete = () => { throw 1 }",
    "Object.defineProperty(Object.prototype, 'then', { get: () => r => r(7) })", "Object.prototype.toJSON = () => ({ api: 'other' })",
    "Error.prepareStackTrace = () => { throw 1 }", "Object.defineProperty(Error, 'stackTraceLimit', { get() { throw 2 } })",
    "Array.prototype[Symbol.iterator] = () => { throw 1 }",
    "globalThis.host = () => 'mine'", "Object.prototype.__proto__ = null", "String.prototype.replaceAll = () => 'x'",
]  # fmt: skip


async def test_a_program_that_breaks_its_world_breaks_only_its_own(open_api, target):
    target.answer = lambda _: reply('{"__proto__": {"polluted": 1}, "then": "x", "ok": 1}')
    async with open_api(DOCUMENT) as keyhole:
        for spoil in SPOILT:
            execution = await keyhole.execute(f"{spoil}; return api.x({{ id: 1 }})")
            assert execution.outcome in ("finished", "failed")
            assert execution.error is None or execution.error.kind in ("throw", "unhandled", "unsettled", "result"), (
                spoil
            )
            assert await run(keyhole, "return [(await api.x({ id: 2 })).ok, ({}).polluted]") == [1, None]


HEAVY = [
    {"b": [1] * 1_000_000},
    {"a": [1] * 1_000_000},
    '{"a":[' + "1," * 500_000 + "1]}",
]


async def test_large_arguments_are_worked_on_beside_other_runs(open_api):
    """Each of these is a second of work in one piece: others must have their turn meanwhile."""
    turns: list[int] = []

    async def sent(_):
        return Result(200, {}, None, "")

    async with open_api(DOCUMENT) as keyhole:
        operation = keyhole.catalog.get("api", "w")
        for body in HEAVY:
            turns.append(0)
            work = asyncio.ensure_future(Validate()(Call(operation, {"body": body}), sent))
            while not work.done():
                await asyncio.sleep(0)
                turns[-1] += 1
            assert isinstance(work.exception(), InvalidArguments | None)
    assert min(turns) > 10


async def empty_members():
    yield b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n"
    while True:
        yield gzip.compress(b"") * 1000


async def trickle(head: bytes, drop: bytes):
    yield head
    while True:
        await asyncio.sleep(0.05)
        yield drop


def endless(name: str):
    return {
        "head": lambda: trickle(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"),
        "body": lambda: trickle(b"HTTP/1.1 200 OK\r\n\r\n", b" "),
        "100s": lambda: trickle(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        "gzip": empty_members,
    }[name]


@pytest.mark.parametrize("name", ["head", "body", "100s", "gzip"])
async def test_an_answer_that_never_ends_is_given_up(open_api, target, name):
    target.answer = lambda _: endless(name)()
    async with open_api(DOCUMENT, timeout_s=1.0 if name != "gzip" else 30.0) as keyhole:
        assert await run(keyhole, "return api.x({ id: 1 }).catch(e => e.code)") == Unreachable.code


CHARSETS = [
    "hex",
    "rot13",
    "zlib",
    "idna",
    "punycode",
    "undefined",
    "unicode_escape",
    "x" * 9000,
    "\u00e4",
    "mbcs",
    "",
    "quopri",
]


async def test_any_charset_is_an_answer(open_api, target):
    async with open_api(DOCUMENT) as keyhole:
        for charset in CHARSETS:
            target.answer = lambda _, charset=charset: reply(
                b"a\xff\\u0041", "200 OK", f"text/plain; charset={charset}"
            )
            assert (await run(keyhole, "return api.x({ id: 1 })")).startswith("a"), charset


async def test_a_run_gets_no_more_than_its_bytes(open_api, target):
    target.answer = lambda _: reply(b'"' + b"x" * 100_000 + b'"')
    async with open_api(DOCUMENT, {"limits": RunLimits(bytes_in=1_000_000, at_once=4)}) as keyhole:
        code = "return (await Promise.all(Array.from({ length: 60 }, (_, i) => api.x({ id: i }).catch(e => e.code)))).filter(x => x === 'budget').length"
        assert await run(keyhole, code) >= 60 - (10 + 4)
    assert len(target.seen) <= 10 + 4


async def test_a_setter_on_every_list_is_the_programs_own_fault(open_api, target):
    async with open_api(DOCUMENT) as keyhole:
        execution = await keyhole.execute(
            "Object.defineProperty(Array.prototype, 0, { set() { throw 1 } }); return api.x({ id: 1 })"
        )
    assert execution.error is not None
    assert (execution.error.kind, execution.error.message) == ("throw", "the program threw 1")
    assert target.seen == []
