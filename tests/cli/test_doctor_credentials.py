"""`keyhole doctor DOC`: which credentials an API wants and which are there, without showing any."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

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


def told(folder, capsys, *options):
    assert run(["doctor", f"shop={document(folder)}", *options]) == 0
    return capsys.readouterr().out


def test_what_is_sent_with_every_call_and_is_not_set_is_not_there(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("DOCTOR_SECRET", SECRET)
    text = told(tmp_path, capsys, "--bearer-env", "DOCTOR_NOT_SET", "--header", "X-Key: {env:DOCTOR_SECRET}")
    lines = text.splitlines()
    assert lines[0] == "shop: 7 operations; 0 find the credentials that they want, 2 want none"
    marks = {line.split()[1]: line.split()[0] for line in lines[1:6]}
    assert marks == {"key": "there", "login": "MISSING", "client": "MISSING", "bearer": "MISSING", "cert": "MISSING"}
    assert "the environment variable DOCTOR_NOT_SET is not set" in lines[4]
    assert lines[-1] == "no call will be sent: the environment variable DOCTOR_NOT_SET is not set"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("good", ""), ""),
        (("other", ""), "its key is not the certificate's"),
        (("sealed", "p4ssword"), ""),
        (("sealed", "wrong"), "the `key_password` is wrong"),
        (("sealed", ""), "`key` wants its `key_password`"),
    ],
)
@pytest.mark.parametrize("general", [True, False])
def test_a_client_certificate_is_tried(tmp_path, capsys, given, said, general):
    key, password = given
    pairs = {name: certificate() for name in ("good", "other")}
    text = {"good": pem(pairs["good"][1]), "other": pem(pairs["other"][1]), "sealed": pem(pairs["good"][1], "p4ssword")}
    (tmp_path / "cert.pem").write_bytes(pairs["good"][0].public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(text[key])
    (tmp_path / "password").write_text(password)
    lines = [f'cert = "{{file:{tmp_path}/cert.pem}}"', f'key = "{{file:{tmp_path}/key.pem}}"']
    lines += [f'key_password = "{{file:{tmp_path}/password}}"'] if password else []
    table = f"certificate = {{ {', '.join(lines)} }}" if general else f"security.cert = {{ {', '.join(lines)} }}"
    config = tmp_path / "keyhole.toml"
    config.write_text(f'[apis.shop]\ndocument = "{document(tmp_path).name}"\n{table}\n')
    assert run(["doctor", "--config", str(config)]) == 0
    out = capsys.readouterr().out
    (line,) = [line for line in out.splitlines() if " cert " in line]
    assert line.startswith("MISSING" if said else "there")
    assert said in line
    assert ("no call will be sent" in out) == bool(said and general)


def certificate():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mia")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    return made.sign(key, hashes.SHA256()), key


def pem(key, password=""):
    sealed = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealed)
