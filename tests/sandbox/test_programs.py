"""What models write, at length: every program of `programs/` runs and gives what it gives in node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from keyhole.errors import ProgramError
from keyhole.sandbox.engine import Failed, Finished, ImageSource, Limits
from keyhole.sandbox.program import Program
from keyhole.sandbox.quickjs.engine import QuickJSEngine
from keyhole.sandbox.quickjs.local import LocalPlace

pytest.register_assert_rewrite("listed")
from listed import API, FOLDER, Listed, programs  # noqa: E402

CORPUS = programs("agents.js", "ugly.js", "typed.ts", "language.js", "formats.js")
LIMITS = Limits(wall_s=20, cpu_s=2)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> QuickJSEngine:
    return QuickJSEngine(
        LocalPlace.create(ImageSource(script=API), cache=tmp_path_factory.getbasetemp().parent / "keyhole-cache")
    )


async def host(name: str, argument: object) -> object:
    return argument


def plain(value: object) -> object:
    """Give bytes as node.js prints them."""
    if isinstance(value, bytes):
        return {"bytes": list(value)}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


async def failure(engine: QuickJSEngine, text: str) -> tuple[str, str]:
    """Give kind and message of a program's failure, before its run or in it."""
    try:
        program = Program.parse(text)
    except ProgramError as error:
        return error.kind, error.message
    outcome = await engine.run(program, host, LIMITS)
    assert isinstance(outcome, Failed), outcome
    return outcome.error.kind, outcome.error.message


@pytest.mark.parametrize("listed", CORPUS, ids=[f"{each.file}: {each.name}" for each in CORPUS])
async def test_a_program_gives_what_is_written_beside_it(engine, listed):
    assert listed.known, "nothing is expected of it"
    if listed.throws is not None:
        kind, message = await failure(engine, listed.text)
        assert kind == listed.throws[0], message
        assert listed.throws[1] in message
        return
    outcome = await engine.run(Program.parse(listed.text), host, LIMITS)
    assert isinstance(outcome, Finished), outcome.error
    assert (plain(outcome.value), outcome.undefined) == (listed.value, listed.undefined)
    if listed.logs is not None:
        assert [(line.level, line.text) for line in outcome.logs] == listed.logs


def test_there_are_two_hundred_of_them_each_once():
    assert len(CORPUS) >= 200
    assert len({listed.name for listed in CORPUS}) == len({listed.text for listed in CORPUS}) == len(CORPUS)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node as the judge of JavaScript")
def test_node_gives_the_same():
    version = int(
        subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout[1:].split(".")[0]
    )
    judged = [listed for listed in CORPUS if listed.throws is None and listed.node <= version]
    assert len(judged) >= 180
    for listed, (kind, *value) in zip(judged, in_node(judged), strict=True):
        if kind == "undefined":
            assert listed.undefined, listed
        else:
            assert (listed.name, kind, value) == (listed.name, "value", [listed.value])


def in_node(listed: list[Listed]) -> list[list[object]]:
    sent = json.dumps({"api": API, "codes": [Program.parse(each.text).code for each in listed]})
    command, environment = ["node", str(FOLDER / "node.js")], {**os.environ, "TZ": "UTC"}
    done = subprocess.run(command, input=sent, capture_output=True, text=True, check=True, env=environment)
    return json.loads(done.stdout)
