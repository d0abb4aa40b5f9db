"""The hostile corpus: what each program is, how it must end, and how one is run beside another.

A file of `hostile/` starts with `// class: CLASS; ends: KIND KIND` (any of these kinds of failure) or
`// class: CLASS; returns: JSON`.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract import HOSTILE, Host, run

from keyhole.sandbox.engine import Engine, Failed, Finished, Limits, Outcome

FOLDER = Path(__file__).parent / "hostile"
SHARED = Path(__file__).parents[3] / "shared" / "hostile"
_HEAD = re.compile(r"// class: ([^;\n]+); (ends|returns): (.*)\n")


class LargeHost(Host):
    """The contract's host, which gives large answers too."""

    async def large(self, argument: object) -> object:
        return {"rows": [{"n": n, "text": "x" * 100} for n in range(2000)], "of": argument}


@dataclass(frozen=True)
class Hostile:
    """One program. `kinds` are the failures it may end with; with none it must return `value`."""

    name: str
    group: str
    text: str
    kinds: tuple[str, ...] = ()
    value: Any = None

    def limits(self, cpu_s: float = 0.2) -> Limits:
        """Give small limits, with room on a busy machine for the programs that end without them."""
        cpu_s, wall_s = (cpu_s if "cpu" in self.kinds else 20 * cpu_s), (0.5 if "wall" in self.kinds else 30.0)
        return Limits(wall_s=wall_s, cpu_s=cpu_s, memory_bytes=16 << 20)

    def check(self, outcome: Outcome) -> None:
        """Assert that the program ended as it must."""
        if self.kinds:
            assert isinstance(outcome, Failed), (self.name, str(outcome)[:1000])
            assert outcome.error.kind in self.kinds, (self.name, outcome.error.kind, outcome.error)
            assert outcome.error.message
        else:
            assert isinstance(outcome, Finished), (self.name, outcome)
            assert outcome.value == self.value, (self.name, outcome)


def read(path: Path) -> Hostile:
    """Read one file of `hostile/`. Raises ValueError where its first line is none."""
    text = path.read_text("utf-8")
    found = _HEAD.match(text)
    if not found:
        raise ValueError(f"{path}: the first line must read `// class: CLASS; ends: KIND` or `...; returns: JSON`")
    group, how, what = found.groups()
    if how == "ends":
        return Hostile(path.stem, group, text, kinds=tuple(what.split()))
    return Hostile(path.stem, group, text, value=json.loads(what))


def corpus() -> list[Hostile]:
    """Give every program of `hostile/`."""
    return [read(path) for path in sorted(FOLDER.glob("*.js"))]


def shared_corpus() -> list[Hostile]:
    """Give the programs of ../shared/hostile that fail, as the contract knows them; none where the folder is missing."""
    known = {name: kinds for name, kinds in HOSTILE.items() if isinstance(kinds, str) and set(kinds.split()) <= _KINDS}
    programs = [SHARED / f"{name}.js" for name in known]
    return [
        Hostile(path.stem, "the shared corpus", path.read_text("utf-8"), kinds=tuple(known[path.stem].split()))
        for path in programs
        if path.is_file()
    ]


_KINDS = {"cpu", "memory", "stack", "calls", "bytes", "wall", "unsettled", "result", "throw"}


async def beside(engine: Engine, program: Hostile, limits: Limits) -> tuple[Outcome, Outcome]:
    """Run `program` and, while it is at it, `1 + 1`; give both ends."""
    hostile = asyncio.create_task(run(engine, program.text, LargeHost(), limits))
    await asyncio.sleep(0.01)
    other = await run(engine, "return 1 + 1")
    return await hostile, other
