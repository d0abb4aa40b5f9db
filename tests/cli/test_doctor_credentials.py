"""`keyhole doctor DOC`: which credentials an API wants and which are there, without showing any."""

from __future__ import annotations

import json

import pytest

from keyhole.cli.app import run

SECRET = "s3cret-of-the-operator"


def scheme(kind, **more):
    return {"type": kind, **more}


def document(folder):
    wants = {"a": [{"key": []}], "b": [{"login": []}], "c": [{"key": [], "client": []}], "d": [], "e": [{}, {"login": []}],
             "f": [{"bearer": []}], "g": [{"login": []}, {"key": []}]}  # fmt: skip
    schemes = {
        "key": scheme("apiKey", **{"in": "header", "name": "X-Key"}), "login": scheme("http", scheme="basic"),
        "client": scheme("oauth2", flows={}), "bearer": scheme("http", scheme="bearer"), "cert": scheme("mutualTLS"),
        "evil\x1b[2J\nthere    all": scheme("apiKey", **{"in": "header", "name": "X-Other"}),
    }  # fmt: skip
    paths = {f"/{name}": {"get": {"operationId": name, "security": security}} for name, security in wants.items()}
    path = folder / "api.json"
    path.write_text(json.dumps({
        "openapi": "3.1.0", "info": {"title": "Wants"}, "paths": paths, "components": {"securitySchemes": schemes},
        "servers": [{"url": "http://127.0.0.1:1"}],
    }))  # fmt: skip
    return path


def test_a_document_alone_says_what_it_wants_and_how_to_give_it(tmp_path, capsys):
    assert run(["doctor", f"shop={document(tmp_path)}"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "shop: 7 operations; 0 find the credentials that they want, 2 want none"
    assert [line.split()[:2] for line in lines[1:6]] == [
        ["MISSING", name] for name in ("key", "login", "client", "bearer", "cert")
    ]
    assert 'API key in the header X-Key    3 operations  [apis.shop.security] key = "{env:NAME}"' in lines[1]
    assert 'HTTP Basic                     3 operations  [apis.shop.security] login = { username = "…"' in lines[2]
    assert lines[5].endswith("there is no way to give it yet")
    assert lines[6].endswith('[apis.shop.security] "evil\\u001b[2J\\nthere    all" = "{env:NAME}"')
    assert len(lines) == 7  # the hostile name stays on its line


def test_a_configuration_says_which_are_there_and_shows_none(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("DOCTOR_SECRET", SECRET)
    config = tmp_path / "keyhole.toml"
    config.write_text(f"""
[apis.shop]
document = "{document(tmp_path).name}"
headers = {{ X-Key = "{{env:DOCTOR_SECRET}}" }}
[apis.shop.security]
login = {{ username = "mia", password = "{{env:DOCTOR_SECRET}}" }}
client = {{ client_id = "c", client_secret = "{{env:DOCTOR_NOT_SET}}" }}
bearer = "{{env:DOCTOR_SECRET}}"
""")
    assert run(["doctor", "--config", str(config)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("shop: 7 operations; 5 find the credentials that they want, 2 want none\n")
    assert "the environment variable DOCTOR_NOT_SET is not set" in text
    assert "the header X-Key, sent with every call" in text
    assert run(["doctor", "--config", str(config), "--json"]) == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)["apis"][0]
    assert {one["name"]: one["there"] for one in found["schemes"][:5]} == {
        "key": True, "login": True, "client": False, "bearer": True, "cert": False,
    }  # fmt: skip
    assert SECRET not in text + printed.out + printed.err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('login = { username = "mia", password = "literal-1" }', "literal credential in `security.login.password`"),
        ('key = "literal-1"', "literal credential in `security.key`"),
        (
            'client = { client_id = "c", client_secret = "literal-1" }',
            "literal credential in `security.client.client_secret`",
        ),
        ('login = { user = "mia", password = "{env:X}" }', "security.login"),
        ('kye = "{env:X}"', "Did you mean key?"),
    ],
)
def test_a_wrong_table_is_told_without_its_secrets(tmp_path, capsys, line, said):
    config = tmp_path / "keyhole.toml"
    config.write_text(f'[apis.shop]\ndocument = "{document(tmp_path).name}"\n[apis.shop.security]\n{line}\n')
    assert run(["doctor", "--config", str(config)]) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert "literal-1" not in printed.out + printed.err


def test_overlays_are_told_with_what_selected_nothing(tmp_path, capsys):
    actions = [
        {"target": "$.paths['/d'].get", "update": {"security": [{"login": []}]}},
        {"target": "$.pathz", "remove": True},
    ]
    overlay = tmp_path / "fix.json"
    overlay.write_text(json.dumps({"overlay": "1.0.0", "info": {"title": "F", "version": "1"}, "actions": actions}))
    assert run(["doctor", f"shop={document(tmp_path)}", "--overlay", str(overlay)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("1 want none")
    assert lines[-2] == f"overlay {overlay}: 1 of 2 actions applied, 1 selected nothing"
    assert lines[-1].startswith(
        f"{overlay}#/actions/1: target '$.pathz' selects nothing: $ has no 'pathz'; the nearest is 'paths'"
    )
