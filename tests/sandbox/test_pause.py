"""Paused runs: what goes on elsewhere ends as if it had never stopped, and what was tampered with goes nowhere."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyhole.errors import ApiError, PauseError
from keyhole.sandbox.engine import Failed, Finished, ImageSource, Limits, Outcome, Paused, Pending
from keyhole.sandbox.program import Program

pytest.register_assert_rewrite("contract")
from contract import PLACES, SOURCE  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from keyhole.sandbox.quickjs.engine import QuickJSEngine


@pytest.fixture(scope="module", params=PLACES)
async def elsewhere(request, open_engine) -> AsyncIterator[QuickJSEngine]:
    """A second engine, with a zygote, workers and images of its own."""
    async with open_engine(SOURCE, request.param) as engine:
        yield engine


class Host:
    """Answers `n + 1` to every call; those numbered in `asks` (from 1, in their order) are left pending."""

    def __init__(self, asks: set[int] | None = None, *, every: bool = False) -> None:
        self.asks = asks or set()
        self.every = every
        self.calls: list[Any] = []

    async def __call__(self, name: str, argument: Any) -> Any:
        self.calls.append([name, argument])
        if name == "slow":
            await asyncio.sleep(0.02)
        if self.every or len(self.calls) in self.asks:
            return Pending({"asked": argument})
        return self.answer(name, argument)

    @staticmethod
    def answer(name: str, argument: Any) -> Any:
        if name == "fail":
            raise ApiError("no", status=404, body={"argument": argument})
        return argument + 1 if isinstance(argument, int) else argument


def answered(paused: Paused) -> dict[int, Any]:
    """Give what the host would have answered to each call that waits."""
    given: dict[int, Any] = {}
    for call in paused.waiting:
        assert call.note == {"asked": call.argument}
        try:
            given[call.id] = Host.answer(call.name, call.argument)
        except ApiError as error:
            given[call.id] = error
    return given


async def through(engine: QuickJSEngine, elsewhere: QuickJSEngine, program: Program, host: Host) -> tuple[Outcome, int]:
    """Run to the end, going on in the other engine after each pause; give the outcome and the number of pauses."""
    outcome, pauses, turn = await engine.run(program, host, LIMITS), 0, [elsewhere, engine]
    while isinstance(outcome, Paused):
        outcome = await turn[pauses % 2].resume(outcome.state, answered(outcome), host)
        pauses += 1
    return outcome, pauses


LIMITS = Limits(wall_s=20, cpu_s=2)
LOOP = """
const seen = [], kept = new Map([["x", [1, 2, { deep: "é😀" }]]]);
const [a, b, c] = [host("echo", 10), host("echo", 20), host("echo", 30)];
for (let i = 0; i < 4; i++) {
  seen.push(await host("echo", i));
  console.log("turn", i);
  if (i === 1) seen.push(await b);
}
return { seen, rest: await Promise.all([a, c]), kept, random: typeof Math.random(), paths: Object.keys(spec.paths) };
"""


async def test_a_pause_in_a_loop_goes_on_elsewhere(engine, elsewhere):
    program = Program.parse(LOOP)
    whole = await engine.run(program, Host(), LIMITS)
    assert isinstance(whole, Finished)
    host = Host({1, 2, 3})
    outcome = await engine.run(program, host, LIMITS)
    assert isinstance(outcome, Paused)
    assert [(call.id, call.name, call.argument) for call in outcome.waiting] == [(1, "echo", 10), (2, "echo", 20), (3, "echo", 30)]  # fmt: skip
    assert [line.text for line in outcome.logs] == ["turn 0", "turn 1"]
    assert len(outcome.state) < 50_000
    second = await elsewhere.resume(outcome.state, {2: 21}, host)
    assert isinstance(second, Paused)
    assert [call.id for call in second.waiting] == [1, 3]
    end = await engine.resume(second.state, {1: 11, 3: 31}, host)
    assert isinstance(end, Finished)
    assert (end.value, end.logs) == (whole.value, whole.logs)


KILLED = """
import asyncio, json, sys
from pathlib import Path
from keyhole.sandbox.engine import ImageSource, Limits, Paused, Pending
from keyhole.sandbox.program import Program
from keyhole.sandbox.quickjs.engine import QuickJSEngine
from keyhole.sandbox.workers.crew import Crew
from keyhole.sandbox.workers.spawn import Zygote

async def host(name, argument):
    return Pending({"asked": argument}) if argument >= 10 else argument + 1

