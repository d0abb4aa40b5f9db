"""Worker processes: what is lost with one, what is not, and what they are told."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyhole.errors import SandboxError
from keyhole.sandbox.engine import Failed, Finished, ImageSource, Limits
from keyhole.sandbox.quickjs.engine import QuickJSEngine
from keyhole.sandbox.workers import frames
from keyhole.sandbox.workers.crew import Crew, UnconfinedError
from keyhole.sandbox.workers.link import Link
from keyhole.sandbox.workers.spawn import NoWorkerError, Zygote

pytest.register_assert_rewrite("contract")
from contract import SOURCE, Host, failure, run, value  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="workers need fork")


@pytest.fixture
async def engine(open_engine) -> AsyncIterator[QuickJSEngine]:
    async with open_engine(SOURCE, "workers") as engine:
        yield engine


async def both(engine: QuickJSEngine) -> list[Link]:
    """Give the two workers, once there are two."""
    crew = engine.place
    assert isinstance(crew, Crew)
    crew.warm()
    await until(lambda: len(crew._links) == 2)
    return list(crew._links)


async def until(condition, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to be"
        await asyncio.sleep(0.01)


async def spread(engine: QuickJSEngine, texts: list[str]) -> tuple[list[asyncio.Task], list[Link]]:
    """Start programs, and give the worker that each is at."""
    links = await both(engine)
    tasks, at = [], []
    for text in texts:
        before = [link.runs for link in links]
        tasks.append(asyncio.create_task(run(engine, text, limits=Limits(cpu_s=20))))
        await until(lambda before=before: [link.runs for link in links] != before)
        at.append(next(link for link, runs in zip(links, before, strict=True) if link.runs != runs))
    return tasks, at


@pytest.mark.parametrize(
    "text", ["await host('never')", "while (true) {}", "await new Promise(done => setTimeout(done, 60000))"]
)
async def test_a_killed_worker_takes_its_own_runs_along_and_no_other(engine, text):
    host = Host()
    (doomed, spared), (here, there) = await spread(engine, [text, "return await host('slow', 7)"])
    assert here is not there
    os.kill(here.pid, signal.SIGKILL)
    lost = await doomed
    assert isinstance(lost, Failed)
    assert lost.error.kind == "crash"
    assert "signal 9" in lost.error.message
    assert lost.error.hint
    assert (await spared).value == 7
    assert await value(engine, "return await double(4)", host) == 8
    assert here not in await both(engine)


async def test_a_worker_that_is_silent_is_given_up(engine):
    (doomed, spared), (here, _there) = await spread(engine, ["while (true) {}", "for (let i = 0; i < 60; i++) await host('slow', i); return 'there'"])  # fmt: skip
    os.kill(here.pid, signal.SIGSTOP)
    lost = await doomed
    assert isinstance(lost, Failed)
    assert "does not answer" in lost.error.message
    assert (await spared).value == "there"
    assert await value(engine, "return 1") == 1
    assert here not in await both(engine)
    await until(lambda: not Path(f"/proc/{here.pid}").exists())


async def test_a_worker_that_ends_no_run_is_given_up(engine):
    (doomed,), (here,) = await spread(engine, ["await host('never')"])
    os.kill(here.pid, signal.SIGSTOP)
    await until(lambda: Path(f"/proc/{here.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")
    doomed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await doomed
    await until(lambda: here.closed)
    assert await value(engine, "return 1") == 1


async def test_all_workers_are_killed_again_and_again(engine):
    for _ in range(3):
        for link in await both(engine):
            os.kill(link.pid, signal.SIGKILL)
        outcomes = [await run(engine, "return 1 + 1") for _ in range(5)]
        assert all(isinstance(each, Finished) or "lost" in each.error.message for each in outcomes)
    await both(engine)
    assert await value(engine, "return 1 + 1") == 2


async def test_many_programs_compute_in_one_worker_and_others_have_their_turn(open_engine):
    async with open_engine(SOURCE, "workers", size=1) as engine:
        spinning = [asyncio.create_task(run(engine, "while (true) {}", limits=Limits(cpu_s=0.4))) for _ in range(12)]
        await asyncio.sleep(0.1)
        assert [await value(engine, "return await double(1)") for _ in range(5)] == [2] * 5
        assert not all(task.done() for task in spinning)
        assert {outcome.error.kind for outcome in await asyncio.gather(*spinning)} == {"cpu"}


async def test_workers_know_nothing_of_their_server(open_engine, monkeypatch):
    monkeypatch.setenv("KEYHOLE_TEST_SECRET", "needle-in-the-environment")
    async with open_engine(SOURCE, "workers") as engine:
        links = await both(engine)
        zygote = engine.place._zygote._process.pid
        for pid in (zygote, *(link.pid for link in links)):
            assert Path(f"/proc/{pid}/environ").read_bytes() == b""
        for link in links:
            open_files = [str(file.readlink()) for file in Path(f"/proc/{link.pid}/fd").iterdir()]
            others = [name for name in open_files if not name.startswith("socket:")]
            assert len(open_files) - len(others) == 1, "one socket: its own"
            assert all(name in {"/dev/null", f"/proc/{link.pid}/pagemap"} or ".cwasm" in name or "memfd" in name for name in others), others  # fmt: skip


async def test_every_layer_is_told(engine):
    await both(engine)
    names = [layer.name for layer in engine.place.layers]
    assert {"seccomp", "landlock", "user namespace", "empty root", "no new privileges"} <= set(names)
    assert all(layer.detail for layer in engine.place.layers)


ORPHANS = """
import asyncio, sys
from pathlib import Path
from keyhole.sandbox.engine import ImageSource
from keyhole.sandbox.program import Program
from keyhole.sandbox.quickjs.engine import QuickJSEngine
from keyhole.sandbox.workers.crew import Crew, UnconfinedError
from keyhole.sandbox.workers.spawn import Zygote

