"""mini-racer (V8 in process): each kernel in a fresh context. Arguments: KERNELS.json ROUNDS. Prints JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median

from py_mini_racer import MiniRacer

sys.path.insert(0, str(Path(__file__).parents[1]))

from cpu import tree_cpu_ms


def once(code: str) -> object:
    context = MiniRacer()
    try:
        return context.eval(f"(() => {{ {code} }})()")
    finally:
        context.close()


def main() -> None:
    rounds, found = int(sys.argv[2]), {}
    for name, code in json.loads(Path(sys.argv[1]).read_text("utf-8")).items():
        answer, times, cpu = once(code), list[float](), tree_cpu_ms()
        for _ in range(rounds):
            started = time.perf_counter()
            once(code)
            times.append((time.perf_counter() - started) * 1000)
        found[name] = {"ms": median(times), "cpu_ms": (tree_cpu_ms() - cpu) / rounds, "answer": str(answer)}
    print(json.dumps(found))


main()
