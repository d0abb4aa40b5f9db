"""The engine in this process and in confined workers: calls, rates, pauses, images, and what a lost worker costs."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from cpu import tree_pss_mb
from ours import engine_over, source_of, value
from report import GITHUB, Table, ms
from timing import repeat

from keyhole.sandbox.engine import Limits, Paused, Pending
from keyhole.sandbox.program import Program
from keyhole.sandbox.quickjs import image as images
from keyhole.sandbox.quickjs.cache import Cache
from keyhole.sandbox.quickjs.pool import on_big_stack

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from keyhole.sandbox.engine import ImageSource
    from keyhole.sandbox.quickjs.engine import QuickJSEngine

PLACES = ("in process", "confined workers")
PROGRAMS = {
    "a fresh sandbox, `1+1`": "1+1",
    "100 host calls, one after the other": "for (let i = 0; i < 100; i++) await host('echo', i)",
    "100 host calls at once": "return Promise.all(Array.from({ length: 100 }, (_, i) => host('echo', i)))",
    "a program over `ops` (GitHub)": "return ops.filter(o => /label/i.test(o.summary) && /issue/i.test(o.summary))",
    "a program over `spec.paths` (GitHub)": """return Object.entries(spec.paths).flatMap(([path, item]) =>
        Object.entries(item).filter(([, o]) => /label/i.test(o.summary ?? '') && /issue/i.test(o.summary))).length""",
}  # fmt: skip
AT_ONCE = (1, 8, 64)
PAUSED = 2000
ASKS = """const rows = Array.from({ length: 50 }, (_, i) => ({ i, name: 'n' + i }));
const ok = await host('ask', rows.length); return [ok, rows.length]"""


async def measure(*, quick: bool) -> list[Table]:
    """Measure all of it over GitHub's document."""
    rounds = 3 if quick else 200
    table = Table("The engine, in process and in confined workers", ["", *PLACES, "workers next to in process"])
    table.notes.append("From asyncio, with GitHub's document in the image; host calls are answered at once in Python.")
    tables = [table]
    async with AsyncExitStack() as stack:
        engines = [await stack.enter_async_context(engine_over(GITHUB, workers=place != PLACES[0])) for place in PLACES]
        for name, code in PROGRAMS.items():
            program = Program.parse(code)
            times = [await median_ms(partial(engine.run, program, host), rounds) for engine in engines]
            table.add(name, *map(ms, times), f"{times[1] / times[0]:.2f} times")
        for count in AT_ONCE:
            rates = [await rate(engine, count, 0.3 if quick else 3) for engine in engines]
            cells = [*(f"{each:,.0f}" for each in rates), f"{rates[1] / rates[0]:.2f} times"]
            table.add(f"executions a second, {count} at once", *cells)
        tables.append(await pauses(engines, 50 if quick else PAUSED))
        tables.append(await losses(engines[1], 1 if quick else 5))
    tables.append(await asyncio.to_thread(lambda: on_big_stack(lambda: baking(1 if quick else 5))))
    return tables


async def host(name: str, argument: Any) -> Any:
    return Pending() if name == "ask" else argument


async def median_ms(run: Callable[[], Awaitable[Any]], rounds: int) -> float:
    return (await repeat(run, rounds)).ms


async def rate(engine: QuickJSEngine, at_once: int, seconds: float) -> float:
    """Give executions of `1+1` a second."""
    program, done, started = Program.parse("1+1"), 0, perf_counter()

    async def keep() -> None:
        nonlocal done
        while perf_counter() - started < seconds:
            assert value(await engine.run(program, host)) == 2
            done += 1

    await asyncio.gather(*(keep() for _ in range(at_once)))
    return done / (perf_counter() - started)


async def pauses(engines: list[QuickJSEngine], count: int) -> Table:
    """Pause, hold many, resume."""
    table = Table("Paused runs", ["", *PLACES])
    program, held = Program.parse(ASKS), list[list[Paused]]()
    times = list[float]()
    memory = list[float]()
    for engine in engines:
        before, started, kept = tree_pss_mb(os.getpid()), perf_counter(), list[Paused]()
        for _ in range(count):
            outcome = await engine.run(program, host)
            assert isinstance(outcome, Paused)
            kept.append(outcome)
        times.append((perf_counter() - started) * 1000 / count)
        memory.append(tree_pss_mb(os.getpid()) - before)
        held.append(kept)
    table.add("run to the pause, sealed", *map(ms, times))
    pairs = zip(engines, held, strict=True)
    again = [await median_ms(partial(engine.resume, kept[0].state, {1: True}, host), 20) for engine, kept in pairs]
    table.add("resume to the end", *map(ms, again))
    table.add("size of one", *(f"{median(len(each.state) for each in kept) / 1000:.1f} KB" for kept in held))
    table.add(f"memory for {count:,} of them, in all processes", *(f"{each:.0f} MB" for each in memory))
    return table


async def losses(engine: QuickJSEngine, rounds: int) -> Table:
    """Kill the worker of a run, and see how long the run is unknown and its place empty."""
    table = Table("A worker that is killed", ["", "median"])
    told, back = list[float](), list[float]()
    crew: Any = engine.place
    for _ in range(rounds):
        while len(crew._links) < 2:  # noqa: ASYNC110, SLF001  (nobody else wants to know)
            await asyncio.sleep(0.01)
        run = asyncio.ensure_future(engine.run(Program.parse("for (;;);"), host, Limits(cpu_s=60)))
        await asyncio.sleep(0.2)
        link = next(link for link in crew._links if link.runs)  # noqa: SLF001
        started = perf_counter()
        os.kill(link.pid, signal.SIGKILL)
        await run
        told.append((perf_counter() - started) * 1000)
        while len(crew._links) < 2:  # noqa: ASYNC110, SLF001
            await asyncio.sleep(0.001)
        back.append((perf_counter() - started) * 1000)
    table.add("until its run has failed with the reason", ms(median(told)))
    table.add("until another worker, locked, is in its place", ms(median(back)))
    return table


def baking(rounds: int) -> Table:
    """Bake and load GitHub's image."""
    table = Table("The image of GitHub's document", ["", "median"])
    source: ImageSource = source_of(GITHUB)
    bake, load = list[float](), list[float]()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        code = images.load_code(folder)
        for _ in range(rounds):
            started = perf_counter()
            memory = images.bake(source, code)
            bake.append((perf_counter() - started) * 1000)
        assert memory == images.bake(source, code), "two bakes differ"
        images.load(source, folder)
        (file,) = folder.glob("image-*.cwasm")
        for _ in range(rounds):
            started = perf_counter()
            assert Cache(folder).load(file.stem.rpartition("-")[0])
            load.append((perf_counter() - started) * 1000)
    table.add("bake: parse the document, run the surface, seal", ms(median(bake)))
    table.add("load from the cache", ms(median(load)))
    table.notes.append("Two bakes were compared, and are the same to the byte.")
    return table