async def main():
    crew = await Crew.start(lambda: ImageSource(""), zygote=Zygote(), cache=Path(sys.argv[1]), size=1)
    run = asyncio.create_task(QuickJSEngine(crew).run(Program.parse("for (;;);"), None))
    await asyncio.sleep(0.1)
    print(crew._zygote._process.pid, *(link.pid for link in crew._links), flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
async def test_no_process_outlives_its_server(compiled, how):
    process = subprocess.Popen(
        [sys.executable, "-c", ORPHANS, str(compiled)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout
    with process.stdout:
        pids = (await asyncio.to_thread(process.stdout.readline)).split()
        assert len(pids) == 2
        process.send_signal(how)
        process.wait()
    await until(lambda: not any(Path(f"/proc/{int(pid)}").exists() for pid in pids))


async def test_a_source_that_fails_is_told_as_it_is():
    with pytest.raises(SandboxError, match="mine") as failed:
        await Crew.start(lambda: ImageSource(script="throw new Error('mine')"), zygote=Zygote())
    assert not isinstance(failed.value, NoWorkerError)


async def test_what_the_zygote_has_to_say_is_logged(tmp_path, caplog):
    folder = tmp_path / "open to all"
    folder.mkdir()
    folder.chmod(0o777)
    engine = QuickJSEngine(await Crew.start(lambda: SOURCE, zygote=Zygote(), cache=folder, size=1))
    try:
        assert "writable by others" in caplog.text
        assert await value(engine, "return 1") == 1
    finally:
        await engine.aclose()


async def test_a_zygote_that_cannot_start_says_why(monkeypatch):
    monkeypatch.setattr(sys, "path", ["/nowhere"])
    with pytest.raises(NoWorkerError, match="has ended"):
        await Crew.start(lambda: ImageSource(""), zygote=Zygote())


async def test_a_killed_zygote_is_started_again(open_engine):
    async with open_engine(SOURCE, "workers") as engine:
        links = await both(engine)
        engine.place._zygote._process.kill()
        await until(lambda: all(link.closed for link in links))
        assert await value(engine, "return await double(4)") == 8


async def test_a_zygote_that_does_not_answer_holds_up_nobody(engine):
    (doomed,), (here,) = await spread(engine, ["await host('never')"])
    zygote = engine.place._zygote._process
    os.kill(zygote.pid, signal.SIGSTOP)
    for link in await both(engine):
        os.kill(link.pid, signal.SIGKILL)
    lost = await doomed
    assert isinstance(lost, Failed)
    assert "was lost" in lost.error.message
    assert (await failure(engine, "return 1", limits=Limits(wall_s=0.3))).kind == "wall"
    assert await value(engine, "return 1") == 1  # of a new zygote's worker
    assert zygote.poll() == -signal.SIGKILL
    assert here.closed


async def test_where_confinement_is_insisted_on_no_worker_is_used_without(compiled, monkeypatch):
    engine = QuickJSEngine(await Crew.start(lambda: SOURCE, zygote=Zygote(), cache=compiled, size=1, insist=True))
    try:
        assert await value(engine, "return 1") == 1
        monkeypatch.setattr("keyhole.sandbox.workers.crew.is_confined", lambda _: False)
        (link,) = engine.place._links
        os.kill(link.pid, signal.SIGKILL)
        await until(lambda: link.closed)
        with pytest.raises(UnconfinedError, match="not confined") as refused:
            await run(engine, "return 1")
        assert refused.value.exit_code == 2
    finally:
        await engine.aclose()


def test_one_engine_serves_one_event_loop_after_the_other(compiled):
    async def open_() -> QuickJSEngine:
        engine = QuickJSEngine(await Crew.start(lambda: SOURCE, zygote=Zygote(), cache=compiled, size=1))
        assert await value(engine, "return 1") == 1
        return engine

    async def end() -> None:
        assert await value(engine, "return 3") == 3
        await engine.aclose()

    engine = asyncio.run(open_())
    assert asyncio.run(value(engine, "return 2")) == 2
    asyncio.run(end())


# Frames


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.sampled_from([b"S", b"M"]), st.lists(st.binary(max_size=50)))), st.integers(1, 30))  # fmt: skip
def test_frames_come_through_in_any_pieces(sent, size):
    stream = b"".join(frames.encode(*frame) for frame in sent)
    decoder = frames.Decoder()
    got = [frame for at in range(0, len(stream), size) for frame in decoder.feed(stream[at : at + size])]
    assert [tuple(frame) for frame in got] == sent


