"""Runs one target for a while: `python fuzz/NAME.py --seconds 60`, by Hypothesis alone or (`--atheris`) led by coverage."""

from __future__ import annotations

import argparse
import atexit
import logging
import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hypothesis import HealthCheck, Phase, settings

if TYPE_CHECKING:
    from collections.abc import Callable

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "sandbox"))  # the hosts and the corpus of the tests

T = TypeVar("T")

_BATCH = 200
_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example, HealthCheck.filter_too_much]


def main(target: Callable[[], None]) -> None:
    """Run `target`, a Hypothesis test without arguments, as the command line says; an exception is a finding."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to go on")
    parser.add_argument("--atheris", action="store_true", help="let coverage lead (needs `pip install atheris`)")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    if options.atheris:
        _led_by_coverage(target, options.seconds)
    examples = _repeated(target, options.seconds)
    print(f"{examples} examples, nothing found")


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Make a thing once, and let go of it while the modules that free it are still there."""
    made = cache(make)
    atexit.register(made.cache_clear)
    return made


def few(target: Any, examples: int) -> None:
    """Run the same few examples each time."""
    phases = [Phase.explicit, Phase.generate]
    settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=_QUIET,
    )(target)()


def _repeated(target: Any, seconds: float) -> int:
    until, batches = time.monotonic() + seconds, 0
    run = settings(max_examples=_BATCH, database=None, deadline=None, suppress_health_check=_QUIET)(target)
    while time.monotonic() < until:
        run()
        batches += 1
    return batches * _BATCH


def _led_by_coverage(target: Any, seconds: float) -> None:
    import atheris  # pyright: ignore[reportMissingImports]

    atheris.instrument_all()
    atheris.Setup([sys.argv[0], f"-max_total_time={int(seconds)}"], target.hypothesis.fuzz_one_input)
    atheris.Fuzz()  # ends the process