async def main():
    task = json.load(sys.stdin)
    source = ImageSource(task["script"], tuple((name, text.encode("latin-1")) for name, text in task["data"]))
    crew = await Crew.start(lambda: source, zygote=Zygote(), cache=Path(task["cache"]), size=1)
    engine = QuickJSEngine(crew, key=b"k" * 32)
    paused = await engine.run(Program.parse(task["program"]), host, Limits(wall_s=20, cpu_s=2))
    assert isinstance(paused, Paused), paused
    Path(task["state"]).write_bytes(paused.state)
    pids = [crew._zygote._process.pid, *(link.pid for link in crew._links)]
    print(json.dumps({"pids": pids, "waiting": [[call.id, call.argument] for call in paused.waiting]}), flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_everything_is_killed_and_the_run_goes_on(engine, compiled, tmp_path):
    """The process, its zygote and its workers die by SIGKILL while a loop with three promises waits."""
    state = tmp_path / "state"
    task = {
        "script": SOURCE.script, "data": [[name, text.decode("latin-1")] for name, text in SOURCE.data],
        "cache": str(compiled), "program": LOOP, "state": str(state),
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-c", KILLED], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin
    assert process.stdout
    with process.stdin, process.stdout:
        process.stdin.write(json.dumps(task).encode())
        process.stdin.close()
        said = json.loads(await asyncio.to_thread(process.stdout.readline))
        process.kill()
        for pid in said["pids"]:
            os.kill(pid, signal.SIGKILL)
        process.wait()
    assert said["waiting"] == [[1, 10], [2, 20], [3, 30]]
    host = Host()
    end = await engine.resume(state.read_bytes(), {1: 11, 2: 21, 3: 31}, host)
    whole = await engine.run(Program.parse(LOOP), Host(), LIMITS)
    assert isinstance(end, Finished)
    assert isinstance(whole, Finished)
    assert (end.value, end.logs) == (whole.value, whole.logs)
    assert host.calls == [["echo", 2], ["echo", 3]]


STEPS = st.sampled_from([
    "out.push(await host('echo', {n}));",
    "out.push(...await Promise.all([host('echo', {n}), host('slow', {n} + 1), 7]));",
    "kept.set('k{n}', host('echo', {n}));",
    "for (const p of kept.values()) out.push(await p); kept.clear();",
    "try {{ await host('fail', {n}) }} catch (e) {{ out.push([e.name, e.status, e.body.argument]) }}",
    "out.push(await Promise.allSettled([host('fail', {n}), host('echo', {n})]).then(x => x.map(y => y.status)));",
    "console.log('at', {n}, out.length);",
    "state = {{ n: {n}, before: state && state.n, text: 'x'.repeat({n} * 100) }};",
    "out.push(await gen.next());",
    "big.push(new Uint8Array({n} * 1000).fill({n})); out.push(big.reduce((s, a) => s + a.length + a[0], 0));",
    "await new Promise(done => setTimeout(done, {n}));",
    "out.push(await new Promise(done => setTimeout(async () => done(await host('echo', {n})), 1)));",
    "for (let i = 0; i < 3; i++) {{ if (i === 1) continue; out.push(i + await host('echo', i)); }}",
    "out.push(/(?<d>\\d+)/u.exec('a{n}').groups.d, 10n ** {n}n, [...'é😀'].length);",
])  # fmt: skip
HEAD = """const out = [], kept = new Map(), big = []; let state = null;
async function* numbers() { for (let i = 0; ; i++) yield await host('echo', i); }
const gen = numbers();
"""


@given(steps=st.lists(STEPS, min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_at_every_possible_pause_the_run_ends_as_if_it_had_not_stopped(both, steps):
    portal, engine, elsewhere = both
    body = "\n".join(step.format(n=index + 1) for index, step in enumerate(steps))
    program = Program.parse(f"{HEAD}{body}\nfor (const p of kept.values()) out.push(await p);\nreturn {{ out, state }}")

    async def check() -> None:
        host = Host()
        whole = await engine.run(program, host, LIMITS)
        assert isinstance(whole, Finished), whole
        for asks in [*({number} for number in range(1, len(host.calls) + 1)), set(range(1, 1000))]:
            again = Host(asks)
            end, pauses = await through(engine, elsewhere, program, again)
            assert isinstance(end, Finished), end
            assert (pauses > 0) == bool(host.calls)
            assert (end.value, end.logs, sorted(map(str, again.calls))) == (whole.value, whole.logs, sorted(map(str, host.calls)))  # fmt: skip

    portal.call(check)


@pytest.fixture(scope="module", params=PLACES)
def both(request, open_engine):
    """Two engines on an event loop of another thread: hypothesis is not asynchronous."""
    from contextlib import AsyncExitStack

    from anyio.from_thread import start_blocking_portal

    with start_blocking_portal() as portal:
        stack = AsyncExitStack()

        async def enter() -> list[QuickJSEngine]:
            return [await stack.enter_async_context(open_engine(SOURCE, request.param)) for _ in range(2)]

        yield (portal, *portal.call(enter))
        portal.call(stack.aclose)


async def paused_at(engine: QuickJSEngine, text: str, host: Host, limits: Limits = LIMITS) -> Paused:
    outcome = await engine.run(Program.parse(text), host, limits)
    assert isinstance(outcome, Paused), outcome
    return outcome


async def test_calls_in_flight_finish_first(engine):
    host = Host({1})
    paused = await paused_at(engine, "const a = host('echo', 1), b = host('slow', 2); return [await a, await b]", host)
    assert [call.id for call in paused.waiting] == [1]
    end = await engine.resume(paused.state, {1: 5}, host)
    assert isinstance(end, Finished)
    assert (end.value, len(host.calls)) == ([5, 3], 2)


async def test_an_error_is_thrown_where_the_call_was(engine):
    paused = await paused_at(engine, "const x = 1;\nreturn await host('echo', x)", Host(every=True))
    end = await engine.resume(paused.state, {1: ApiError("gone", status=410, hint="ask again")}, Host())
    assert isinstance(end, Failed)
    assert (end.error.line, end.error.cause and end.error.cause["status"]) == (2, 410)


async def test_timers_stand_still(engine):
    text = "const late = new Promise(done => setTimeout(done, 80, 'late')); const x = await host('echo', 1); return [x, await late]"
    paused = await paused_at(engine, text, Host(every=True))
    end = await engine.resume(paused.state, answered(paused), Host())
    assert isinstance(end, Finished)
    assert end.value == [2, "late"]


async def test_limits_go_on_from_where_they_were(engine):
    host = Host({3})
    text = "for (let i = 0; i < 10; i++) await host('echo', i)"
    paused = await paused_at(engine, text, host, Limits(calls=5))
    end = await engine.resume(paused.state, {3: 0}, host)
    assert isinstance(end, Failed)
    assert (end.error.kind, len(host.calls)) == ("calls", 5)
    spin = "for (;;) { for (let i = 0; i < 3e5; i++); await host('echo', 1); }"
    outcome = await engine.run(Program.parse(spin), Host(every=True), Limits(cpu_s=0.2))
    for _ in range(1000):
        if not isinstance(outcome, Paused):
            break
        outcome = await engine.resume(outcome.state, answered(outcome), Host(every=True))
    assert isinstance(outcome, Failed)
    assert outcome.error.kind == "cpu"


async def test_memory_that_has_grown_goes_along(engine, elsewhere):
    text = "const a = Array.from({length: 40}, (_, i) => new Uint8Array(1 << 18).fill(i)); await host('echo', 1); return a.map(x => x[9])"
    paused = await paused_at(engine, text, Host(every=True))
    end = await elsewhere.resume(paused.state, {1: 0}, Host())
    assert isinstance(end, Finished)
    assert end.value == list(range(40))


async def test_a_pause_can_be_resumed_twice(engine):
    paused = await paused_at(engine, "return await host('echo', 1) + Math.random() * 0", Host(every=True))
    ends = [await engine.resume(paused.state, {1: answer}, Host()) for answer in (5, 6)]
    assert [end.value for end in ends if isinstance(end, Finished)] == [5, 6]


async def test_an_answer_to_another_call_is_refused(engine):
    paused = await paused_at(engine, "return await host('echo', 1)", Host(every=True))
    with pytest.raises(PauseError, match="no call 7 waits") as refused:
        await engine.resume(paused.state, {7: 1}, Host())
    assert "1" in refused.value.hint


async def test_what_was_changed_is_refused(engine):
    paused = await paused_at(engine, "return await host('echo', 1)", Host(every=True))
    state = paused.state
    for at in (0, 4, 20, 40, len(state) // 2, len(state) - 1):
        changed = state[:at] + bytes([state[at] ^ 1]) + state[at + 1 :]
        with pytest.raises(PauseError):
            await engine.resume(changed, {1: 1}, Host())
    for cut in (b"", state[:10], state[:40], state[:-1], state + b"\0"):
        with pytest.raises(PauseError):
            await engine.resume(cut, {1: 1}, Host())


async def test_under_another_key_or_image_it_is_refused_with_the_reason(engine, open_engine):
    paused = await paused_at(engine, "return await host('echo', 1)", Host(every=True))
    async with open_engine(SOURCE, "in process", key=b"another" * 8) as other:
        with pytest.raises(PauseError, match="another key"):
            await other.resume(paused.state, {1: 1}, Host())
    other_document = ImageSource(SOURCE.script, (("spec", b'{"paths": {"/a": {}}}'),))
    async with open_engine(other_document, "in process") as other:
        with pytest.raises(PauseError, match="another image"):
            await other.resume(paused.state, {1: 1}, Host())


async def test_without_a_key_an_engine_reads_only_its_own(open_engine):
    async with open_engine(SOURCE, "in process", key=None) as one, open_engine(SOURCE, "in process", key=None) as two:
        paused = await paused_at(one, "return await host('echo', 1)", Host(every=True))
        with pytest.raises(PauseError, match="another key"):
            await two.resume(paused.state, {1: 1}, Host())
        assert isinstance(await one.resume(paused.state, {1: 1}, Host()), Finished)


async def test_without_the_page_map_the_whole_memory_is_compared(open_engine, monkeypatch):
    from keyhole.sandbox.quickjs import snapshot

    monkeypatch.setattr(snapshot, "pagemap", lambda: None)
    async with open_engine(SOURCE, "in process") as engine:
        paused = await paused_at(engine, LOOP, Host({1, 2, 3}))
        end = await engine.resume(paused.state, {1: 11, 2: 21, 3: 31}, Host())
    assert isinstance(end, Finished)


async def test_a_secret_of_the_host_is_in_no_state_that_is_read_without_the_key(engine):
    paused = await paused_at(engine, "const x = await host('echo', 'needle-in-memory'); return x", Host(every=True))
    assert b"needle" not in paused.state
