"""The command line on streams as they really are: closed, full, in another encoding, with what users type wrongly."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from keyhole.cli.app import run
from keyhole.cli.screen import say

KEYHOLE = [sys.executable, "-m", "keyhole"]
UMLAUT = "return 'é → 😀'"


def shell(command: str, environment: dict[str, str], **options) -> subprocess.CompletedProcess[bytes]:
    """Run a line of shell in which `$KEYHOLE` is the command."""
    words = {**environment, "KEYHOLE": " ".join(KEYHOLE)}
    return subprocess.run(["/bin/sh", "-c", command], env=words, capture_output=True, check=False, **options)


@pytest.fixture
def ascii_locale(environment) -> dict[str, str]:
    """A terminal that knows ASCII only, and no mercy of Python's."""
    return {**environment, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def test_output_that_nobody_wants_is_no_bug(doc, environment):
    done = shell(f"$KEYHOLE exec {' '.join(doc)} --json --code 'return 1' >&-", environment)
    assert (done.returncode, done.stderr) == (0, b"")
    done = shell(f"$KEYHOLE exec {' '.join(doc)} --code 'console.log(1); return 1' 2>&-", environment)
    assert (done.returncode, done.stdout) == (0, b"1\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_no_bug(doc, environment):
    done = shell(f"$KEYHOLE exec {' '.join(doc)} --code 'return 1' > /dev/full", environment)
    assert done.returncode == 2
    assert b"cannot write the output: No space left on device" in done.stderr
    assert b"Exception ignored" not in done.stderr


def test_a_reader_that_has_seen_enough_is_no_bug(doc, environment):
    done = shell(f"$KEYHOLE try {doc[0].partition('=')[2]} | head -n 1", environment)
    assert done.returncode == 0
    assert b"error" not in done.stderr


def test_a_server_without_input_ends(doc, environment):
    done = shell(f"$KEYHOLE serve {' '.join(doc)} <&-", environment, timeout=60)
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"bug" not in done.stderr


def test_a_locale_without_the_characters(doc, ascii_locale, tmp_path):
    program = tmp_path / "program.js"
    program.write_text(UMLAUT, "utf-8")
    done = shell(f"$KEYHOLE exec {' '.join(doc)} --json --file {program}", ascii_locale)
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert json.loads(done.stdout)["value"] == "é → 😀"

    done = shell(f"$KEYHOLE exec {' '.join(doc)} --file -", ascii_locale, input=UMLAUT.encode())
    assert (done.returncode, done.stdout) == (0, b"? ? ?\n")


def test_a_program_on_standard_input_that_is_not_utf8(doc, environment):
    done = shell(f"$KEYHOLE exec {' '.join(doc)} --file -", environment, input=b"return '\xe9'")
    assert done.returncode == 2
    assert b"not UTF-8" in done.stderr


def test_a_program_that_returns_nothing_says_so(capsys, doc):
    assert run(["exec", *doc, "--code", "let a = 1"]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "returned nothing" in shown.err


def test_a_query_without_quotes(capsys, doc):
    assert run(["search", doc[0], "list", "projects", "--json", "--limit", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["query"] == "list projects"


@pytest.mark.parametrize(
    ("arguments", "said", "hint"),
    [
        (["exec", "", "--code", "1"], "DOC is empty", "variable"),
        (["exec", "my-api=http://x/y", "--code", "1"], "'my-api' cannot be the name", "my_api=http://x/y"),
        (["exec", "2nd=http://x/y", "--code", "1"], "'2nd' cannot be the name", "_2nd=http://x/y"),
        (["exec", "-", "--code", "1"], "DOC cannot be -", "/dev/stdin"),
        (["exec", "x.json", "--code", "1", "--max-tokens", "0"], "not a positive number", ""),
    ],
)
def test_what_is_typed_wrongly(arguments, said, hint, capsys):
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert hint in shown.err


@pytest.mark.skipif(os.name == "nt", reason="modes")
def test_baking_into_nothing_fails(capsys, doc, tmp_path):
    file, shared = tmp_path / "file", tmp_path / "shared"
    file.write_text("")
    shared.mkdir()
    shared.chmod(0o777)
    for folder, said in ((file, "not a folder"), (shared, "writable by others")):
        assert run(["bake", doc[0], "--cache-dir", str(folder), "--json"]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert f"nothing was cached: {folder}" in shown.err
        assert said in shown.err


def test_control_characters_of_others_are_shown_not_obeyed(capsys):
    say("note: \x1b[2Jgone\x07 \u202ereversed\ttab")
    assert capsys.readouterr().err == "note: \\x1b[2Jgone\\x07 \\x202ereversed\ttab\n"
