"""`Intl` gives what node's ICU gives: recorded, and where node is installed, compared anew over thousands of cases."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keyhole.sandbox.engine import Finished, Limits
from keyhole.sandbox.program import Program

if TYPE_CHECKING:
    from keyhole.sandbox.quickjs.engine import QuickJSEngine

CASES = (Path(__file__).parent / "intl_cases.js").read_text()
RECORDED = Path(__file__).parent / "intl_recorded.json"
"""What node 20 (ICU 78.2, CLDR 48) gives for every 40th case: {label: text}."""


@pytest.fixture(scope="module")
def engine(bare: QuickJSEngine) -> QuickJSEngine:
    return bare


async def host(name: str, argument: object) -> object:
    return argument


async def ours(engine: QuickJSEngine, ending: str) -> dict[str, str]:
    limits = Limits(wall_s=120, cpu_s=100, memory_bytes=512 << 20)
    outcome = await engine.run(Program.parse(f"{CASES}\n{ending}"), host, limits)
    assert isinstance(outcome, Finished), outcome
    return outcome.value


async def test_intl_gives_what_is_recorded(engine):
    recorded = json.loads(RECORDED.read_text())
    assert len(recorded) > 800
    given = await ours(engine, "return cases(40)")
    assert {label: given.get(label) for label in recorded} == recorded
    assert given.keys() == recorded.keys()


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node as the judge of Intl")
async def test_intl_gives_what_node_gives(engine):
    cldr = in_node("process.stdout.write(process.versions.cldr)")
    if cldr != "48.0":
        pytest.skip(f"node has CLDR {cldr}, not the 48.0 that is written here")
    theirs = json.loads(in_node(f"{CASES}\nprocess.stdout.write(JSON.stringify(cases(1)))"))
    given = await ours(engine, "return cases(1)")
    assert len(theirs) > 25_000
    different = {label: (given.get(label), said) for label, said in theirs.items() if given.get(label) != said}
    assert dict(list(different.items())[:5]) == {}


def in_node(script: str) -> str:
    environment = {**os.environ, "TZ": "UTC"}
    done = subprocess.run(["node", "-"], input=script, capture_output=True, text=True, check=True, env=environment)
    return done.stdout
