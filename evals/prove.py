"""Proves the tasks: each can be solved through Keyhole, its check takes the right end and refuses wrong ones.

    run.py prove [TASK ...]

For each task, on fresh servers: nothing done and the wrong answers are refused; the program in `solutions/` is run and
its answer is taken; the same answer with one stray change anywhere else, or a wrong answer after it, is refused.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from keeper import Keeper
from tasks import TASKS

if TYPE_CHECKING:
    from world import World

SOLUTIONS = Path(__file__).parent / "solutions"
_CHANGES = {"write", "error", "several"}


def stray(world: World) -> None:
    """Change something that no task asks for, in the first API of the world."""
    api = next(iter(world.apis))
    if api == "tracker":
        world.ask("tracker", "PATCH", "/projects/DOC/issues/9", json={"estimate_hours": 77})
    elif api == "powerdns":
        sets = [{"name": "beta.rowan.example.", "type": "A", "changetype": "DELETE", "records": []}]
        world.ask("powerdns", "PATCH", "/servers/localhost/zones/rowan.example.", json={"rrsets": sets})
    elif api == "prefect":
        world.ask("prefect", "PATCH", "/variables/name/max_attempts", json={"value": 4})
    else:
        for at in ("products/records/p-200", "customers/records/c-017"):
            world.ask("kinto", "PATCH", f"/buckets/shop/collections/{at}", json={"data": {"note": "stray"}})


async def prove(name: str) -> list[str]:
    """Give what is wrong with one task."""
    task, said = TASKS[name], list[str]()
    keeper = Keeper(Path(mkdtemp()), name, "keyhole", 600)

    async def problems(answer: str) -> list[str]:
        return await asyncio.to_thread(task.check, keeper.world, keeper.truth, answer)

    try:
        async with keeper.opened():
            said += [
                f"{answer!r} was taken before anything was done"
                for answer in ("", *task.wrong)
                if not await problems(answer)
            ]
            code = (SOLUTIONS / f"{name}.js").read_text("utf-8")
            answer = await keeper.call("execute", {"code": code})
            said += [f"{problem} (the answer: {answer[:300]})" for problem in await problems(answer)]
            said += [f"{wrong!r} was taken" for wrong in task.wrong if not await problems(wrong)]
            if task.kind in _CHANGES:
                await asyncio.to_thread(stray, keeper.world)
                said += [] if await problems(answer) else ["a stray change was taken"]
    finally:
        shutil.rmtree(keeper.folder, ignore_errors=True)
    return said


def main(names: list[str]) -> int:
    """Prove the tasks named, or all."""
    failed = 0
    for name in names or TASKS:
        started = time.monotonic()
        said = asyncio.run(prove(name))
        failed += bool(said)
        print(
            f"{'NOT ' if said else ''}proved {name} ({time.monotonic() - started:.0f} s)", *said, sep="\n  ", flush=True
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
