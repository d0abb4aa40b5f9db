"""mini-racer (V8 in process) on one document: a fresh context for every run. Prints one JSON document.

Arguments: DOCUMENT ROUNDS.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from py_mini_racer import MiniRacer

sys.path.insert(0, str(Path(__file__).parents[1]))

from cpu import tree_cpu_ms

if TYPE_CHECKING:
    from collections.abc import Callable

SEARCH = """
(() => {
  const found = [];
  for (const [path, item] of Object.entries(spec.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (/label/i.test(operation.summary ?? "") && /issue/i.test(operation.summary)) found.push(method + " " + path);
    }
  }
  return found.length;
})()
"""


def one() -> object:
    context = MiniRacer()
    try:
        return context.eval("1+1")
    finally:
        context.close()


def search(load: str) -> object:
    context = MiniRacer()
    try:
        context.eval(load)
        return context.eval(SEARCH)
    finally:
        context.close()


def measure(run: Callable[[], object], rounds: int) -> dict[str, object]:
    answer, times = str(run()), list[float]()
    cpu = tree_cpu_ms()
    for _ in range(rounds):
        started = time.perf_counter()
        run()
        times.append((time.perf_counter() - started) * 1000)
    return {"ms": median(times), "cpu_ms": (tree_cpu_ms() - cpu) / rounds, "answer": answer}


def main() -> None:
    rounds = int(sys.argv[2])
    load = f"globalThis.spec = JSON.parse({json.dumps(Path(sys.argv[1]).read_text('utf-8'))}); 0"
    found = {
        "version": version("mini-racer"),
        "1+1": measure(one, rounds * 10),
        "search": measure(lambda: search(load), rounds),
    }
    print(json.dumps(found))


main()
