"""What an API may answer, handed into a program: it gets exactly that, and none of it is executed or believed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from keyhole.errors import ApiError
from keyhole.sandbox.engine import Failed, Finished, Limits

pytest.register_assert_rewrite("contract")
from contract import Host, run  # noqa: E402

if TYPE_CHECKING:
    from keyhole.sandbox.engine import Engine


class Giving(Host):
    """A host whose `give` answers with one value, and whose `throw` raises an error with it."""

    def __init__(self, answer: object) -> None:
        super().__init__()
        self.answer = answer

    async def give(self, argument: object) -> object:
        return self.answer

    async def throw(self, argument: object) -> object:
        raise ApiError(str(self.answer), status=500, body=self.answer, hint=str(self.answer))


async def given(engine: Engine, answer: object, program: str, **limits: Any) -> object:
    outcome = await run(engine, program, Giving(answer), Limits(cpu_s=5, **limits))
    assert isinstance(outcome, Finished), outcome
    return outcome.value


def nested(depth: int, inner: object = None) -> object:
    for n in range(depth):
        inner = [inner] if n % 2 else {"a": inner}
    return inner


@pytest.mark.parametrize(
    "answer",
    [
        {"__proto__": {"polluted": 1}},
        {"__proto__": None, "constructor": {"prototype": {"polluted": 1}}},
        [{"a": {"__proto__": [1, {"__proto__": "x"}]}}],
        {"then": "x", "toJSON": 1, "valueOf": None, "toString": [], "length": -1, "hasOwnProperty": False},
        {"": {"": [{}]}},
        {"$keyhole:bytes": "AAA=", "bytes:0000000000000000": "AAA="},
        "\u2028\u2029</script>${1}`\\u0041\\\"'\0\x01\x7f\ufeff\ufffe\uffff",
        {"\u2028": 1, "\0": 2, "\ufeff": 3, "0": 4, "-0": 5, "4294967295": 6},
        "😀" * 1000 + "é" * 1000 + "\ufffd",
        [0, -1, 1.5, 2**53, -(2**53), 2**53 + 2, 1e308, 5e-324, 1e-7, 123456789.123],
        [True, False, None, [], {}, [[]], [{}]],
        {f"key {n}": n for n in range(20_000)},
        [nested(190)],
        "x" * 2_000_000,
    ],
    ids=lambda value: repr(value)[:40],
)
async def test_an_answer_comes_through_as_it_is(engine, answer):
    assert await given(engine, answer, "return await host('give')") == answer
    assert await given(engine, answer, "return (await host('echo', await host('give')))") == answer
    catch = "try { await host('throw') } catch (e) { return e.body }"
    assert await given(engine, answer, catch) == answer


@pytest.mark.parametrize("beside", [b"", b"\0\xff"])
async def test_a_prototype_that_is_a_key_is_a_key(engine, beside):
    answer = {"__proto__": {"polluted": 1}, "x": {"__proto__": None, "b": beside}}
    program = """
    const x = await host('give');
    return [Object.getPrototypeOf(x) === Object.prototype, Object.keys(x), x.polluted ?? null, ({}).polluted ?? null,
      Object.getPrototypeOf(x.x) === Object.prototype, Object.keys(x.x), x.x.b instanceof Uint8Array]"""
    assert await given(engine, answer, program) == [
        True,
        ["__proto__", "x"],
        None,
        None,
        True,
        ["__proto__", "b"],
        True,
    ]


async def test_nothing_of_an_answer_is_called(engine):
    answer = {"then": "x", "toJSON": "x", "constructor": "x", "callback": "globalThis.pwned = 1", "code": "(() => 1)()"}
    program = """
    const seen = [];
    for (const key of ["then", "toJSON", "constructor"]) Object.defineProperty(Object.prototype, key, {__proto__: null, configurable: true, set() { seen.push(key) }, get() { return undefined }});
    const x = await host('give');
    return [seen, typeof pwned, Object.keys(x).length]"""
    assert await given(engine, answer, program) == [[], "undefined", 5]


async def test_lone_surrogates_stay_what_they_are_inside(engine):
    program = "const x = await host('give'); return [x.s.length, x.s.charCodeAt(0), Object.keys(x)[1].charCodeAt(0)]"
    assert await given(engine, {"s": "\ud800", "\udfff": 1}, program) == [1, 0xD800, 0xDFFF]


async def test_numbers_are_doubles(engine):
    program = "const x = await host('give'); return x.map(String)"
    answer = [2**53 + 1, 2**64, -(2**64), 10**400, -0.0, math.nan, math.inf, 1e21]
    doubles = [
        "9007199254740992",
        "18446744073709552000",
        "-18446744073709552000",
        "Infinity",
        "0",
        "null",
        "null",
        "1e+21",
    ]
    assert await given(engine, answer, program) == doubles
    assert await given(engine, -0.0, "return Object.is(await host('give'), -0)") is True


@pytest.mark.parametrize("answer", [b"", b"\0\xff", bytes(range(256)) * 1000, [b"a", {"b": b"c"}], {"__proto__": b"x"}])
async def test_bytes_come_through(engine, answer):
    assert await given(engine, answer, "return await host('give')") == answer
    assert await given(engine, answer, "return await host('echo', await host('give'))") == answer


async def test_text_that_looks_like_bytes_beside_bytes_is_text(engine):
    answer = [b"x", {"$keyhole:bytes": "AAA="}, {"bytes:0123456789abcdef": "AAA="}]
    program = "return (await host('give')).map((x) => x instanceof Uint8Array || Object.keys(x)[0])"
    assert await given(engine, answer, program) == [True, "$keyhole:bytes", "bytes:0123456789abcdef"]


async def test_text_that_looks_like_bytes_goes_back_as_text(engine):
    answer = [b"x", {"$keyhole:bytes": "AAA="}]
    assert await given(engine, answer, "return await host('give')") == answer


async def test_an_answer_larger_than_the_memory_is_the_memory_limit(engine):
    for answer in ("x" * (40 << 20), [[]] * 3_000_000, {f"k{n}": n for n in range(600_000)}):
        limits = Limits(memory_bytes=16 << 20, cpu_s=5)
        outcome = await run(engine, "return (await host('give')).length", Giving(answer), limits)
        assert isinstance(outcome, Failed)
        assert outcome.error.kind == "memory", outcome


@pytest.mark.parametrize("depth", [300, 900, 5000, 50_000])
async def test_an_answer_that_is_very_deep_is_a_failure_of_the_call(engine, depth):
    program = "try { let x = await host('give'), n = 0; for (; x; n++) x = x.a ?? x[0]; return n } catch (e) { return e.message }"
    outcome = await run(engine, program, Giving(nested(depth)), Limits(cpu_s=5))
    assert isinstance(outcome, Finished), outcome


@pytest.mark.parametrize(
    "answer", [object(), {1, 2}, {"a": object()}, {(1, 2): 3}, 10**5000], ids=lambda value: repr(type(value))
)
async def test_an_answer_that_is_none_ends_the_run_alone(engine, answer):
    outcome = await run(engine, "try { return await host('give') } catch (e) { return e.message }", Giving(answer))
    assert isinstance(outcome, Failed)
    assert outcome.error.kind == "crash"
    assert "object at" not in str(outcome.error)
    after = await run(engine, "return 1")
    assert isinstance(after, Finished)
