"""`keyhole exec` and `keyhole search` against the demo API: what is printed where, and the exit codes."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys

import pytest

from keyhole.cli.app import run
from keyhole.demo import running


def executed(capsys, doc, code, *options):
    exit_code = run(["exec", *doc, "--json", "--code", code, *options])
    shown = capsys.readouterr()
    return exit_code, json.loads(shown.out), shown.err


def test_a_program_that_ends(capsys, doc):
    exit_code, printed, said = executed(
        capsys, doc, "console.log('hello'); return (await tracker.projects_get({ project: 'WEB' })).key"
    )
    assert exit_code == 0
    assert set(printed) == {"outcome", "value", "error", "calls", "logs", "ms"}
    assert (printed["outcome"], printed["value"], printed["error"]) == ("finished", "WEB", None)
    (call,) = printed["calls"]
    assert {"operation", "method", "url", "effect", "decision", "status", "ms"} <= set(call)
    assert (call["operation"], call["method"], call["status"]) == ("tracker.projects_get", "GET", 200)
    assert (call["effect"], call["decision"]) == ("read", "allow")
    assert "hello" in json.dumps(printed["logs"])
    assert "hello" in said
    assert "projects_get" in said


@pytest.mark.parametrize(
    ("code", "exit_code", "error"),
    [
        ("return (", 3, "syntax"),
        ("throw 'x'", 3, "throw"),
        ("return await tracker.project_get({})", 3, "unknown_operation"),
        ("return await tracker.projects_get({})", 3, "invalid_arguments"),
        ("await tracker.projects_delete({ project: 'OLD', force: true })", 4, "needs_approval"),
        ("return await tracker.projects_get({ project: 'NOPE' })", 6, "api_error"),
    ],
)
def test_a_program_that_fails(capsys, doc, code, exit_code, error):
    got, printed, _ = executed(capsys, doc, code)
    assert (got, printed["outcome"], printed["error"]["code"]) == (exit_code, "failed", error)
    assert {"code", "message", "hint", "line", "column"} <= set(printed["error"])


def test_a_program_that_does_not_end_is_stopped_by_the_configured_limit(capsys, doc, tmp_path):
    (tmp_path / "keyhole.toml").write_text("[limits]\ncpu_s = 0.2\n")
    got, printed, _ = executed(capsys, doc, "while (true) {}", "--config", str(tmp_path / "keyhole.toml"))
    assert (got, printed["error"]["code"]) == (3, "cpu")


def test_denied_is_4_whatever_is_allowed(capsys, doc):
    code = "await tracker.projects_delete({ project: 'OLD', force: true })"
    got, printed, _ = executed(capsys, doc, code, "--allow", "all", "--read-only")
    assert (got, printed["error"]["code"]) == (4, "denied")


def test_a_missing_credential_is_6(capsys, doc, monkeypatch):
    monkeypatch.delenv("TRACKER_TOKEN")
    got, printed, _ = executed(capsys, doc, "return await tracker.projects_list()")
    assert (got, printed["error"]["code"]) == (6, "credentials")
    assert "TRACKER_TOKEN" in printed["error"]["message"]


def test_an_api_that_is_down_is_6(capsys, doc):
    down = [*doc[:1], "--base-url", "http://127.0.0.1:9"]
    got, printed, _ = executed(capsys, down, "return await tracker.projects_list()")
    assert (got, printed["error"]["code"]) == (6, "unreachable")


def test_writes_where_they_are_allowed(capsys, doc):
    code = "return (await tracker.labels_create({ project: 'WEB', body: { name: 'new', color: '00ff00' } })).name"
    got, printed, _ = executed(capsys, doc, code, "--allow", "write")
    assert (got, printed["value"]) == (0, "new")


def test_for_a_person_the_value_alone_is_on_standard_output(capsys, doc, tmp_path):
    program = tmp_path / "program.ts"
    program.write_text("const n: number = 2; console.warn('careful'); return { n }")
    assert run(["exec", *doc, "--file", str(program)]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {"n": 2}
    assert "warn: careful" in shown.err
    assert run(["exec", *doc, "--code", "return 'as it is'"]) == 0
    assert capsys.readouterr().out == "as it is\n"
    assert run(["exec", *doc, "--code", "const a = null;\nreturn a.x"]) == 3
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "line 2" in shown.err


def test_what_was_taken_otherwise_is_noted_once_on_standard_error(capsys, doc):
    code = "setTimeout(() => {}, 3000); return (await tracker.projects_list({ per_page: '1' })).constructor.name"
    assert run(["exec", *doc, "--code", code]) == 0
    shown = capsys.readouterr()
    assert "note:" not in shown.out
    assert shown.err.count("note: strings taken as numbers: per_page") == 1
    assert shown.err.count("note: 1 timer had not fired") == 1


def test_what_a_model_would_get(capsys, doc):
    assert run(["exec", *doc, "--code", "return 'word '.repeat(9000)", "--max-tokens", "100"]) == 0
    assert len(capsys.readouterr().out) < 2000


@pytest.mark.parametrize("command", ["exec", "search"])
def test_a_program_is_given_alike_to_both(command, capsys, doc, tmp_path, monkeypatch):
    (tmp_path / "count.js").write_text("return ops.length")
    (tmp_path / "plain").write_text("return ops.length")
    monkeypatch.chdir(tmp_path)
    for given in (["--file", "count.js"], ["--code", "count.js"], ["--code", "./plain"], ["--code", "return ops.length"],
                  ["--file", "plain"]):  # fmt: skip
        assert run([command, *doc, *given]) == 0
        assert capsys.readouterr().out == "42\n", given
    for given, said in (
        (["--code", "cuont.js"], "cannot read the program cuont.js"),
        (["--file", "return 1"], "cannot read the program return 1"),
        (["--file", "count.js", "--code", "return 1"], "together"),
    ):
        assert run([command, *doc, *given]) == 2
        assert said in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--file", "--code"])
@pytest.mark.parametrize("command", ["exec", "search"])
def test_standard_input_is_a_minus_everywhere(command, option, doc, environment):
    done = subprocess.run(
        [sys.executable, "-m", "keyhole", command, *doc, option, "-"],
        input="return ops.length", capture_output=True, text=True, env=environment, check=True,
    )  # fmt: skip
    assert done.stdout == "42\n"


def test_search_by_words(capsys, doc):
    assert run(["search", *doc, "delete a label", "--json", "--limit", "3"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert set(printed) == {"query", "total", "operations"}
    assert printed["query"] == "delete a label"
    assert printed["total"] >= len(printed["operations"]) == 3
    first = printed["operations"][0]
    assert set(first) == {"id", "api", "name", "method", "path", "effect", "summary", "declaration"}
    assert (first["id"], first["effect"]) == ("labels/delete", "destructive")


def test_search_for_a_person(capsys, doc):
    assert run(["search", *doc, "delete a label"]) == 0
    assert "labels_delete" in capsys.readouterr().out


def test_search_by_a_program(capsys, doc, tmp_path):
    path = tmp_path / "find.js"
    path.write_text("return ops.filter((op) => op.effect === 'destructive').length")
    assert run(["search", *doc, "--code", str(path)]) == 0
    assert int(capsys.readouterr().out) > 3
    path.write_text("return await tracker.projects_list()")
    assert run(["search", *doc, "--code", str(path)]) == 3


def test_bake_fills_the_cache(capsys, doc, tmp_path):
    cache = tmp_path / "cache"
    assert run(["bake", *doc, "--cache-dir", str(cache), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [(one["api"], one["operations"]) for one in printed["documents"]] == [("tracker", 42)]
    assert any(cache.iterdir())


@pytest.mark.parametrize(("name", "expected"), [("SIGTERM", 143), ("SIGINT", 130)])
@pytest.mark.parametrize(
    "code",
    [
        "console.log('begun'); while (true) {}",
        "console.log('begun'); await new Promise(() => setTimeout(() => {}, 60000))",
    ],
)
def test_a_signal_in_the_middle_of_a_run(doc, environment, name, expected, code):
    process = subprocess.Popen(
        [sys.executable, "-m", "keyhole", "exec", *doc, "--code", code],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    while "begun" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(getattr(signal, name))
    out, log = process.communicate(timeout=20)
    assert process.returncode == expected
    assert out == ""
    assert "Traceback" not in log


def test_a_signal_while_a_document_is_waited_for(environment):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/openapi.json"
        process = subprocess.Popen(
            [sys.executable, "-m", "keyhole", "bake", url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )  # fmt: skip
        connection, _ = silent.accept()
        with connection:
            process.send_signal(signal.SIGINT)
            out, log = process.communicate(timeout=20)
    assert (process.returncode, out, log) == (130, "", "stopping (SIGINT)\n")


def test_several_documents(capsys, api, doc):
    with running("other") as other:
        arguments = [
            f"one={api}/openapi.json", f"two={other}/openapi.json",
            "--base-url", f"one={api}", "--base-url", f"two={other}", "--bearer-env", "one=TRACKER_TOKEN",
        ]  # fmt: skip
        code = (
            "const [a, b] = [await one.meta_me.raw(), await two.meta_me.raw()]; return [a.status, b.status, ops.length]"
        )
        got, printed, _ = executed(capsys, arguments, code)
    assert (got, printed["value"]) == (0, [200, 401, 84])
