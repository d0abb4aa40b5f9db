"""Calls of every operation of the real documents, written in many ways: none is stopped, and foresight is never wrong."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.sandbox.test_program import PROGRAMS
from tests.test_docs import blocks
from working import WORKING
from writing import programs, valid
from wrong import WRONG

from keyhole.catalog.catalog import Catalog
from keyhole.errors import InvalidArguments, ProgramError
from keyhole.gateway.foresight import foresee
from keyhole.gateway.validate import checked
from keyhole.preflight.preflight import Preflight
from keyhole.sandbox.program import Program
from keyhole.sources.openapi.source import load
from keyhole.value import Unseen

DOCUMENTS = {
    "petstore-expanded.yaml": 1, "tmdb.json": 1, "powerdns-auth.yaml": 1, "powerdns-served.json": 1, "discord.json": 1,
    "slack.json": 1, "twilio_api_v2010.json": 1, "stripe.yaml": 3, "github.json": 3, "cloudflare.json": 3,
    "kubernetes.json": 5, "msgraph-v1.json": 40,
}  # fmt: skip
"""The documents, and which share of their operations is tried: every one, every third, …"""


@pytest.fixture(params=DOCUMENTS)
def catalog(shared, request):
    path = shared / "specs" / request.param
    operations = Catalog(load(path, name="api").operations()).operations
    return Catalog(operations[:: DOCUMENTS[request.param]])


def test_no_call_with_valid_arguments_is_stopped(catalog):
    preflight = Preflight(catalog)
    tried = 0
    for operation in catalog.operations:
        given = valid(operation)
        for text in programs(operation, given) if given is not None else ():
            reading = preflight.reading(Program.parse(text))
            assert reading is not None, text
            assert not reading.certain, (text, reading.certain)
            assert not list(reading._calls(certain=False)), text
            tried += 1
    assert tried > 3 * len(catalog.operations)


def veiled(value, chance, dice):
    """Hide parts of a value, and say of some that they may not be there."""
    if dice.random() < chance:
        return Unseen(given=dice.random() < 0.5)
    if isinstance(value, dict):
        return {name: veiled(one, chance, dice) for name, one in value.items()}
    return [veiled(one, chance, dice) for one in value] if isinstance(value, list) else value


def broken(given, dice):
    """Spoil arguments: a name, a value, or one that is missing."""
    spoilt = dict(given)
    for name in dice.sample(list(spoilt), min(len(spoilt), 2)):
        kind = dice.randrange(3)
        value = spoilt.pop(name)
        if kind == 0:
            spoilt[f"{name}x"] = value
        elif kind == 1:
            spoilt[name] = dice.choice([[], {}, "§", -1, True, None, {"§": 1}])
    return spoilt


def test_what_is_foreseen_comes_true_whatever_was_not_seen(catalog):
    dice = random.Random(4)
    foreseen = 0
    for operation in catalog.operations:
        given = valid(operation)
        if given is None:
            continue
        for arguments in (given, broken(given, dice), broken(given, dice)):
            for chance in (0.0, 0.15, 0.4):
                some = {name: veiled(one, chance, dice) for name, one in arguments.items()}
                closed = dice.random() < 0.7
                if not closed:
                    some = {name: one for name, one in some.items() if dice.random() < 0.5}
                try:
                    foresee(operation, some, closed=closed)
                except InvalidArguments:
                    foreseen += 1
                    with pytest.raises(InvalidArguments):
                        checked(operation, arguments)
    assert foreseen or len(catalog.operations) < 50


def test_reading_never_raises_and_never_stops_what_does_not_parse(shared):
    preflight = Preflight(Catalog(load(shared / "specs" / "tmdb.json", name="tracker").operations()))
    dice = random.Random(5)
    texts = [*WORKING, *(text for text, _ in WRONG)]
    hostile = [
        "tracker" + ".a" * 5_000 + "()",
        "tracker" + "?.a" * 5_000 + "()",
        "tracker.x(" + "[" * 900 + "]" * 900 + ")",
        "tracker.x(" + "{a:" * 900 + "1" + "}" * 900 + ")",
        "const a0 = [1];"
        + "".join(f"const a{n + 1} = [{','.join([f'a{n}'] * 50)}];" for n in range(20))
        + "tracker.x({ a: a20 })",
        "for (const x of [1]) " * 300 + "tracker.x()",
        "tracker.x(" * 300 + ")" * 300,
        "const a = [1];" + "for (const x of a) { tracker.x({}) }" * 300,
        "const f = () => f();" + "f();" * 500 + "tracker.x()",
        "tracker.get('/" + "a/" * 9_000 + "')",
        "tracker.x({ a: " + "-" * 500 + "1 })",
        "if (1) {" * 200 + "await tracker.x();" + "}" * 200,
    ]
    for text in (*hostile, *(mutated(text, dice) for text in texts * 4)):
        try:
            program = Program.parse(text)
        except ProgramError:
            continue
        reading = preflight.reading(program)
        if reading is not None:
            list(reading._calls(certain=False))
            reading.stops()


def mutated(text, dice):
    for _ in range(dice.randrange(1, 4)):
        at, to = sorted(dice.randrange(len(text) + 1) for _ in range(2))
        part = dice.choice(
            ["", "(", ")", "{", "}", "?.", "...", "await ", "tracker", ".x", "[", "]", "=>", ";", "\n", "`${"]
        )
        text = text[:at] + part + text[at : to if dice.random() < 0.7 else at + 3] + text[to:]
    return text


def test_what_the_documentation_shows_is_not_stopped(shared):
    operations = [
        operation
        for name, document in (("powerdns", "powerdns-auth.yaml"), ("github", "github.json"))
        for operation in load(shared / "specs" / document, name=name).operations()
    ]
    preflight = Preflight(Catalog(operations))
    root = Path(__file__).parents[2]
    shown = [block for name in ("README.md", "docs/programs.md") for block in blocks((root / name).read_text(), "ts")]
    assert len(shown) >= 3
    for text in shown:
        reading = preflight.reading(Program.parse(text))
        assert reading is not None
        assert not reading.certain, (text, reading.certain)


def test_every_program_of_the_sandbox_is_let_pass(shared):
    preflight = Preflight(Catalog(load(shared / "specs" / "tmdb.json", name="github").operations()))
    for text, _ in PROGRAMS:
        for program in (text, f"const r = await github.get('/movie/popular', {{}});\n{text}"):
            try:
                reading = preflight.reading(Program.parse(program))
            except ProgramError:
                continue  # put before it, a line makes something else of the program
            assert reading is None or not reading.certain, program
