"""What is said of a command line that does not fit: what failed, the nearest that would, what to do next."""

from __future__ import annotations

import json

import pytest

from keyhole.cli.app import COMMANDS, run

GET = {"operationId": "a", "summary": "List", "responses": {"200": {"description": "ok"}}}
DOCUMENT = {
    "openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "servers": [{"url": "https://x.test"}],
    "paths": {"/x": {"get": GET}},
}  # fmt: skip


@pytest.fixture
def doc(tmp_path):
    path = tmp_path / "d.json"
    path.write_text(json.dumps(DOCUMENT))
    return str(path)


@pytest.mark.parametrize(("name", "hint"), [("c", "There are issues, shop."), ("ishues", "--overlay issues=o.yaml")])
def test_an_overlay_for_an_api_that_is_not_there(name, hint, doc, capsys):
    assert run(["search", f"issues={doc}", f"shop={doc}", "list", "--overlay", f"{name}=o.yaml"]) == 2
    err = capsys.readouterr().err
    assert f"there is no API '{name}'" in err
    assert hint in err


def test_a_credential_is_not_repeated_as_the_name_of_an_api(doc, capsys):
    assert run(["search", f"a={doc}", f"b={doc}", "list", "--bearer-env", "c2VjcmV0=="]) == 2
    assert "c2VjcmV0" not in capsys.readouterr().err


def test_a_query_beside_a_program_is_told(doc, capsys):
    assert run(["search", doc, "create issue", "--code", "return 1"]) == 2
    err = capsys.readouterr().err
    assert "'create issue' is no document" in err
    assert "no such file" not in err


def test_an_unknown_command_is_told_with_all_there_are(capsys):
    assert run(["serv"]) == 2
    err = capsys.readouterr().err
    assert "there is no command 'serv'; did you mean serve?" in err
    assert all(name in err for name in COMMANDS)
    assert run(["frob"]) == 2
    assert f"There are {', '.join(COMMANDS)}; keyhole --help" in capsys.readouterr().err


def test_nothing_to_mend_writes_no_file_and_says_so(doc, tmp_path, capsys):
    fix = tmp_path / "n.yaml"
    assert run(["lint", doc, "--fix", str(fix)]) == 0
    out, err = capsys.readouterr()
    assert f"nothing to mend that needs no guessing; {fix} is not written" in err
    assert ": 1 operation; " in out
    assert not fix.exists()
