"""The host's half against a guest that lies, and the guest's half against what an API may answer."""

from __future__ import annotations

import asyncio
import gc
import json
from typing import TYPE_CHECKING, Any

import pytest

from keyhole.errors import ProgramError
from keyhole.sandbox.engine import Finished, Limits
from keyhole.sandbox.program import Program
from keyhole.sandbox.quickjs import image as images
from keyhole.sandbox.quickjs.failure import reported_failure
from keyhole.sandbox.quickjs.pool import on_big_stack

pytest.register_assert_rewrite("contract", "fed_run")
from contract import SOURCE, Host  # noqa: E402
from fed_run import FedRun  # noqa: E402

if TYPE_CHECKING:
    from keyhole.sandbox.quickjs.image import Image


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Image:
    cache = tmp_path_factory.getbasetemp().parent / "keyhole-cache"
    cache.mkdir(mode=0o700, exist_ok=True)
    return on_big_stack(lambda: images.load(SOURCE, cache))


async def ends(image: Image, *messages: bytes, **limits: Any) -> Finished | ProgramError:
    async with FedRun(image, limits=Limits(**limits)) as fed:
        await fed.feed(*messages)
        return await fed.end()


@pytest.mark.parametrize(
    "message",
    [
        b"C[1.5,'echo',1]", b'C[1.5,"echo",1]', b'C[-1,"echo",1]', b'C[4294967296,"echo",1]', b'C[9007199254740993,"echo",1]',
        b'C[true,"echo",1]', b'C[null,"echo",1]', b'C["1","echo",1]', b'C[[1],"echo",1]', b'C[1,{"echo":1},1]', b'C[1,"echo"]',
        b'C[1,"echo",1', b'C[1,"echo",NaN]', b'C[1,"echo",Infinity]', b'C[1,"e\xff","x"]x', b'C\x00[1,"echo",1]', b"C", b"C1",
        b"T[]", b"T[1]", b"T[1,2,3]", b"T[null,1]", b"T[-1,0]", b"T[1e300,0]", b'T["a",0]', b"T[[],0]", b"t[]", b"t[null]", b"t[1e400]",
        b"L[]", b'L["log"]', b"L{}", b"R", b"R[1", b"R[1]R[2]", b"R1", b"R\xff", b'R["\xff"', b"E", b"E[]", b"E[null]", b"E[[]]",
        b"K[]", b'K["nonsense"]', b'K["cpu",1,2,3]', b"?[]", b"\xf0\x9f\x98\x80[]", b"S\0\0\0\0", b"A\0\0\0\0\1[1]", b"\0", b"",
    ],
)  # fmt: skip
async def test_a_message_that_makes_no_sense_ends_the_run_and_nothing_else(image, message):
    end = await ends(image, message)
    assert isinstance(end, ProgramError), end
    assert end.kind in {"crash", "result"}
    assert end.message