@given(st.binary(max_size=200))
def test_any_bytes_are_frames_or_none(data):
    decoder = frames.Decoder()
    try:
        for frame in decoder.feed(data):
            assert sum(map(len, frame.messages)) <= len(data)
    except frames.BadFrame:
        pass


LIES = [
    b"\xff\xff\xff\xff" + b"\0" * 20,
    b"\0\0\0\0\0\0\0\0\0",
    frames.encode(1, frames.SAID, [b"R[1]"])[:-4] + b"xxxx" + b"\0" * 100,
    frames.encode(1, frames.RESTED)[:4] + b"\1\0\0\0M\xff",
    (20).to_bytes(4, "little") + b"\1\0\0\0M" + b"\xff\xff\xff\xff" + b"x" * 15,
    (7).to_bytes(4, "little") + b"\1\0\0\0M" + b"\1\0",
]


class Worker:
    """A lying worker: the other end of a link, and a run that listens at it."""

    def __init__(self) -> None:
        ours, self.socket = socket.socketpair()
        self.why: list[str] = []
        self.link = Link(ours, 0, lambda _, why: self.why.append(why))
        self.heard: list[tuple[list[bytes], bool]] = []

    def arrived(self, messages: list[bytes], *, rested: bool) -> None:
        self.heard.append((messages, rested))

    def lost(self, why: str) -> None:
        self.why.append(why)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.link.close()
        self.socket.close()


@pytest.mark.parametrize("lie", LIES)
async def test_a_worker_that_sends_no_frames_is_given_up(lie):
    async with Worker() as worker:
        worker.link.seat(worker)
        worker.socket.sendall(lie + b"\0" * 64)
        await until(lambda: worker.why or worker.heard)
        assert worker.why == [] or "sent" in worker.why[0]
        assert worker.link.closed or worker.heard


@pytest.mark.parametrize("run_", [0, 7, 2**32 - 1])
@pytest.mark.parametrize("kind", [frames.SAID, frames.RESTED, frames.OVER, frames.LEFT, b"\xff"])
async def test_a_frame_for_nobody_is_a_lie(run_, kind):
    async with Worker() as worker:
        worker.link.seat(worker).step([b"x"])
        worker.socket.sendall(frames.encode(run_, kind, [b"R[1]"]))
        await until(lambda: worker.why)
        assert "not there" in worker.why[0]
        assert worker.heard == []


async def test_a_run_ends_once():
    async with Worker() as worker:
        worker.link.seat(worker).step([b"x"])
        worker.socket.sendall(frames.encode(1, frames.OVER, [b"R[2]"]) * 2)
        await until(lambda: worker.why)
        assert worker.heard == [([b"R[2]"], True)]


async def test_a_run_that_ends_while_it_is_told_to_leaves_nothing_behind():
    async with Worker() as worker:
        seat, other = worker.link.seat(worker), worker.link.seat(worker)
        seat.step([b"x"])
        other.step([b"y"])
        other.leave()
        seat.leave()
        assert worker.link.busy == 2
        for frame in ((1, frames.OVER, [b"R[2]"]), (1, frames.LEFT), (2, frames.LEFT)):
            worker.socket.sendall(frames.encode(*frame))
        await until(lambda: not worker.link._leaving)
        assert (worker.link.busy, worker.link.runs, worker.heard, worker.why) == (0, 0, [], [])


async def test_a_lie_about_a_run_ends_that_run(engine):
    """What a worker says is judged like what a guest says: the run fails, with no other."""
    (task,), (here,) = await spread(engine, ["await host('never')"])
    here._take(frames.Frame(next(iter(here._seats)), frames.SAID, [b"Z[nonsense"]))
    assert (await task).error.kind == "crash"
    assert await value(engine, "return 1") == 1
    assert (await failure(engine, "throw 1")).kind == "throw"
