"""With a compiler on the machine: what only types tell; the same programs must pass; and it does no harm."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_preflight import listed, unread
from working import WORKING

from keyhole.config import Config
from keyhole.preflight import tsc as tsc_file
from keyhole.preflight.tsc import Tsc
from keyhole.sandbox.engine import Failed, Finished

WRONG = [
    ("async function load() { return await tracker.projects_list() }\nconst all = load();\nreturn all.map((p) => p.key)", 3, "await it before reading .map"),
    ("const load = () => tracker.projects_list();\nconst all = load();\nreturn all.filter((p) => p.key)", 3, "`all` is a Promise"),
    ("async function me() { return await tracker.meta_me() }\nreturn me().team.name", 2, "`me()` is a Promise: await it before reading .team"),
    ("async function load() { await tracker.meta_me(); return [1] }\nfor (const x of load()) console.log(x)", 2, "await it before going through it"),
    ("async function pair() { return [1, 2] }\nconst [a, b] = pair();\nawait tracker.meta_me();\nreturn a", 2, "await it before going through it"),
    ("async function key() { return (await tracker.projects_list())[0].key }\nreturn await tracker.projects_get({ project: key() })", 2, "await it before giving it to tracker.projects_get"),
    ("async function key() { return 'WEB' }\nconst project = key();\nreturn await tracker.projects_get({ project })", 3, "`project` is a Promise"),
    ("const key: any = async (): Promise<string> => 'WEB';\nconst project: string = key() as any;\nreturn await tracker.issues_search({ q: project })", 3, "`project` is a Promise"),
    ("// 漢字 🤖\nasync function f() { return await tracker.meta_me() }\nconst s = '🤖🤖', r = f(); return [s, r.map((x) => x)]", 3, "`r` is a Promise"),
]  # fmt: skip

FINE = [
    "const out = {};\nout.me = (await tracker.meta_me()).username;\nreturn out.me.length",
    "async function f() { return 1 }\nlet r = f();\nr = await r;\nreturn r.toFixed()",
    "async function f() { return 1 }\nconst r = f();\nreturn r.nothing ?? 1",
    "async function f() { return 1 }\nconst r = f();\nr.note = { a: 1 };\nreturn [r.note.a, await tracker.meta_health()].length",
    "async function f() { return [1] }\nconst r = f();\ntry { return r.map((x) => x) } catch { return await tracker.meta_health() }",
    "let state = [];\nstate = 'open';\nreturn (await tracker.issues_search({ state, per_page: 1 })).length",
    "const o = { q: [] };\no.q = 'x';\nreturn (await tracker.issues_search({ q: o.q })).length",
    "const since: number = '2030-01-01T00:00:00Z' as any;\nreturn (await tracker.issues_search({ updated_before: since, per_page: 1 })).length",
    "return (await tracker.issues_search({ updated_before: new Date(), per_page: 1 })).length",
    "let found;\n[1].forEach((x) => { found = x });\nreturn await tracker.issues_get({ project: 'WEB', number: found })",
    "const m = new Map([['a', Promise.resolve('WEB')]]);\nm.set('a', (await tracker.projects_get({ project: 'WEB' })).key);\nreturn (await tracker.projects_get({ project: m.get('a') })).key",
    "const me = await tracker.meta_me();\nreturn me.no_such_field_in_the_document?.x ?? 1",
    "const x: string = 5;\nconst y: Nowhere = x;\nreturn [y, await tracker.meta_health()].length",
    "return [Intl === undefined, await tracker.meta_health()].length".replace("Intl === undefined", "typeof Intl"),
    '/// <reference path="/etc/passwd" />\n// @ts-check\nreturn (await tracker.meta_me()).username',
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "words"), WRONG, ids=listed(text for text, _, _ in WRONG))
async def test_types_tell_of_promises_that_no_reading_sees(typed, text, line, words):
    assert isinstance(await unread(typed, text), Failed)
    run = await typed.execute(text)
    assert run.error is not None
    assert (run.error.kind, run.error.line, run.calls) == ("preflight", line, ())
    assert words in run.error.message


@pytest.mark.parametrize("text", [*FINE, *WORKING], ids=listed([*FINE, *WORKING]))
async def test_types_stop_nothing_that_works(typed, text):
    assert isinstance(await unread(typed, text), Finished)
    run = await typed.execute(text)
    assert run.outcome == "finished", run.error


async def test_many_programs_at_once_are_checked_in_turns(typed):
    runs = await asyncio.gather(*(typed.execute(text) for text, _, _ in WRONG * 3))
    assert {run.error.kind for run in runs} <= {"preflight", "throw", "result"}


def script(folder, text):
    path = folder / "tsc"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


async def test_a_compiler_that_is_old_or_none_is_not_asked(tmp_path):
    old = Tsc(script(tmp_path, "echo Version 5.9.2"))
    assert (await old.version(), await old.serves()) == ("5.9.2", False)
    none = Tsc(script(tmp_path, "echo hello; exit 3"))
    assert (await none.version(), await none.serves()) == ("", False)
    assert not await Tsc(tmp_path / "nothing").serves()


async def test_a_compiler_that_hangs_is_ended_and_says_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(tsc_file, "TIMEOUT_S", 0.3)
    pid = tmp_path / "pid"
    slow = Tsc(script(tmp_path, f"echo $$ > {pid}; echo 'program.ts(1,1): error TS1: no'; exec sleep 60"))
    assert await slow.check({"program.ts": "1"}) == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


async def test_a_compiler_gets_no_environment_and_leaves_no_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_OPERATOR", "x")
    seen = tmp_path / "seen"
    spy = Tsc(script(tmp_path, f"env > {seen}; pwd >> {seen}; echo 'program.ts(3,4): error TS2339: text'"))
    assert [(one.line, one.column, one.code, one.message) for one in await spy.check({"program.ts": "1"})] == [
        (3, 4, 2339, "text")
    ]
    lines = seen.read_text().splitlines()
    assert not any("SECRET" in line for line in lines)
    assert not Path(lines[-1]).exists()


def test_the_compiler_is_named_found_or_off(tmp_path, monkeypatch):
    path = script(tmp_path, "echo Version 7.0.2")
    monkeypatch.delenv("KEYHOLE_TSC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Config().compiler() == path
    assert Config(tsc="off").compiler() is None
    monkeypatch.setenv("KEYHOLE_TSC", "off")
    assert Config().compiler() is None
    assert Config(tsc=str(path)).compiler() == path
    monkeypatch.setenv("KEYHOLE_TSC", "/nowhere/tsc")
    assert Config().compiler() is None


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("echo Version 7.0.2", "Types of programs are checked by tsc 7.0.2: "),
        ("echo Version 5.9.2", "is tsc 5.9.2: types"),
        ("exit 1", "is no tsc that runs"),
    ],
)
def test_the_doctor_says_which_compiler_there_is(tmp_path, said, line):
    path = script(tmp_path, said)
    environment = {**os.environ, "KEYHOLE_TSC": str(path)}
    told = subprocess.run(
        [sys.executable, "-m", "keyhole", "doctor", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    compiler = json.loads(told.stdout)["compiler"]
    assert line in compiler
    assert str(path) in compiler