@pytest.mark.parametrize(
    ("message", "value"),
    [
        (b"R[1,2,3]", 1),
        (b'R[{"a":1,"a":2}]', {"a": 2}),
        (b'R[{"__proto__":{"x":1},"constructor":{"prototype":{"__proto__":2}}}]', {"__proto__": {"x": 1}, "constructor": {"prototype": {"__proto__": 2}}}),
        (b'R[{"a":{"__proto__":[{"__class__":1}]}}]', {"a": {"__proto__": [{"__class__": 1}]}}),
        (b"R[-0]", 0),
        (b"R[1e999]", None),
        (b"R[1" + b"0" * 400 + b"]", 10**400),
        (b'R["\\ud800"]', "�"),
        (b'R["\\udfff\\ud800",5]', "��"),
        (b'R["\\u0000"]', "\0"),
        (b'R[{"t":"AAA="},"t"]', b"\0\0"),
        (b'R[{"t":"A"},"t"]', {"t": "A"}),
        (b'R[{"t":"AA=A"},"t"]', {"t": "AA=A"}),
        (b'R[{"t":"\xc3\xa9"},"t"]', {"t": "é"}),
        (b'R[{"t":"AAA=","u":1},"t"]', {"t": "AAA=", "u": 1}),
        (b'R[{"t":5},"t"]', {"t": 5}),
        (b'R[{"t":"AAA="},5]', {"t": "AAA="}),
        (b'R[{"t":"AAA="},["t"]]', {"t": "AAA="}),
        (b'R[{"":""},""]', b""),
        (b'R[{"__proto__":"AAA="},"__proto__"]', b"\0\0"),
        (b'R[[{"t":{"t":"AAA="}}],"t"]', [{"t": b"\0\0"}]),
        (b"R" + b"[" * 150 + b"]" * 150, None),
        (b"R[" + json.dumps({f"k{n}": n for n in range(300_000)}).encode() + b"]", {f"k{n}": n for n in range(300_000)}),
        (b'R["' + b"x" * (32 << 20) + b'"]', "x" * (32 << 20)),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
async def test_a_value_is_read_as_it_is_or_refused(image, message, value):
    end = await ends(image, message)
    if isinstance(end, ProgramError):
        assert value is None
        assert end.kind in {"result", "crash"}
    elif value is not None:
        assert end.value == value
        assert type(end.value) is type(value)


@pytest.mark.parametrize("depth", [201, 300, 5000, 100_000, 1_000_000])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
async def test_a_value_too_deep_is_refused(image, depth, opening, closing):
    nested = opening * depth + b"1" + closing * depth
    for message in (b"R[" + nested + b"]", b'C[1,"echo",' + nested + b"]"):
        end = await ends(image, message)
        assert isinstance(end, ProgramError)
        assert end.kind in {"result", "crash"}


@pytest.mark.parametrize("depth", [201, 900])
async def test_a_lone_surrogate_does_not_lift_the_limit_of_depth(image, depth):
    end = await ends(image, b'R[["\\ud800",' + b"[" * depth + b"]" * depth + b"]]")
    assert isinstance(end, ProgramError)


async def test_what_comes_after_the_end_is_not_heard(image):
    async with FedRun(image) as fed:
        await fed.feed(b"R[1]", b'C[1,"echo",1]', b'L["log","late"]', b"T[1,0]", b"R[2]", b"E[{}]", b"Q")
        await fed.feed(b"R[3]", b'C[2,"echo",1]')
        end = await fed.end()
        assert isinstance(end, Finished)
        assert (end.value, fed.host.calls, fed.logs) == (1, [], ())


async def test_answers_to_calls_that_were_never_made_are_ignored(image):
    async with FedRun(image) as fed:
        await fed.feed(b'C[4294967295,"echo",1]', b"t[5]", b"t[4294967295]")
        end = await fed.end()  # the guest, which knows of no call, says that it waits for nothing
        assert isinstance(end, ProgramError)
        assert end.kind in {"unsettled", "crash"}
        assert fed.host.calls == [("echo", 1)]


async def test_a_flood_of_calls_keeps_to_its_limit_and_ends_with_the_run(image):
    host = Host()
    async with FedRun(image, host, Limits(at_once=3)) as fed:
        await fed.feed(*(b'C[%d,"never",1]' % n for n in range(1, 20_001)))
        assert (host.now, host.most) == (3, 3)
        assert not fed.ended
    assert (host.now, host.cancelled) == (0, 3)
    assert len(host.calls) == 3


async def test_calls_of_one_id_that_wait_do_not_outlive_the_run(image):
    host = Host()
    async with FedRun(image, host, Limits(at_once=2)) as fed:
        await fed.feed(b'C[1,"slow",1]', b'C[2,"slow",1]', b'C[7,"never",1]', b'C[7,"never",2]', b'C[7,"never",3]')
        await asyncio.sleep(0.2)
    assert host.now == 0


async def test_timers_of_one_id_do_not_outlive_the_run(image):
    async with FedRun(image) as fed:
        watched = fed.watch()
        await fed.feed(*(b"T[1,60000]" for _ in range(5000)))
    del fed
    for _ in range(3):
        await asyncio.sleep(0)
    gc.collect()
    assert watched() is None


async def test_timers_that_are_set_and_cleared_do_not_outlive_the_run(image):
    async with FedRun(image) as fed:
        watched = fed.watch()
        await fed.feed(*(b"T[%d,60000]" % n for n in range(900)), *(b"t[%d]" % n for n in range(0, 900, 2)))
        assert not fed.ended
    del fed
    for _ in range(3):
        await asyncio.sleep(0)
    gc.collect()
    assert watched() is None


@pytest.mark.parametrize("ms", [b"-5", b"1e308", b"1e-308", b"9007199254740993"])
async def test_a_timer_of_any_time_is_one(image, ms):
    async with FedRun(image) as fed:
        await fed.feed(b"T[1," + ms + b"]", b"T[2,1e9]", b"t[1]")
        assert not fed.ended


async def test_lines_without_text_are_bounded_too(image):
    async with FedRun(image, limits=Limits(log_bytes=1000)) as fed:
        await fed.feed(*(b'L["log",""]' for _ in range(20_000)))
        assert len(fed.logs) <= 2000


async def test_a_level_is_one_of_five(image):
    async with FedRun(image, limits=Limits(log_bytes=1000)) as fed:
        await fed.feed(b'L["' + b"x" * 100_000 + b'",""]', b'L["fatal","x"]', b'L[{"a":[1]},[2]]')
        assert {line.level for line in fed.logs} <= {"debug", "log", "info", "warn", "error"}


@pytest.mark.parametrize("kind", ["cpu", "wall", "cancelled", "crash", "calls", "bytes"])
async def test_a_report_does_not_speak_for_the_host(image, kind):
    """A limit is the host's to tell; the guest says only what the program threw."""
    end = await ends(image, b'E[{"kind":"%s"}]' % kind.encode())
    assert isinstance(end, ProgramError)
    assert (end.kind, bool(end.message)) == ("throw", True)


def test_a_forged_stack_is_not_looked_up_without_end():
    """On the event loop: 1,400 places in a program of 200 KB hold up every other run for half a second."""
    looks: list[int] = []

    class Counted(Program):
        def locate(self, line: int, column: int) -> tuple[int, int] | None:
            looks.append(line)
            return super().locate(line, column)

    parsed = Program.parse("throw 1")
    program = Counted(parsed.source, parsed.code, parsed.marks)
    reported_failure({"kind": "throw", "stack": "<program>:1:1 " * 1400}, None, program, Limits())
    assert 0 < len(looks) <= 100


async def test_many_small_things_come_through(image):
    rows = b"[" + b",".join([b"[]"] * 200_000) + b"]"
    end = await ends(image, b"R[" + rows + b"]")
    assert isinstance(end, Finished)
    assert len(end.value) == 200_000
