from __future__ import annotations

import subprocess
import sys

import pytest

from keyhole.cli import app
from keyhole.cli.app import COMMANDS, run

SLOW = ("mcp", "mcp_types", "wasmtime", "httpx2", "tree_sitter", "starlette", "uvicorn", "pydantic", "jsonschema_rs")


def test_help_loads_nothing_slow():
    program = (
        "import sys\nfrom keyhole.cli.app import run\ncode = run(['--help'])\n"
        f"loaded = sorted(set({SLOW!r}) & set(sys.modules))\nprint(loaded, file=sys.stderr)\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command, capsys):
    assert run([command, "--help"]) == 0
    assert f"keyhole {command}" in capsys.readouterr().out


def test_python_m_keyhole_is_keyhole():
    done = subprocess.run([sys.executable, "-m", "keyhole", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip()


@pytest.mark.parametrize(
    ("arguments", "said", "hint"),
    [
        (["serv"], "serve", "keyhole --help"),
        (["serve", "--alow", "x"], "--allow", "keyhole serve --help"),
        (["serve", "x.json", "--allow", "some"], "read", "keyhole serve --help"),
        (["serve"], "no API was given", "keyhole serve openapi.json"),
        (["serve", "x.json", "--http", "8000"], "HOST:PORT", "--http"),
        (["exec", "x.json"], "--file", "keyhole exec"),
        (["exec", "x.json", "--file", "/no/such/program.js"], "program.js", "file"),
        (["search", "x.json"], "a DOC and a query", "keyhole search"),
        (["search", "x.json", " "], "empty", "keyhole search"),
        (["tokens", "/no/such/document.json"], "document.json", ""),
        (["try"], "doc", "keyhole try --help"),
    ],
)
def test_wrong_usage_is_2_and_says_what_to_do(arguments, said, hint, capsys):
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("error: ") == 1
    assert said.lower() in shown.err.lower()
    assert hint in shown.err
    assert "Traceback" not in shown.err


def test_a_bug_is_1_and_says_so(monkeypatch, capsys):
    def broken():
        raise ZeroDivisionError("the inside")

    monkeypatch.setattr(app, "app", broken)
    monkeypatch.delenv("KEYHOLE_DEBUG", raising=False)
    assert run([]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "error: this is a bug of Keyhole: ZeroDivisionError: the inside",
        "hint: run it again with KEYHOLE_DEBUG=1 for the details, and report them",
    ]
    monkeypatch.setenv("KEYHOLE_DEBUG", "1")
    assert run([]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_output_can_be_cut_short(shared):
    command = f"{sys.executable} -m keyhole search {shared}/specs/petstore-expanded.yaml --code - --json | head -c 1"
    done = subprocess.run(
        ["bash", "-c", command], input="return 'x'.repeat(300000)", capture_output=True, text=True, check=True
    )
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr
