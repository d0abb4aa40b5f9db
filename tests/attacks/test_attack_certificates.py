"""Client certificates: shown where and when they are wanted, to nobody else, and never in the clear on the way."""

from __future__ import annotations

import base64
import json
import logging
import re
import ssl
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from attack_target import described, get, listening, reply, run
from authority import Authority, Pair, blunt

from keyhole.catalog.scheme import Certificate, Client
from keyhole.sources.openapi.transport import ssl_context

PASSWORD = "p4ss-of-the-key"
SCHEMES = {
    "mtls": {"type": "mutualTLS"},
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/v1/token", "scopes": {}}}},
}
DOCUMENT = described(
    {
        "/free": get(operationId="free", security=[]),
        "/shown": get(operationId="shown", security=[{"mtls": []}]),
        "/both": get(operationId="both", security=[{"mtls": [], "key": []}]),
        "/oauth": get(operationId="oauth", security=[{"mtls": [], "oauth": []}]),
    },
    components={"securitySchemes": SCHEMES},
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def pair(authority) -> Pair:
    return authority.signed("mia")


@pytest.fixture(autouse=True)
def trusting(authority, pair, monkeypatch, tmp_path):
    """Trust the authority, and keep what is put into temporary folders in sight."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("CLIENT_CERT", pair.cert)
    monkeypatch.setenv("CLIENT_KEY", pair.key)
    monkeypatch.setenv("KEY_PASSWORD", PASSWORD)
    (tmp_path / "sealed.pem").write_text(pair.sealed(PASSWORD))
    ssl_context.cache_clear()
    yield
    ssl_context.cache_clear()


@pytest.fixture
def given(tmp_path):
    return Certificate(
        cert="{env:CLIENT_CERT}", key=f"{{file:{tmp_path}/sealed.pem}}", key_password="{env:KEY_PASSWORD}"
    )


@asynccontextmanager
async def serving(authority, open_api, *, wants=ssl.CERT_OPTIONAL, version=None, document=DOCUMENT, **api):
    """Open Keyhole over a TLS server; give both."""
    async with (
        listening(authority.server(wants=wants, version=version)) as bank,
        open_api(document, base_url=f"{bank.url}/v1", **api) as keyhole,
    ):
        yield bank, keyhole


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_it_is_shown_to_a_server_that_demands_one(authority, open_api, given, version):
    async with serving(authority, open_api, wants=ssl.CERT_REQUIRED, version=version, certificate=given) as (
        bank,
        keyhole,
    ):
        await run(keyhole, "await api.free(); return api.request({ path: '/x' }).catch(e => e.code)")
        assert [one.shown for one in bank.seen] == ["mia"]


async def test_one_in_pkcs_12_is_shown_too(authority, open_api, tmp_path, pair):
    for password, name in (("", "bare.p12"), (PASSWORD, "sealed.p12")):
        (tmp_path / name).write_bytes(pair.bundle(password))
        said = "{env:KEY_PASSWORD}" if password else None
        given = Certificate(cert=f"{{file:{tmp_path}/{name}}}", key_password=said)
        async with serving(authority, open_api, wants=ssl.CERT_REQUIRED, certificate=given) as (bank, keyhole):
            await run(keyhole, "return api.free()")
            assert [one.shown for one in bank.seen] == ["mia"]


@pytest.mark.parametrize("wrong", ["no password", "another password", "cut", "a key beside it", "no key"])
async def test_one_in_pkcs_12_that_is_of_no_use_is_told_without_a_word_of_it(
    authority, open_api, tmp_path, pair, wrong
):
    data = pair.bundle("another" if wrong == "another password" else PASSWORD, key=wrong != "no key")
    (tmp_path / "b.p12").write_bytes(data[:-40] if wrong == "cut" else data)
    given = Certificate(
        cert=f"{{file:{tmp_path}/b.p12}}",
        key="{env:CLIENT_KEY}" if wrong == "a key beside it" else None,
        key_password=None if wrong == "no password" else "{env:KEY_PASSWORD}",
    )
    async with serving(authority, open_api, certificate=given) as (bank, keyhole):
        execution = await keyhole.execute("return api.free()")
        assert bank.seen == []
    assert execution.error.cause["code"] == "credentials"
    assert "PKCS #12" in execution.error.message
    text = json.dumps(execution.json()) + execution.text()
    assert not any(one in text for one in (PASSWORD, "another", base64.b64encode(data).decode()[:40]))
    assert list((tmp_path / "tmp").iterdir()) == []


async def test_a_scheme_shows_it_to_those_that_want_it_alone(authority, open_api, given):
    security = {"mtls": given, "key": "k-e-y"}
    async with serving(authority, open_api, security=security) as (bank, keyhole):
        await run(keyhole, "await api.free(); await api.shown(); await api.both(); return api.free()")
        assert [(one.shown, one.header("x-key")) for one in bank.seen] == [
            ("", ""),
            ("mia", ""),
            ("mia", "k-e-y"),
            ("", ""),
        ]


async def test_what_fills_a_place_at_every_call_counts_for_a_choice(authority, open_api, given):
    async with serving(authority, open_api, certificate=given, security={"key": "k-e-y"}) as (bank, keyhole):
        await run(keyhole, "return api.both()")
        assert [(one.shown, one.header("x-key")) for one in bank.seen] == [("mia", "k-e-y")]


async def test_tokens_are_fetched_with_it_too(authority, open_api, given):
    client = Client(client_id="cl", client_secret="cl-s3cret")
    async with serving(authority, open_api, wants=ssl.CERT_REQUIRED, security={"mtls": given, "oauth": client}) as (
        bank,
        keyhole,
    ):
        bank.answer = lambda _: reply(json.dumps({"access_token": "t-of-nine", "token_type": "bearer"}))
        await run(keyhole, "return api.oauth()")
        assert [(one.target, one.shown) for one in bank.seen] == [("/v1/token", "mia"), ("/v1/oauth", "mia")]


async def test_a_token_url_elsewhere_that_only_the_document_names_sees_nothing(authority, open_api, given):
    async with listening(authority.server(wants=ssl.CERT_OPTIONAL)) as other:
        other.answer = lambda _: reply(json.dumps({"access_token": "t-of-nine", "token_type": "bearer"}))
        flows = {"clientCredentials": {"tokenUrl": f"{other.url}/token", "scopes": {}}}
        async with listening(authority.server(wants=ssl.CERT_OPTIONAL)) as bank:
            document = {**DOCUMENT, "servers": [{"url": f"{bank.url}/v1"}],
                        "components": {"securitySchemes": {**SCHEMES, "oauth": {"type": "oauth2", "flows": flows}}}}  # fmt: skip
            client = Client(client_id="cl", client_secret="cl-s3cret")
            opened = {"base_url": None, "allow_private": True}
            async with open_api(document, **opened, security={"mtls": given, "oauth": client}) as keyhole:
                execution = await keyhole.execute("return api.oauth()")
            assert execution.error.cause["code"] == "credentials"
            assert f'token_url = "{other.url}/token"' in execution.error.hint
            assert (bank.seen, other.seen) == ([], [])
            typed = client.model_copy(update={"token_url": f"{other.url}/token"})
            async with open_api(document, **opened, security={"mtls": given, "oauth": typed}) as keyhole:
                await run(keyhole, "return api.oauth()")
            assert ([one.shown for one in bank.seen], [one.shown for one in other.seen]) == (["mia"], ["mia"])


async def test_an_operation_elsewhere_is_not_shown_it(authority, open_api, given):
    async with listening(authority.server(wants=ssl.CERT_OPTIONAL)) as other:
        document = json.loads(json.dumps(DOCUMENT))
        document["paths"]["/free"]["get"]["servers"] = [{"url": other.url}]
        async with listening(authority.server()) as bank:
            document["servers"] = [{"url": f"{bank.url}/v1"}]
            async with open_api(document, base_url=None, allow_private=True, certificate=given) as keyhole:
                assert await run(keyhole, "return api.free().catch(e => e.code)") == "credentials"
        assert other.seen == []


async def test_no_redirect_takes_it_elsewhere(authority, open_api, given):
    async with listening(authority.server(wants=ssl.CERT_OPTIONAL)) as other:
        async with serving(authority, open_api, certificate=given) as (bank, keyhole):
            bank.answer = lambda _: reply("", "307 Temporary Redirect", "text/plain", f"location: {other.url}/v1/free")
            assert await run(keyhole, "return api.free().catch(e => e.code)") == "unreachable"
        assert other.seen == []


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_server_that_gets_none_or_a_wrong_one_is_told_of(authority, open_api, tmp_path, version):
    stranger = Authority(tmp_path).signed("eve")
    wrong = Certificate(cert=stranger.cert, key=stranger.key)
    for certificate, said in ((None, "asks for a client certificate"), (wrong, "does not take the client certificate")):
        with blunt(authority.server(version=version)) as url:
            async with open_api(DOCUMENT, base_url=url, certificate=certificate) as keyhole:
                message, hint = await run(keyhole, "return api.free().catch(e => [e.message, e.hint])")
        assert said in message
        assert "the operator" in hint


async def test_a_server_that_breaks_off_may_want_one(authority, open_api):
    async with serving(authority, open_api, wants=ssl.CERT_REQUIRED, version=ssl.TLSVersion.TLSv1_2) as (_, keyhole):
        message, hint = await run(keyhole, "return api.free().catch(e => [e.message, e.hint])")
    assert message.endswith("broke off while TLS was set up")
    assert "--client-cert" in hint


BROKEN = [
    ({"key_password": "wr0ng-one"}, "key_password` is wrong"),
    ({"key_password": None}, "wants its `key_password`"),
    ({"key": "{env:CLIENT_KEY}"}, "is not encrypted"),
    ({"key": "{env:OTHER_KEY}", "key_password": None}, "its key is not the certificate's"),
    ({"cert": "{env:KEY_PASSWORD}"}, "gives no PEM text with a certificate"),
    ({"key": "{env:KEY_PASSWORD}"}, "gives no PEM text with a private key"),
    ({"cert": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}, "not a certificate in PEM"),
    ({"cert": "{env:NOT_THERE}"}, "NOT_THERE is not set"),
]


@pytest.mark.parametrize(("change", "said"), BROKEN, ids=range(len(BROKEN)))
async def test_a_broken_one_is_told_of_without_a_word_of_it(  # noqa: PLR0917
    authority, open_api, given, monkeypatch, change, said, tmp_path, pair
):
    monkeypatch.setenv("OTHER_KEY", authority.signed("eve").key)
    certificate = given.model_copy(update=change)
    async with serving(authority, open_api, certificate=certificate) as (bank, keyhole):
        execution = await keyhole.execute("return api.free()")
        assert bank.seen == []
    assert execution.error
    assert execution.error.cause["code"] == "credentials"
    assert said in execution.error.message
    assert_hidden(json.dumps(execution.json()) + execution.text(), pair, "wr0ng-one")
    assert list((tmp_path / "tmp").iterdir()) == []


def assert_hidden(text: str, pair: Pair, *more: str) -> None:
    lines = [line for line in pair.key.splitlines() if not line.startswith("-")]
    for secret in (PASSWORD, *lines, *more):
        assert secret not in text


async def test_it_is_in_no_file_no_log_and_no_repr(  # noqa: PLR0917
    authority, open_api, given, pair, tmp_path, cache, caplog, monkeypatch
):
    caplog.set_level(logging.DEBUG)
    real, written = ssl.SSLContext.load_cert_chain, []

    def looking(self, certfile, keyfile=None, password=None):
        written.append((Path(certfile).read_text(), Path(certfile).parent.stat().st_mode & 0o077))
        return real(self, certfile, keyfile, password)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", looking)
    both = Certificate(cert=pair.cert + pair.key)  # a key in the clear, beside its certificate
    async with serving(authority, open_api, certificate=both, security={"mtls": given}) as (bank, keyhole):
        await run(keyhole, "await api.shown(); return api.free()")
        shown = repr(keyhole.config) + repr(vars(keyhole)) + repr([vars(one) for one in keyhole.sources.values()])
        assert [one.shown for one in bank.seen] == ["mia", "mia"]
    assert len(written) == 3  # the server's own is the first
    for text, others in written[1:]:
        assert "ENCRYPTED PRIVATE KEY" in text
        assert_hidden(text, pair)
        assert others == 0
    assert_hidden(shown + caplog.text, pair)
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not any(PASSWORD.encode() in file.read_bytes() for file in cache.rglob("*") if file.is_file())


async def test_a_program_cannot_ask_for_it(authority, open_api, given, pair):
    async with serving(authority, open_api, certificate=given) as (bank, keyhole):
        bank.answer = lambda _: reply(json.dumps({"cert": pair.cert}))
        code = "return JSON.stringify([api, Object.keys(globalThis), spec]) + await api.free().then(r => r.cert)"
        text = await run(keyhole, code)
    assert_hidden(text, pair)


async def test_one_that_is_renewed_is_shown_anew_and_old_connections_are_let_go(authority, open_api, monkeypatch):
    certificate = Certificate(cert="{env:CLIENT_CERT}", key="{env:CLIENT_KEY}")
    async with serving(authority, open_api, certificate=certificate) as (bank, keyhole):
        for name in [f"day-{day}" for day in range(7)]:
            renewed = authority.signed(name)
            monkeypatch.setenv("CLIENT_CERT", renewed.cert)
            monkeypatch.setenv("CLIENT_KEY", renewed.key)
            await run(keyhole, "await api.free(); return api.free()")
        assert [one.shown for one in bank.seen] == [f"day-{day}" for day in range(7) for _ in range(2)]
        (source,) = keyhole.sources.values()
        assert len(source._sender._transports._made) == 4


def test_a_plain_path_in_a_configuration_is_refused(tmp_path):
    from keyhole.config import Config
    from keyhole.errors import UsageError

    path = tmp_path / "keyhole.toml"
    path.write_text('[apis.bank]\ndocument = "a.json"\ncertificate = { cert = "client.pem" }\n')
    with pytest.raises(UsageError, match=re.escape("`certificate.cert`")):
        Config.load(path)
