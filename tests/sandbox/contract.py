"""What every engine must do: subclass `EngineContract` with an `engine` fixture made from `SOURCE`.

Programs reach nothing but `host`, here: echo gives its argument back, slow does so after a while, never doesn't answer,
fail raises an ApiError, broken raises what no host call may raise.
"""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from spoil import ENDS, EVERYTHING, SPOIL

from keyhole.errors import ApiError, InvalidArguments
from keyhole.sandbox.engine import Engine, Failed, Finished, ImageSource, Limits, LogLine, Outcome
from keyhole.sandbox.program import Program

SOURCE = ImageSource(
    script="globalThis.double = (x) => host('echo', x).then((y) => 2 * y); globalThis.count = spec.paths.length;",
    data=(("spec", b'{"paths": {"/a": {}, "/b": {}}, "text": "\xc3\xa9\\ud83d\\ude00"}'),),
)
QUICK = Limits(wall_s=20, cpu_s=0.3)
PLACES = ["in process", "workers"]


class Host:
    """The other side of `host`."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, object]] = []
        self.cancelled = 0
        self.now = self.most = 0

    async def __call__(self, name: str, argument: object) -> object:
        self.calls.append((name, argument))
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            return await getattr(self, name)(argument)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.now -= 1

    async def echo(self, argument: object) -> object:
        return argument

    async def slow(self, argument: object) -> object:
        await asyncio.sleep(0.05)
        return argument

    async def never(self, argument: object) -> object:
        await asyncio.Event().wait()

    async def give(self, argument: object) -> object:
        return {
            "nan": float("nan"),
            "bytes": b"\0\xff",
            "big": 2**53 + 2,
            "fake": {"$keyhole:bytes": "AAA="},
            "s": "\ud800x",
        }

    async def fail(self, argument: object) -> object:
        raise ApiError("no such zone", status=404, body={"why": "x"}, hint="list the zones", operation="dns.zones_get")

    async def refuse(self, argument: object) -> object:
        raise InvalidArguments("name is missing", hint="give name", operation="dns.zones_get")

    async def broken(self, argument: object) -> object:
        raise KeyError("secret path /home/x")

    async def odd(self, argument: object) -> object:
        return object()


async def run(
    engine: Engine, text: str, host: Host | None = None, limits: Limits = QUICK, on_log: object = None
) -> Outcome:
    return await engine.run(Program.parse(text), host or Host(), limits, on_log=on_log)  # type: ignore[arg-type]


async def value(engine: Engine, text: str, host: Host | None = None, limits: Limits = QUICK) -> object:
    outcome = await run(engine, text, host, limits)
    assert isinstance(outcome, Finished), outcome
    return outcome.value


async def failure(engine: Engine, text: str, host: Host | None = None, limits: Limits = QUICK):
    outcome = await run(engine, text, host, limits)
    assert isinstance(outcome, Failed), outcome
    assert outcome.error.message
    return outcome.error


class EngineContract:
    # Values

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("return 1 + 1", 2),
            ("return [1.5, -0.25, 1e21, true, null, 'a', []]", [1.5, -0.25, 1e21, True, None, "a", []]),
            ("return 'é😀\\u0000\\n\"'", 'é😀\0\n"'),
            ("return 'a\\ud800b'", "a�b"),
            ("return {'\\udfff': 1}", {"�": 1}),
            ("return 2 ** 53 + 2", 2**53 + 2),
            ("return 123456789012345678901234567890n", "123456789012345678901234567890"),
            ("return [NaN, Infinity]", [None, None]),
            ("return new Uint8Array([0, 255])", b"\0\xff"),
            (
                "return {b: new Uint8Array([1, 2]).subarray(1), buffer: new Uint8Array([3]).buffer}",
                {"b": b"\2", "buffer": b"\3"},
            ),
            ("return new Float64Array([1, 2])", [1, 2]),
            ("return new Map([['a', new Map([[1, 2]])]])", {"a": [[1, 2]]}),
            ("return new Set([1, 'a'])", [1, "a"]),
            ("return new Date(0)", "1970-01-01T00:00:00.000Z"),
            ("return {a: undefined, f() {}, b: 1}", {"b": 1}),
            ("return [new TypeError('x')]", [{"name": "TypeError", "message": "x"}]),
            ("return [new Map([[1, 2]]).values(), [3].entries(), (function* () { yield 4 })()]", [[2], [[0, 3]], [4]]),
            (
                "return [/a+/gi, new Headers({B: 'x'}), new URLSearchParams('a=1&b=2&a=3')]",
                ["/a+/gi", {"b": "x"}, {"a": ["1", "3"], "b": "2"}],
            ),
            ("return {'$keyhole:bytes': 'AAA=', __proto__: null}", {"$keyhole:bytes": "AAA="}),
            ("const o = {}; return [o, o]", [{}, {}]),
            ("return JSON.stringify([new Uint8Array(1), new Map([[1, 2]])])", '[{"0":0},{}]'),
        ],
    )
    async def test_result(self, engine, text, expected):
        assert await value(engine, text) == expected

    async def test_undefined_is_told_from_null(self, engine):
        nothing, null = await run(engine, "let x = 1;"), await run(engine, "return null")
        assert isinstance(nothing, Finished)
        assert isinstance(null, Finished)
        assert (nothing.value, nothing.undefined, null.value, null.undefined) == (None, True, None, False)

    async def test_arguments_and_answers_go_round(self, engine):
        host = Host()
        text = "const x = {a: [1, 'é', null], b: new Uint8Array([7, 8]), e: {}}; const y = await host('echo', x); return [y.b instanceof Uint8Array, y]"
        assert await value(engine, text, host) == [True, {"a": [1, "é", None], "b": b"\7\10", "e": {}}]
        assert host.calls == [("echo", {"a": [1, "é", None], "b": b"\7\10", "e": {}})]

    async def test_answers_are_what_they_are(self, engine):
        text = "const x = await host('give'); return [x.nan, [...x.bytes], x.big, x.fake, x.s.length]"
        assert await value(engine, text) == [None, [0, 255], 2**53 + 2, {"$keyhole:bytes": "AAA="}, 2]

    async def test_no_argument_is_null(self, engine):
        host = Host()
        assert await value(engine, "return await host('echo')", host) is None
        assert host.calls == [("echo", None)]

    async def test_large_values(self, engine):
        text = "const s = 'é'.repeat(1e6); return (await host('echo', s)) === s ? s.length : 'not the same'"
        assert await value(engine, text) == 1_000_000

    async def test_the_image_is_there(self, engine):
        assert await value(engine, "return [Object.keys(spec.paths), spec.text, await double(4)]") == [
            ["/a", "/b"],
            "é😀",
            8,
        ]

    # What cannot be a result

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("const a = {}; a.b = [1, a]; return a", "result.b[1] is result again"),
            ("return {x: [host('echo', 1)]}", "result.x[0] is a Promise: await it"),
            ("return {pages: [(async function* () {})()]}", "result.pages[0] is an async iterator: collect it"),
            ("return () => 1", "a function"),
            ("return Symbol('x')", "a symbol"),
            ("let o = {}; for (let i = 0; i < 1000; i++) o = {o}; return o", "nested deeper than"),
        ],
    )
    async def test_unsendable_results(self, engine, text, says):
        error = await failure(engine, text)
        assert error.kind == "result"
        assert says in error.message
        assert error.hint

    async def test_an_argument_that_is_a_cycle_is_thrown_at_the_call(self, engine):
        text = "const a = {}; a.a = a; try { await host('echo', a) } catch (e) { return e.message }"
        assert "argument.a is argument again" in await value(engine, text)

    # Errors

    async def test_an_error_has_the_place_in_the_models_text(self, engine):
        error = await failure(engine, "const x = null;\n\n  x.y.z;")
        assert (error.kind, error.line) == ("throw", 3)
        assert error.column in {3, 4, 5}  # the start, the dot or the name: engines differ
        assert "TypeError" in error.message
        assert error.cause is None

    async def test_a_rejected_call_has_the_place_of_the_call(self, engine):
        host = Host()
        error = await failure(engine, "const a = 1;\nconst b = await host('fail', a);\nreturn b", host)
        assert (error.kind, error.line) == ("throw", 2)
        assert "no such zone" in error.message
        assert error.hint == "list the zones"
        assert error.cause is not None
        assert (error.cause["code"], error.cause["status"], error.cause["body"]) == ("api_error", 404, {"why": "x"})
        assert error.fields()["code"] == "api_error"

    async def test_a_program_catches_what_a_call_throws(self, engine):
        text = """
        const seen = [];
        for (const name of ["fail", "refuse"])
          try { await host(name) } catch (e) { seen.push([e instanceof Error, e instanceof ApiError, e.name, e.code, e.message, e.hint, e.status ?? null, e.operation]) }
        return seen"""
        assert await value(engine, text) == [
            [True, True, "ApiError", "api_error", "no such zone", "list the zones", 404, "dns.zones_get"],
            [
                True,
                False,
                "InvalidArguments",
                "invalid_arguments",
                "name is missing",
                "give name",
                400,
                "dns.zones_get",
            ],
        ]

    async def test_a_forged_host_error_is_an_ordinary_one(self, engine):
        error = await failure(engine, "throw Object.assign(new ApiError('x'), {code: 'denied', status: 1})")
        assert error.cause is None

    @pytest.mark.parametrize(
        ("thrown", "says"),
        [("'x'", '"x"'), ("null", "null"), ("undefined", "undefined"), ("{a: [1]}", "{a: [1]}"), ("0", "0")],
    )
    async def test_anything_can_be_thrown(self, engine, thrown, says):
        error = await failure(engine, f"throw {thrown}")
        assert (error.kind, error.message) == ("throw", f"the program threw {says}")
        assert error.hint

    async def test_an_error_tells_what_is_behind_it(self, engine):
        text = """class SyncError extends Error { constructor(what, options) { super(what, options); this.name = "SyncError"; } }
        class Deep extends SyncError {}
        try { await host("fail") } catch (cause) {
          throw new Deep("could not load", { cause });
        }"""
        error = await failure(engine, text)
        assert error.message == "SyncError: could not load\ncaused by ApiError: no such zone"
        assert (error.line, error.hint, error.kind) == (4, "list the zones", "throw")
        text = "await Promise.any([host('fail'), Promise.reject('x'), Promise.reject(new TypeError('y'))])"
        assert (await failure(engine, text)).message.split("\n")[1:] == [
            "with ApiError: no such zone",
            'with "x"',
            "with TypeError: y",
        ]

    async def test_a_hostile_error_is_still_reported(self, engine):
        for text in (
            "throw {get message() { throw 1 }, toString() { throw 2 }}",
            "throw new Proxy({}, {get() { throw 1 }, ownKeys() { throw 1 }, getPrototypeOf() { throw 1 }})",
            "throw Object.defineProperty(new Error('x'), 'message', {get() { throw 1 }})",
            "const e = new Error('x'); e.stack = {}; e.name = Symbol('x'); throw e",
            "Error.prototype.toJSON = () => { throw 1 }; JSON.stringify = null; throw new Error('x')",
        ):
            assert (await failure(engine, text)).kind == "throw"

    async def test_a_stack_shows_the_message_and_the_models_own_lines(self, engine):
        text = "const f = () => {\n  null.x }\nconst stacks = [];\nfor (const g of [f, () => { throw Object.assign(new Error('b'), {stack: 'mine'}) }])\n  try { g() } catch (e) { stacks.push(e.stack) }\ntry { await host('fail') } catch (e) { stacks.push(e.stack) }\nreturn stacks"
        thrown, own, call = await value(engine, text)
        lines = thrown.split("\n")
        assert lines[0].startswith("TypeError: ")
        assert ["<program>:2:" in lines[1], "<program>:5:" in lines[2], len(lines)] == [True, True, 3]
        assert own == "mine"
        assert call.startswith("ApiError: no such zone\n")
        assert "<program>:6:" in call

    async def test_syntax_that_only_the_engine_finds(self, engine):
        error = await failure(engine, "const a = 1;\nlet b = 2; let b = 3;")
        assert error.kind == "syntax"
        assert error.line == 2

    async def test_a_rejection_nobody_awaited(self, engine):
        error = await failure(engine, "host('fail');\nreturn 1")
        assert (error.kind, error.line) == ("unhandled", 1)
        assert "no such zone" in error.message
        assert (await failure(engine, "Promise.reject('x'); return 1")).kind == "unhandled"

    async def test_a_rejection_awaited_later_is_none(self, engine):
        text = "const p = host('fail'); await host('slow', 1); try { await p } catch { return 'caught' }"
        assert await value(engine, text) == "caught"

    async def test_what_never_settles(self, engine):
        assert (await failure(engine, "await new Promise(() => {})")).kind == "unsettled"

    async def test_calls_nobody_awaited_finish(self, engine):
        host = Host()
        assert await value(engine, "host('slow', 1).then(() => host('echo', 2)); return 3", host) == 3
        assert [name for name, _ in host.calls] == ["slow", "echo"]
        assert host.cancelled == 0

    async def test_timers(self, engine):
        text = """
        const order = [];
        const gone = setTimeout(() => order.push('gone'), 1);
        clearTimeout(gone);
        await Promise.all([30, 10, 20].map((ms) => new Promise((done) => setTimeout((x) => { order.push(x); done() }, ms, ms))));
        setTimeout(() => order.push('late'), 60000);
        return order"""
        assert await value(engine, text) == [10, 20, 30]

    async def test_intervals(self, engine):
        text = """
        let ticks = 0;
        await new Promise((done) => { const id = setInterval((step) => { ticks += step; if (ticks >= 6) { clearInterval(id); done(); } }, 1, 2); });
        setImmediate(() => { ticks += 100; });
        await new Promise((done) => setImmediate(done));
        setInterval(() => { ticks += 1000; }, 1);
        return ticks"""
        assert await value(engine, text) == 106
        assert (
            await failure(engine, "setInterval(() => 1, 0); await new Promise(() => {})", limits=Limits(wall_s=0.2))
        ).kind == "wall"
        flood = "for (let i = 0; i < 2000; i++) setInterval(() => 1, 1e6); await new Promise(() => {})"
        assert "1000 timers" in (await failure(engine, flood)).message

    @pytest.mark.parametrize(
        "text",
        [
            "queueMicrotask(() => { throw new Error('mine') }); await null; return 1",
            "setTimeout(() => { throw new Error('mine') }); await new Promise(() => {})",
            "setInterval(() => { throw new Error('mine') }, 1); await new Promise(() => {})",
        ],
    )
    async def test_what_a_callback_throws_is_told(self, engine, text):
        error = await failure(engine, text)
        assert (error.kind, error.line) == ("unhandled", 1)
        assert "mine" in error.message

    # Console

    async def test_console(self, engine):
        seen: list[LogLine] = []
        text = "console.log('a', {b: [1, 'x', new Map([[1, {c: null}]])]}, undefined); console.warn(new Error('e')); console.debug(); throw 1"
        outcome = await run(engine, text, on_log=seen.append)
        assert [(line.level, line.text) for line in outcome.logs] == [
            ("log", 'a {b: [1, "x", Map(1) {1 => {c: null}}]} undefined'),
            ("warn", "Error: e"),
            ("debug", ""),
        ]
        assert seen == list(outcome.logs)

    async def test_console_has_what_every_console_has(self, engine):
        text = """
        console.log('%s is %d of %i, %o%% %c%x', 'a', '1.5', 2.9, {b: 1}, 'color: red', 'rest');
        console.log('100%', 5);
        console.table([{id: 1, name: 'x'}, {id: 22, tags: ['y']}]); console.table(['a', 'b']); console.table(new Map([['k', 1]])); console.table([{a: 1, b: 2}], ['b']);
        console.group('outer'); console.info('in\\nside'); console.group(); console.log('deeper'); console.groupEnd(); console.groupEnd();
        console.count(); console.count('x'); console.count(); console.countReset(); console.count();
        console.assert(true, 'no'); console.assert(1 > 2, 'sum was %d', 3); console.timeEnd('never');
        console.dir({a: 1}, {depth: 0}); console.trace('here'); console.error(new TypeError('bad', {cause: new Error('worse')}));"""
        outcome = await run(engine, text)
        assert [(line.level, line.text) for line in outcome.logs] == [
            ("log", "a is 1.5 of 2, {b: 1}% %x rest"),
            ("log", "100% 5"),
            (
                "log",
                '(index) | id | name | tags\n--------+----+------+------\n0       | 1  | x    |\n1       | 22 |      | ["y"]',
            ),
            ("log", "(index) | Values\n--------+-------\n0       | a\n1       | b"),
            ("log", "(index) | key | value\n--------+-----+------\n0       | k   | 1"),
            ("log", "(index) | b\n--------+--\n0       | 2"),
            ("log", "outer"),
            ("info", "  in\n  side"),
            ("log", "    deeper"),
            *(("log", text) for text in ("default: 1", "x: 1", "default: 2", "default: 1")),
            ("error", "Assertion failed: sum was 3"),
            ("warn", "No such label 'never' for console.time()"),
            ("log", "{a: 1}"),
            ("debug", "here"),
            ("error", "TypeError: bad (cause: Error: worse)"),
        ]

    async def test_console_is_bounded(self, engine):
        text = "for (let i = 0; i < 100; i++) console.log('x'.repeat(100)); console.log(new Array(1e5).fill({a: {b: {c: {d: {e: {f: 1}}}}}})); return 1"
        outcome = await run(engine, text, limits=Limits(log_bytes=1000))
        assert isinstance(outcome, Finished)
        assert len(outcome.logs) == 9
        assert "93 more lines" in outcome.logs[-1].text

    async def test_lines_for_which_there_is_no_room_are_counted_where_they_are_made(self, engine):
        text = "for (let i = 0; i < 5000; i++) console.log(''); return 1"
        outcome = await run(engine, text, limits=Limits(log_bytes=1000))
        assert isinstance(outcome, Finished)
        assert len(outcome.logs) == 1000 // 16 + 1
        assert f"{5000 - 1000 // 16} more lines" in outcome.logs[-1].text

    # Limits

    @pytest.mark.parametrize(
        ("text", "limits", "kind", "says"),
        [
            ("while (true) {}", Limits(cpu_s=0.2), "cpu", "0.2 s"),
            ("for (;;) await null", Limits(cpu_s=0.2), "cpu", "0.2 s"),
            ("for (;;) await host('echo', 1)", Limits(cpu_s=0.2, calls=10**9), "cpu", "0.2 s"),
            ("await host('never')", Limits(wall_s=0.1), "wall", "0.1 s"),
            ("await new Promise((done) => setTimeout(done, 1e6))", Limits(wall_s=0.1), "wall", "0.1 s"),
            ("const a = []; for (;;) a.push({a})", Limits(memory_bytes=8 << 20), "memory", "8 MB"),
            (
                "const a = []; for (;;) a.push(new Uint8Array(1 << 20).fill(1))",
                Limits(memory_bytes=8 << 20),
                "memory",
                "8 MB",
            ),
            ("const f = (n) => 1 + f(n + 1); return f(0)", Limits(stack_bytes=128 << 10), "stack", "128 KB"),
            ("for (let i = 0; i < 6; i++) await host('echo', i)", Limits(calls=5), "calls", "5 calls"),
            ("for (;;) { try { host('echo', 1).catch(() => {}) } catch {} }", Limits(calls=5), "calls", "5 calls"),
            ("return 'x'.repeat(2000)", Limits(bytes_out=1000), "bytes", "1000 bytes"),
            ("for (;;) console.log('x'.repeat(1000))", Limits(bytes_out=100_000), "bytes", "bytes"),
            ("for (;;) host('echo', 'x'.repeat(1000))", Limits(bytes_out=100_000), "bytes", "bytes"),
        ],
    )
    async def test_limits_fire_and_say_so(self, engine, text, limits, kind, says):
        error = await failure(engine, text, limits=limits)
        assert error.kind == kind, error
        assert says in error.message
        assert error.hint

    @pytest.mark.parametrize(
        ("text", "kind", "line"),
        [
            ("const a = [1].map((x) => x);\n\nwhile (true) {}", "cpu", 3),
            ("const a = [1].map((x) => x);\nlet n = 0;\nfor (;;) {\n  n += 1;\n}", "cpu", 4),
            ("let n = 0;\ndo\n  n++;\nwhile (n > 0);", "cpu", 3),
            ("const f = () => {\n  let i = 0;\n  for (;;)\n    i++;\n};\n[1].forEach(f);", "cpu", 4),
            ("try {\n  for (;;);\n} catch {\n  for (;;);\n} finally {\n  for (;;);\n}", "cpu", 2),
            ("new Promise(() => {\n  for (;;);\n}).catch(() => 1);\nfor (;;);", "cpu", 2),
            ("let n = 0;\nfor (;;) {\n  await null;\n}", "cpu", 3),
            ("await host('echo', 1);\nsetTimeout(() => {\n  for (;;);\n});\nawait new Promise(() => {});", "cpu", 3),
            ("const s = 'a'.repeat(40) + 'b';\nreturn /^(a+)+$/.test(s);", "cpu", 2),
            ("const a = Array(2e5).fill('x');\nfor (;;)\n  JSON.stringify(a);", "cpu", 3),
            ("Error.prototype.name = InternalError.prototype.name = null;\nJSON.stringify = null;\nfor (;;);", "cpu", 3),
            ("const n = 1;\nfor (let i = 0; i < 6; i++)\n  await host('echo', i);", "calls", 3),
            ("for (;;)\n  setTimeout(() => 1, 1e6);", "calls", 2),
            ("const x = 'x'.repeat(10000);\nfor (;;)\n  console.log(x);", "bytes", 3),
            ("const a = await host('echo', 1);\nconst b = await\n  host('never', a);", "wall", 3),
            ("const a = Promise.all([\n  host('never', 1),\n  host('never', 2)]);\nawait a;", "wall", 2),
        ],
    )  # fmt: skip
    async def test_a_limit_says_where_the_program_was(self, engine, text, kind, line):
        limits = Limits(wall_s=0.2 if kind == "wall" else 20, cpu_s=0.1, calls=5, bytes_out=4 << 20)
        error = await failure(engine, text, limits=limits)
        assert (error.kind, error.line) == (kind, line), error

    async def test_a_wall_limit_says_what_was_waited_for(self, engine):
        limits = Limits(wall_s=0.1)
        says = {
            "await host('never')": "longer than 0.1 s, and waited for a call",
            "await Promise.all([1, 2].map((x) => host('never', x)))": "longer than 0.1 s, and waited for 2 calls",
            "await new Promise((done) => setTimeout(done, 1e6))": "longer than 0.1 s, and waited for a timer",
        }
        for text, said in says.items():
            assert said in (await failure(engine, text, limits=limits)).message

    async def test_running_out_of_memory_can_be_caught(self, engine):
        text = "let a = []; try { for (;;) a.push(new Uint8Array(1 << 18)) } catch (e) { a = null; return [e instanceof Error, {b: [1]}] }"
        assert await value(engine, text, limits=Limits(memory_bytes=8 << 20)) == [True, {"b": [1]}]

    async def test_recursion_can_be_caught(self, engine):
        assert await value(engine, "const f = () => f() + 1; try { f() } catch (e) { return e.name }") == "RangeError"

    async def test_calls_at_once(self, engine):
        host = Host()
        text = "return (await Promise.all([...Array(20).keys()].map((i) => host('slow', i)))).length"
        assert await value(engine, text, host, Limits(at_once=4)) == 20
        assert host.most == 4

    # Other runs

    async def test_a_spinning_program_delays_nobody(self, engine):
        spinning = [asyncio.create_task(run(engine, "while (true) {}", limits=Limits(cpu_s=1))) for _ in range(4)]
        assert [await value(engine, "return await double(1)") for _ in range(5)] == [2] * 5
        assert not any(task.done() for task in spinning)
        assert [outcome.error.kind for outcome in await asyncio.gather(*spinning)] == ["cpu"] * 4

    async def test_runs_that_wait_hold_no_thread(self, engine):
        host, threads = Host(), threading.active_count()
        waiting = [asyncio.create_task(run(engine, "await host('never')", host)) for _ in range(300)]
        while host.now < 300:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert await value(engine, "return await double(1)") == 2
        assert threading.active_count() <= threads + 70  # a pool of threads that run instances, and none of them waits
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def test_cancelling_stops_the_program_and_its_calls(self, engine):
        for text in ("while (true) {}", "await host('never')", "host('never'); while (true) {}"):
            host = Host()
            task = asyncio.create_task(run(engine, text, host, Limits(cpu_s=100)))
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert host.cancelled == len(host.calls)
        assert await value(engine, "return 1") == 1

    async def test_nothing_survives_a_run(self, engine):
        await run(
            engine,
            """globalThis.leak = 1; Object.prototype.leak = 1; Array.prototype.map = () => 'pwn'; spec.paths = null;
            JSON.stringify = () => '"pwn"'; Promise.prototype.then = null; Map.prototype.set = null; host = null; console.log = null;
            return 1""",
        )
        text = "return [typeof leak, ({}).leak ?? null, [1].map((x) => x + 1), Object.keys(spec.paths), JSON.stringify(1), typeof console.log]"
        assert await value(engine, text) == ["undefined", None, [2], ["/a", "/b"], "1", "function"]

    async def test_a_program_that_breaks_its_world_still_ends_honestly(self, engine):
        text = """Promise.prototype.then = () => { throw 1 }; JSON.stringify = () => 'null'; Map.prototype.get = () => 0;
        Object.defineProperty(Object.prototype, 'resolve', {get() { throw 1 }, set() { throw 2 }});
        Array.prototype.push = null; Array.prototype[Symbol.iterator] = null; Function.prototype.call = null; Error = null;
        return [await host('echo', 5), 6]"""
        assert await value(engine, text) == [5, 6]

    async def test_chance_and_clock_are_the_runs_own(self, engine):
        runs = [await value(engine, "return [Math.random(), Date.now(), crypto.randomUUID()]") for _ in range(3)]
        assert len({chance for chance, _, _ in runs}) == 3
        assert len({uuid for _, _, uuid in runs}) == 3
        assert runs[0][1] <= runs[1][1] <= runs[2][1]
        assert runs[0][1] > 1_767_225_600_000
        assert all(0 <= chance < 1 for chance, _, _ in runs)

    async def test_a_program_that_overwrites_everything_still_ends_honestly(self, engine):
        for spoil in SPOIL:
            for text, may_finish in ENDS.items():
                outcome = await run(engine, f"{EVERYTHING}; {spoil}; {text}")
                if isinstance(outcome, Failed):
                    assert outcome.error.kind in {"throw", "result", "unhandled", "unsettled"}, (spoil, text, outcome)
                else:
                    assert may_finish, (spoil, text)

    async def test_a_thousand_runs_leave_nothing_behind(self, engine):
        async def batch(count: int) -> None:
            for _ in range(count // 20):
                assert await asyncio.gather(*(value(engine, "return await double(2)") for _ in range(20))) == [4] * 20

        await batch(200)
        memory, threads = resident(), threading.active_count()
        await batch(1000)
        assert threading.active_count() <= max(threads, 90)  # a pool of 65, and asyncio's own
        assert resident() - memory < 30 << 20

    # What is not there

    @pytest.mark.parametrize(
        "text",
        [
            "await fetch('http://x')",
            "new XMLHttpRequest()",
            "require('fs')",
            "process.env.HOME",
            "Deno.args",
            "await import('fs')",
        ],
    )
    async def test_what_is_absent_says_what_to_use(self, engine, text):
        error = await failure(engine, text)
        assert "not available" in error.message
        assert (
            "Use" in error.message
            or "Call" in error.message
            or "Write" in error.message
            or "stay outside" in error.message
        )

    async def test_our_own_bugs_do_not_leak(self, engine):
        for call in ("broken", "odd"):
            error = await failure(engine, f"try {{ await host('{call}') }} catch (e) {{ return String(e) }}")
            assert error.kind == "crash"
            assert "secret" not in error.message + error.hint
        assert await value(engine, "return 1") == 1

    async def test_the_hooks_are_gone(self, engine):
        text = "return Object.getOwnPropertyNames(globalThis).filter((name) => name.startsWith('_'))"
        assert await value(engine, text) == []


HOSTILE = {
    "alloc_arrays": "memory", "alloc_filled": "memory", "deno_core": "ERR", "deno_read": "ERR", "function_this": "parseInt",
    "getter_hostile": "cpu", "hostcall_flood": "calls", "hostcall_flood_await": "calls", "import_fs": "ERR", "import_nodefs": "ERR",
    "microtask_flood": "cpu memory", "never_resolve": "unsettled", "proto_check": [None, [2], "undefined", 2], "proto_pollute": 1,
    "proxy_getter": "cpu", "recursion": "stack", "recursion_json": "memory stack", "regex_backtrack": "cpu", "require": "undefined",
    "ret_500MB": "memory bytes", "sab": "undefined", "sort_comparator": "cpu", "str_double": "memory", "toJSON_hostile": "cpu",
    "typedarray_big": "memory", "wasm": "undefined", "while_true": "cpu",
}  # fmt: skip


async def check_hostile(engine: Engine, name: str, text: str) -> None:
    """Assert that the program `name` ends as expected and that another run goes through while it is at it."""
    expected = HOSTILE.get(name)
    task = asyncio.create_task(run(engine, text, limits=Limits(wall_s=30, cpu_s=0.5, memory_bytes=16 << 20)))
    await asyncio.sleep(0.01)
    assert await value(engine, "return 1 + 1") == 2
    outcome = await task
    if isinstance(outcome, Failed):
        assert expected is None or outcome.error.kind in str(expected).split(), outcome
        assert outcome.error.kind != "crash", outcome
    elif isinstance(expected, str):
        assert str(outcome.value).startswith(expected), outcome
    else:
        assert expected is None or outcome.value == expected


def resident() -> int:
    """Give this process's resident memory in bytes (0 where the system doesn't say)."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
    except OSError:
        return 0
