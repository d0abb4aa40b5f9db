from __future__ import annotations

import re
from pathlib import Path

import pytest

from keyhole.catalog.scheme import Certificate, Client, Login
from keyhole.cli.options import Options, configure
from keyhole.errors import UsageError


def one(**options):
    return configure(["doc.json"], Options(**options)).apis[0]


def test_a_document_alone():
    config = configure(["doc.json"], None)
    assert (config.apis[0].document, config.apis[0].name, config.allow) == ("doc.json", None, "read")


def test_a_name_before_the_document():
    assert configure(["pets=https://x.test/openapi.json?a=b"], None).apis[0].name == "pets"


@pytest.mark.parametrize("doc", ["https://x.test/openapi.json?a=b", "./a-b=c.json"])
def test_what_is_no_name(doc):
    assert configure([doc], None).apis[0].document == doc


def test_a_file_may_look_like_a_name(tmp_path: Path, monkeypatch):
    (tmp_path / "a=b.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert configure(["a=b.json"], None).apis[0].document == "a=b.json"


def test_options_of_the_only_document():
    api = one(
        base_url=["http://127.0.0.1:1/v1"],
        header=["Authorization: Token {env:T}", "X-Trace: on"],
        query_param=["api_key={file:/k}"],
        doc_header=["X-Key: {cmd:print key}"],
        timeout=3,
    )
    assert api.base_url == "http://127.0.0.1:1/v1"
    assert api.headers == {"Authorization": "Token {env:T}", "X-Trace": "on"}
    assert api.query == {"api_key": "{file:/k}"}
    assert api.doc_headers == {"X-Key": "{cmd:print key}"}
    assert api.timeout_s == 3


def test_bearer_env_is_a_reference():
    assert one(bearer_env=["GH_TOKEN"]).bearer == "{env:GH_TOKEN}"


def test_several_documents_take_options_by_name():
    config = configure(["a=1.json", "b=2.json"], Options(base_url=["b=http://h/"], header=["a=X: y"]))
    a, b = config.apis
    assert (a.base_url, a.headers, b.base_url, b.headers) == (None, {"X": "y"}, "http://h/", {})


def test_credentials_by_scheme():
    api = one(
        auth=["key=env:KEY", "token={cmd:print token}", "basic.username=mia", "basic.password=file:~/pw", "o.auth.client_id=env:ID",
              "o.auth.client_secret=env:S", "o.auth.scopes=read, write", "o.auth.token_url=https://id.test/t?a=b",
              "m.cert=file:c.pem", "m.key=env:K", "x.y=Token {env:T}"],
    )  # fmt: skip
    assert api.security == {
        "key": "{env:KEY}", "token": "{cmd:print token}", "x.y": "Token {env:T}",
        "basic": Login(username="mia", password="{file:~/pw}"), "m": Certificate(cert="{file:c.pem}", key="{env:K}"),
        "o.auth": Client(client_id="{env:ID}", client_secret="{env:S}", scopes=("read", "write"), token_url="https://id.test/t?a=b"),
    }  # fmt: skip


def test_credentials_of_several_apis():
    config = configure(["a=1.json", "b=2.json"], Options(auth=["b=key=env:B", "a=key=env:A"], client_cert=["a=c.pem"]))
    assert [api.security for api in config.apis] == [{"key": "{env:A}"}, {"key": "{env:B}"}]
    assert [api.certificate for api in config.apis] == [Certificate(cert="{file:c.pem}"), None]


def test_a_client_certificate_is_files_and_a_reference():
    api = one(client_cert=["my certs/c.pem"], client_key=["env:KEY_PEM"], client_key_password=["file:pw"])
    assert api.certificate == Certificate(cert="{file:my certs/c.pem}", key="{env:KEY_PEM}", key_password="{file:pw}")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"auth": ["key"]}, "SCHEME=env:NAME"),
        ({"auth": ["key="]}, "SCHEME=env:NAME"),
        ({"auth": ["=env:X"]}, "SCHEME=env:NAME"),
        ({"auth": ["key=env:X", "key=env:Y"]}, "'key' twice"),
        ({"auth": ["key=env:X", "key.username=x"]}, "'key' twice"),
        ({"auth": ["key.username=x", "key=env:X"]}, "'key' twice"),
        ({"auth": ["b.username=x", "b.username=y"]}, "'b' twice"),
        ({"auth": ["b.username=x"]}, "`security.b.password` is missing"),
        ({"auth": ["b.username=x", "b.password=env:P", "b.scopes=x"]}, "`security.b.scopes` is not a setting"),
        ({"auth": ["o.client_id=x", "o.client_secret=env:P", "o.authenticate=post"]}, "security.o.authenticate"),
        ({"client_key": ["k.pem"]}, "`certificate.cert` is missing"),
        ({"client_cert": ["a", "b"]}, "--client-cert is given twice"),
    ],
)
def test_what_is_wrong_with_a_credential_is_said(options, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        one(**options)


@pytest.mark.parametrize(
    "options",
    [
        {"header": ["Authorization: Bearer sk-very-secret"]},
        {"header": ["Cookie: sk-very-secret"]},
        {"header": ["X-API-Key: sk-very-secret"]},
        {"doc_header": ["PRIVATE-TOKEN: sk-very-secret"]},
        {"query_param": ["api_key=sk-very-secret"]},
        {"bearer_env": ["sk-very-secret"]},
        {"auth": ["key=sk-very-secret"]},
        {"auth": ["key=evn:sk-very-secret"]},
        {"auth": ["b.username=x", "b.password=sk-very-secret"]},
        {"auth": ["o.client_id=x", "o.client_secret=sk-very-secret"]},
        {"client_key_password": ["sk-very-secret"]},
    ],
)
def test_a_literal_credential_is_refused_and_not_repeated(options):
    with pytest.raises(UsageError) as caught:
        one(**options)
    assert "very-secret" not in str(caught.value)
    assert "very-secret" not in caught.value.hint
    assert "env" in caught.value.hint or "TOKEN" in caught.value.hint


@pytest.mark.parametrize(
    ("docs", "options", "said"),
    [
        ([], {}, "no API was given"),
        (["a=1.json", "b=2.json"], {"base_url": ["http://h/"]}, "which of the 2 APIs"),
        (["abc=1.json", "b=2.json"], {"header": ["abd=X: y"]}, "abc="),
        (["1.json"], {"header": ["no colon"]}, "'NAME: VALUE'"),
        (["1.json"], {"query_param": ["=x"]}, "NAME=VALUE"),
        (["1.json"], {"base_url": ["http://a", "http://b"]}, "twice"),
        (["1.json"], {"timeout": 0}, "positive"),
        ([], {"base_url": ["http://a"]}, "needs a DOC"),
        (["1.json"], {"config": Path("/nowhere/keyhole.toml")}, "keyhole.toml"),
    ],
)
def test_what_is_wrong_is_said(docs, options, said):
    with pytest.raises(UsageError, match=said.replace(".", r"\.")):
        configure(docs, Options(**options))


def test_a_config_file_and_documents_together(tmp_path: Path):
    path = tmp_path / "keyhole.toml"
    path.write_text('allow = "write"\n[apis.pets]\ndocument = "pets.json"\n')
    config = configure(["more=2.json"], Options(config=path, read_only=True, cache_dir=tmp_path / "c"))
    assert [api.name for api in config.apis] == ["pets", "more"]
    assert (config.allow, config.read_only, config.cache_dir) == ("write", True, tmp_path / "c")


def test_overlays_by_api_in_their_order():
    assert one(overlay=["a.yaml", "b.json"]).overlays == ("a.yaml", "b.json")
    options = Options(overlay=["shop=https://x.test/o.yaml", "pets=a.yaml", "shop=b.yaml"])
    config = configure(["pets=p.json", "shop=s.json"], options)
    assert [api.overlays for api in config.apis] == [("a.yaml",), ("https://x.test/o.yaml", "b.yaml")]
    with pytest.raises(UsageError, match="--overlay does not say which of the 2 APIs"):
        configure(["pets=p.json", "shop=s.json"], Options(overlay=["a.yaml"]))
