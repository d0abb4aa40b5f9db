"""Runs the benchmarks and prints Markdown: `make bench`, or `python bench/run.py [--only NAME] [--quick]`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import shlex
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

import calls
import compute
import corpus
import declarations
import fresh
import hostile
import rate
import search
import start
import structlog
import tokens
import toolcall
from report import SHARED, machine

import sandbox

README = Path(__file__).parent / "README.md"
HEADING = "## Numbers\n"

MEASUREMENTS = {
    "tokens": tokens.measure,
    "declarations": declarations.measure,
    "fresh": fresh.measure,
    "sandbox": sandbox.measure,
    "compute": compute.measure,
    "calls": calls.measure,
    "rate": rate.measure,
    "start": start.measure,
    "search": search.measure,
    "toolcall": toolcall.measure,
    "hostile": hostile.measure,
    "corpus": corpus.measure,
}


def main() -> int:
    """Print one table a measurement as it is done; a measurement that fails says so and fails the run at its end."""
    parser = argparse.ArgumentParser(prog="python bench/run.py", description="Keyhole's benchmarks, as Markdown.")
    parser.add_argument("--only", choices=[*MEASUREMENTS], action="append", help="only this one; may be repeated")
    parser.add_argument("--quick", action="store_true", help="few rounds, small documents: to see that it works")
    parser.add_argument("--write", action="store_true", help="put the numbers into bench/README.md as well")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    if not (SHARED / "specs").is_dir():
        print("The benchmarks need ../shared/specs (real API documents) beside this checkout.", file=sys.stderr)
        return 2
    command = shlex.join(["python", "bench/run.py", *(part for part in sys.argv[1:] if part != "--write")])
    parts = [f"`{command}`, {datetime.now(UTC):%Y-%m-%d}, {machine()}.\n"]
    print(parts[0], flush=True)
    failed: list[str] = []
    for name in options.only or MEASUREMENTS:
        started = time.perf_counter()
        try:
            tables = asyncio.run(MEASUREMENTS[name](quick=options.quick))
        except Exception:  # noqa: BLE001  (the others are still worth having)
            traceback.print_exc()
            failed.append(name)
            continue
        for table in tables:
            parts.append(table.markdown())
            print(parts[-1], flush=True)
        print(f"{name}: {time.perf_counter() - started:.0f} s", file=sys.stderr)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
        return 1
    if options.write:
        text = README.read_text("utf-8").partition(HEADING)[0]
        README.write_text(text + HEADING + "\n" + "\n".join(parts), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
