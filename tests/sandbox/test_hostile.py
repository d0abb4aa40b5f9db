"""Every hostile program ends as it must, while another run goes through, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keyhole.sandbox.engine import Finished, Limits

pytest.register_assert_rewrite("contract", "hostile_corpus")
from contract import resident, run  # noqa: E402
from hostile_corpus import LargeHost, beside, corpus, shared_corpus  # noqa: E402

if TYPE_CHECKING:
    from hostile_corpus import Hostile

    from keyhole.sandbox.engine import Engine

FINGERPRINT = Path(__file__).with_name("fingerprint.js").read_text("utf-8")
PROGRAMS = corpus()
ROOMY = Limits(cpu_s=10)


@pytest.fixture(scope="module")
async def fingerprint(engine) -> list[str]:
    """What the first program of an engine sees of its world."""
    return await look(engine)


async def look(engine: Engine) -> list[str]:
    outcome = await run(engine, FINGERPRINT, limits=ROOMY)
    assert isinstance(outcome, Finished), outcome
    return outcome.value


async def test_the_fingerprint_sees_what_a_program_could_change(fingerprint):
    assert len(fingerprint) > 1000
    paths = [line.split(" ")[0] for line in fingerprint]
    for path in (
        "globalThis.spec.paths./a",
        "globalThis.Array.prototype.map",
        "globalThis.host",
        "globalThis.console.log",
        "asyncGenerator.prototype.next",
    ):
        assert path in paths
    assert any(path.endswith(".[[Prototype]].prototype.subarray") for path in paths)


def test_there_is_a_program_for_every_class():
    groups = [program.group for program in PROGRAMS]
    assert len(groups) > 200
    assert all(groups.count(group) >= 5 for group in groups)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
async def test_a_hostile_program(engine, fingerprint, program):
    outcome, other = await beside(engine, program, program.limits())
    assert isinstance(other, Finished), other
    assert other.value == 2
    assert await look(engine) == fingerprint
    program.check(outcome)


async def test_the_shared_programs_leave_a_clean_image(engine, fingerprint, shared):
    programs = shared_corpus()
    assert programs
    for program in programs:
        outcome, other = await beside(engine, program, program.limits())
        assert isinstance(other, Finished), other
        assert await look(engine) == fingerprint
        program.check(outcome)


async def test_the_corpus_twice_leaves_what_it_leaves_once(engine):
    async def all_of_them() -> None:
        room = asyncio.Semaphore(4)

        async def one(program: Hostile) -> None:
            async with room:
                await run(engine, program.text, LargeHost(), program.limits(cpu_s=0.05))

        await asyncio.gather(*(one(program) for program in PROGRAMS))
        await asyncio.sleep(0.1)

    await all_of_them()
    memory, threads, files = resident(), threading.active_count(), open_files()
    await all_of_them()
    assert threading.active_count() <= max(threads, 90)  # a pool of 65, and asyncio's own
    assert open_files() <= files
    assert resident() - memory < 48 << 20


async def test_more_spinning_programs_than_threads_delay_nobody(engine):
    limits = Limits(cpu_s=100, wall_s=60)
    spinning = [asyncio.create_task(run(engine, "for (;;);", limits=limits)) for _ in range(40)]
    await asyncio.sleep(0.05)
    other = await run(engine, "return 1 + 1")
    delayed = any(task.done() for task in spinning)
    for task in spinning:
        task.cancel()
    await asyncio.gather(*spinning, return_exceptions=True)
    assert isinstance(other, Finished)
    assert not delayed


async def test_a_result_costs_the_host_no_more_than_the_program_had(engine):
    """And the time to read it, in which no other run goes on."""
    limits, before = Limits(cpu_s=30), resident()
    outcome = await run(engine, "return new Array(4000).fill(new Array(1000).fill([]))", limits=limits)
    assert outcome
    assert resident() - before < 2 * limits.memory_bytes


def open_files() -> int:
    """Give how many file descriptors this process holds (0 where the system doesn't say)."""
    folder = Path("/proc/self/fd")
    return sum(1 for _ in folder.iterdir()) if folder.is_dir() else 0
