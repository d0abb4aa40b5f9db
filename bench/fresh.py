"""A fresh sandbox that runs `1+1`, and a search over GitHub's document in a fresh sandbox."""

from __future__ import annotations

import asyncio
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from cpu import tree_cpu_ms
from ours import engine_over, opened, source_of, value
from peer import MissingPeerError, measure_fastmcp, measure_mini_racer, measure_workerd
from report import GITHUB, Table, ms, ratio
from timing import Timing, repeat

from keyhole.config import Config
from keyhole.sandbox.engine import Limits
from keyhole.sandbox.program import Program
from keyhole.sandbox.quickjs import image as images
from keyhole.sandbox.quickjs import wire
from keyhole.sandbox.quickjs.cell import Cell
from keyhole.sandbox.quickjs.pool import on_big_stack

if TYPE_CHECKING:
    from collections.abc import Callable

ONE = "a fresh sandbox, `1+1`"
OVER_OPS = "return ops.filter(o => /label/i.test(o.summary) && /issue/i.test(o.summary)).length"
OVER_SPEC = """
const found = [];
for (const [path, item] of Object.entries(spec.paths)) {
  for (const [method, operation] of Object.entries(item)) {
    if (/label/i.test(operation.summary ?? "") && /issue/i.test(operation.summary)) found.push(method + " " + path);
  }
}
return found.length;
"""


async def no_host(name: str, argument: Any) -> Any:
    raise AssertionError((name, argument))


async def measure(*, quick: bool) -> list[Table]:
    """Measure both, the peers right after Keyhole."""
    rounds = 5 if quick else 30
    one, search = (
        Table(ONE, ["engine", "wall", "CPU", "next to Keyhole"]),
        Table("A search over GitHub's document in a fresh sandbox", ["engine", "wall", "CPU", "next to Keyhole"]),
    )
    one.notes.append(
        "An instance is made, run and freed on one thread, as mini-racer's context; the engine is asked from asyncio. "
        "`execute` is the whole way of a tool call but the transport; FastMCP's row is, too, and is set against it; "
        "workerd and mini-racer are set against the engine."
    )
    search.notes.append(
        "The same program everywhere (operations with `label` and `issue` in the summary), but for the two that rank "
        "words: Keyhole's `search` query, and FastMCP's `search` tool. V8 parses the document in every fresh isolate. "
        "FastMCP is set against `search` by words, the others against the program over `spec`."
    )
    ours = await measure_ours(rounds)
    instance = await asyncio.to_thread(on_big_stack, lambda: measure_instance(rounds * 20))
    one.add("Keyhole, an instance in this thread", ms(instance.ms), ms(instance.cpu_ms), "")
    confined = await measure_confined(rounds)
    one.add("Keyhole, the engine through a confined worker", ms(confined.ms), ms(confined.cpu_ms), "")
    for name, timing in ours["one"].items():
        one.add(name, ms(timing.ms), ms(timing.cpu_ms), "1" if name.startswith("Keyhole, the engine") else "")
    for name, timing in ours["search"].items():
        search.add(name, ms(timing.ms), ms(timing.cpu_ms), "1" if "spec" in name else "")
    engine, execute = list(ours["one"].values())
    by_words, _, over_spec = list(ours["search"].values())
    add_peer(
        one,
        search,
        "FastMCP CodeMode (Monty), tuned",
        lambda: measure_fastmcp(GITHUB, rounds, "tuned"),
        (execute, by_words),
    )
    add_peer(
        one,
        search,
        "FastMCP CodeMode (Monty), default",
        lambda: measure_fastmcp(GITHUB, rounds, "default"),
        (execute, by_words),
    )
    add_peer(one, search, "workerd, worker loader", lambda: measure_workerd(GITHUB, rounds), (engine, over_spec))
    add_peer(
        one,
        search,
        "mini-racer (V8 in process)",
        lambda: measure_mini_racer(GITHUB, min(rounds, 10)),
        (engine, over_spec),
    )
    return [one, search]


async def measure_ours(rounds: int) -> dict[str, dict[str, Timing]]:
    """Measure the engine alone and the whole way."""
    async with opened(GITHUB, in_process=True) as code_mode:
        program, engine = Program.parse("1+1"), code_mode._open.engine  # noqa: SLF001  (the engine alone is nobody's API)
        one = {
            "Keyhole, the engine alone": await repeat(lambda: engine.run(program, no_host, Limits()), rounds * 20),
            "Keyhole, `execute`": await repeat(lambda: code_mode.execute("1+1"), rounds * 20),
        }
        search = {
            "Keyhole, `search` by words": await repeat(lambda: code_mode.search("add a label to an issue"), rounds),
            "Keyhole, a program over `ops`": await repeat(lambda: code_mode.search(code=OVER_OPS), rounds),
            "Keyhole, a program over `spec`": await repeat(lambda: code_mode.search(code=OVER_SPEC), rounds),
        }
        assert value(one["Keyhole, `execute`"].answer) == 2
        counts = [value(timing.answer) for name, timing in search.items() if "program" in name]
        assert counts == [6, 6], counts
    return {"one": one, "search": search}


def measure_instance(rounds: int) -> Timing:
    """Measure a fresh instance alone: made, run and freed on this thread, as mini-racer's context is."""
    image = images.load(source_of(GITHUB), Config().cache())
    left = wire.Left(cpu_ns=10**10, calls=10, bytes_out=1 << 20, memory=64 << 20, lines=10)
    start = [wire.Start(left, 512 << 10, bytes(32), Program.parse("1+1").code.encode()).encode()]
    said, times, cpu = Cell(image).step(start, len), list[float](), tree_cpu_ms()
    for _ in range(rounds):
        started = perf_counter()
        said = Cell(image).step(start, len)
        times.append((perf_counter() - started) * 1000)
    assert said == [b"R[2]"]
    return Timing(median(times), (tree_cpu_ms() - cpu) / rounds, said)


async def measure_confined(rounds: int) -> Timing:
    """Measure the engine alone through a confined worker."""
    program = Program.parse("1+1")
    async with engine_over(GITHUB, workers=True) as engine:
        return await repeat(lambda: engine.run(program, no_host, Limits()), rounds * 20)


def add_peer(
    one: Table, search: Table, name: str, run: Callable[[], dict[str, Any]], ours: tuple[Timing, Timing]
) -> None:
    """Add a peer's row to both tables, or why there is none."""
    try:
        found = run()
    except MissingPeerError as why:
        one.add(f"{name}: not measured ({why})", "", "", "")
        search.add(f"{name}: not measured ({why})", "", "", "")
        return
    for table, job, own in ((one, "1+1", ours[0]), (search, "search", ours[1])):
        timing = Timing.of(found[job])
        table.add(f"{name} {found['version']}", ms(timing.ms), ms(timing.cpu_ms), ratio(own.ms, timing.ms))
