"""What models write, at length: every program of `programs/` runs and gives what it gives in node."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from keyhole.errors import ProgramError
from keyhole.sandbox.engine import Finished, ImageSource, Limits
from keyhole.sandbox.program import Program
from keyhole.sandbox.quickjs.engine import QuickJSEngine

pytest.register_assert_rewrite("corpus")
from corpus import API, FOLDER, Listed, programs  # noqa: E402

CORPUS = programs("agents.js", "ugly.js", "typed.ts", "language.js", "formats.js")
LIMITS = Limits(wall_s=20, cpu_s=2)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> QuickJSEngine:
    return QuickJSEngine.create(ImageSource(script=API), cache=tmp_path_factory.getbasetemp().parent / "keyhole-cache")


async def host(name: str, argument: object) -> object:
    return argument


def plain(value: object) -> object:
    """Give bytes as node.js prints them."""
    if isinstance(value, bytes):
        return {"bytes": list(value)}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("listed", CORPUS, ids=[f"{each.file}: {each.name}" for each in CORPUS])
async def test_a_program_gives_what_is_written_beside_it(engine, listed):
    assert listed.known, "nothing is expected of it"
    try:
        outcome = await engine.run(Program.parse(listed.text), host, LIMITS)
    except ProgramError as error:
        assert listed.throws is not None, error
        assert (error.kind, listed.throws[1] in error.message) == (listed.throws[0], True), error
        return
    if listed.throws is not None:
        assert outcome.error is not None, outcome
        assert (outcome.error.kind, listed.throws[1] in outcome.error.message) == (listed.throws[0], True), outcome
        return
    assert isinstance(outcome, Finished), outcome.error
    assert (plain(outcome.value), outcome.undefined) == (listed.value, listed.undefined)
    if listed.logs is not None:
        assert [(line.level, line.text) for line in outcome.logs] == listed.logs


def test_there_are_two_hundred_of_them_each_once():
    assert len(CORPUS) >= 200
    assert len({listed.name for listed in CORPUS}) == len({listed.text for listed in CORPUS}) == len(CORPUS)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node as the judge of JavaScript")
def test_node_gives_the_same():
    version = int(subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout[1:].split(".")[0])
    judged = [listed for listed in CORPUS if listed.throws is None and listed.node <= version]
    assert len(judged) >= 180
    for listed, (kind, *value) in zip(judged, in_node(judged), strict=True):
        if kind == "undefined":
            assert listed.undefined, listed
        else:
            assert (listed.name, kind, value) == (listed.name, "value", [listed.value])


def in_node(listed: list[Listed]) -> list[list[object]]:
    sent = json.dumps({"api": API, "codes": [Program.parse(each.text).code for each in listed]})
    command = ["node", str(FOLDER / "node.js")]
    done = subprocess.run(command, input=sent, capture_output=True, text=True, check=True, env={"TZ": "UTC", "PATH": "/usr/bin:/bin:/usr/local/bin"})
    return json.loads(done.stdout)
