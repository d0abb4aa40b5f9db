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
    assert "API key in the header X-Key    3 operations  --auth key=env:NAME" in lines[1]
    assert (
        "HTTP Basic                     3 operations  --auth login.username=… --auth login.password=env:NAME"
        in lines[2]
    )
    assert "--auth client.client_secret=env:NAME --auth client.token_url=…" in lines[3]
    assert lines[5].endswith("0 operations  --auth cert.cert=file:PATH --auth cert.key=file:PATH")
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


def test_a_token_url_that_the_operator_has_to_agree_to(tmp_path, capsys, monkeypatch):
    """What doctor says to type is what then works; without it, neither it nor a call finds the credential good."""
    monkeypatch.setenv("DOCTOR_SECRET", SECRET)
    flows = {"clientCredentials": {"tokenUrl": "https://id.example/token?x=1", "scopes": {}}}
    schemes = {"far": scheme("oauth2", flows=flows), "sso": scheme("openIdConnect", openIdConnectUrl="https://id.example/realm/.well-known/openid-configuration"),
               "odd": scheme("oauth2", flows={"clientCredentials": {"tokenUrl": "https://a@b.example/\x1b[2Jx"}})}  # fmt: skip
    paths = {f"/{name}": {"get": {"operationId": name, "security": [{name: []}]}} for name in schemes}
    path = tmp_path / "api.json"
    path.write_text(
        json.dumps(
            {"openapi": "3.1.0", "info": {"title": "Far"}, "paths": paths, "components": {"securitySchemes": schemes}}
        )
    )
    typed = ["doctor", str(path), "--base-url", "https://api.example/v1"]
    assert run(typed) == 0
    text = capsys.readouterr().out
    assert "--auth far.client_secret=env:NAME --auth far.token_url=https://id.example/token\n" in text
    assert "--auth sso.client_secret=env:NAME --auth sso.issuer=https://id.example/realm\n" in text
    assert "--auth odd.client_secret=env:NAME --auth odd.token_url=…\n" in text
    given = [f"--auth={name}.{key}" for name in schemes for key in ("client_id=c", "client_secret=env:DOCTOR_SECRET")]
    assert run([*typed, *given]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("0 find the credentials that they want, 0 want none")
    assert (
        'is at https://id.example, outside of https://api.example/v1; to have it sent, add token_url = "https://id.example/token"'
        in lines[1]
    )
    assert "the issuer of the security scheme 'sso' is at https://id.example, outside of" in lines[2]
    agreed = [
        "--auth=far.token_url=https://id.example/token",
        "--auth=sso.issuer=https://id.example/realm",
        "--auth=odd.token_url=https://b.example/x",
    ]
    assert run([*typed, *given, *agreed]) == 0
    assert "3 find the credentials that they want" in capsys.readouterr().out
    for code in schemes:
        assert (
            run(["exec", str(path), "--base-url", "https://api.example/v1", *given, "--code", f"return far.{code}()"])
            == 6
        )
        said = capsys.readouterr().err
        assert "the client's secret is not sent" in said
        assert ("token_url = " in said) or ("issuer = " in said)


@pytest.mark.parametrize("options", [["--auth", "kye=env:X"], ["--auth", "shop=kye=env:X"]])
def test_a_scheme_that_is_misspelt_on_the_command_line(tmp_path, capsys, options):
    assert run(["doctor", f"shop={document(tmp_path)}", *options]) == 2
    said = capsys.readouterr().err
    assert "'kye' is no security scheme of shop" in said
    assert "Did you mean key?" in said


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
