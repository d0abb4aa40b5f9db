"""The harness of the evals, end to end: servers, arms, the commands of an agent, the check, the report."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EVALS = Path(__file__).parents[2] / "evals"
PYTHON = EVALS.parent / ".cache" / "evals" / "venv" / "bin" / "python"

if not PYTHON.is_file():
    pytest.skip("the environment of the evals is not there: python evals/run.py setup", allow_module_level=True)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own for runs, with the evals' environment in it."""
    (tmp_path / "venv").symlink_to(PYTHON.parents[1])
    monkeypatch.setenv("KEYHOLE_EVALS_HOME", str(tmp_path))
    return tmp_path


def command(script: str, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, EVALS / script, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_question_in_all_three_arms(home):
    calls = {
        "keyhole": ("execute", "code", "return (await tracker.users_list({ active: false })).map((u) => u.username)"),
        "tools": ("userslist", "active", ""),
        "fastmcp": ("execute", "code", 'return await call_tool("userslist", {"active": False})'),
    }
    definitions, prompts = {}, set()
    for arm, (tool, argument, code) in calls.items():
        started = command("run.py", "start", "locked-out", arm)
        assert started.returncode == 0, started.stdout + started.stderr
        run, prompt = started.stdout.split()
        prompts.add(Path(prompt).read_text("utf-8").replace(run, "RUN"))
        assert f'"name":"{tool}"' in command("call.py", run, "tools").stdout + command("call.py", run, "more").stdout
        given = ["--stdin", argument] if code else []
        answer = command("call.py", run, tool, "{}" if code else '{"active": false}', *given, stdin=code).stdout
        assert "jonas" in answer
        assert "not JSON" in command("call.py", run, tool, "{").stdout
        command("call.py", run, "answer", "It is jonas.")
        result = json.loads(command("run.py", "finish", run).stdout)
        assert result["solved"], result
        assert (result["tool_calls"], result["misuses"], result["tokens"]["turns"]) == (1, 1, 2)
        assert command("call.py", run, "tools").returncode == 1  # it is over
        definitions[arm] = result["tokens"]["definitions"]
    assert len(prompts) == 1
    assert "can no longer sign in" in prompts.pop()
    assert definitions["tools"] > 5 * definitions["keyhole"]
    assert not running(home)
    written = command("report.py", "a test of the harness")
    try:
        table = Path(written.stdout.strip()).read_text("utf-8")
        assert "| locked-out | question | tracker | yes, 1, " in table
        assert "| tracker | Keyhole | 1 of 1 | 1 | " in table
    finally:
        shutil.rmtree(EVALS / "results" / "a test of the harness")


def test_several_apis_are_solved_and_a_wrong_end_is_refused(home):
    if shutil.which("pdns_server", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin") is None:
        pytest.skip("PowerDNS is not installed: apt-get install pdns-server pdns-backend-sqlite3")
    done = command("run.py", "prove", "gold-domains")
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_out_of_time_is_not_solved_and_leaves_nothing(home):
    folder = home / "runs" / "late"
    folder.mkdir(parents=True)
    subprocess.run([PYTHON, EVALS / "keeper.py", folder, "whoami", "keyhole", "1"], check=True, timeout=120)
    result = json.loads((folder / "result.json").read_text("utf-8"))
    assert (result["solved"], result["how"]) == (False, "out of time")
    assert not running(home)


def test_what_cannot_start_says_so(home):
    assert "no arm" in command("run.py", "start", "whoami", "other").stderr
    assert "unknown-task" in command("run.py", "start", "unknown-task", "keyhole").stderr
    assert "there is no run" in command("call.py", "none", "tools").stderr


def running(home: Path) -> list[str]:
    """Give the command lines of processes that name the folder of the runs."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if f"{home}/runs/" in line:
            found.append(line)
    return found
