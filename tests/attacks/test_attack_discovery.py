"""OpenID Connect discovery: a provider's metadata, and the document that names them, do not choose who gets a secret."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from attack_target import described, get, listening, reply, run
from authority import Authority

from keyhole.catalog.scheme import Client
from keyhole.sources.openapi.transport import ssl_context

SECRET, LEAK = "cl13nt+s3cret/=", "leaky-t0ken"
CLIENT = Client(client_id="cl", client_secret="{env:OIDC_SECRET}")
WELL_KNOWN = "/v1/.well-known/openid-configuration"


def document(url, kind="openIdConnect"):
    key = {"openIdConnect": "openIdConnectUrl", "oauth2": "oauth2MetadataUrl"}[kind]
    return described(
        {"/who": get(operationId="who", security=[{"sso": []}]), "/free": get(operationId="free", security=[])},
        components={"securitySchemes": {"sso": {"type": kind, key: url}}},
    )


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setenv("OIDC_SECRET", SECRET)


def providing(target, token_endpoint, issuer=""):
    """Have a target be a provider: metadata, tokens, and an API that takes them."""

    def answer(seen):
        if ".well-known" in seen.target:
            return reply(json.dumps({"issuer": issuer or target.url, "token_endpoint": token_endpoint}))
        if seen.target.endswith("/token"):
            return reply(json.dumps({"access_token": "from-the-provider", "token_type": "Bearer", "expires_in": 3600}))
        return reply("{}")

    target.answer = answer


def unasked(*targets):
    return all(text not in one for one in targets for text in (SECRET, quote(SECRET, safe=""), "client_credentials"))


@pytest.mark.parametrize("kind", ["openIdConnect", "oauth2"])
async def test_within_the_pinned_base_the_document_says_where(open_api, target, kind):
    providing(target, f"{target.url}/v1/oauth/token")
    async with open_api(document(f"{target.url}{WELL_KNOWN}", kind), security={"sso": CLIENT}) as keyhole:
        await run(keyhole, "return Promise.all(Array.from({ length: 8 }, () => api.who()))")
    asked = [(seen.line.split()[0], seen.target) for seen in target.seen]
    assert asked == [("GET", WELL_KNOWN), ("POST", "/v1/oauth/token"), *[("GET", "/v1/who")] * 8]
    assert not target.seen[0].header("authorization")
    assert target.seen[-1].header("authorization") == "Bearer from-the-provider"


@pytest.mark.parametrize("path", ["", "/", "/.well-known/openid-configuration"])
async def test_the_operator_names_an_issuer(open_api, target, elsewhere, path):
    providing(elsewhere, f"{elsewhere.url}/realm/token")
    client = CLIENT.model_copy(update={"issuer": f"{elsewhere.url}{path}"})
    async with open_api(document("https://evil.test/x"), security={"sso": client}) as keyhole:
        await run(keyhole, "return api.who()")
    assert [seen.target for seen in elsewhere.seen] == ["/.well-known/openid-configuration", "/realm/token"]
    assert target.seen[0].header("authorization") == "Bearer from-the-provider"
    assert unasked(target)


@pytest.mark.parametrize("url", ["{elsewhere}/.well-known/openid-configuration", "https://evil.test/", "//evil.test/x", "/.well-known/openid-configuration", "/v1/../x", "", 7, None, "http://[", "ftp://x"])  # fmt: skip
async def test_a_document_does_not_choose_the_provider(open_api, target, elsewhere, url):
    providing(elsewhere, f"{elsewhere.url}/token")
    url = url.format(elsewhere=elsewhere.url) if isinstance(url, str) else url
    async with open_api(document(url), security={"sso": CLIENT}) as keyhole:
        execution = await keyhole.execute("return api.who()")
    assert execution.error
    assert execution.error.cause["code"] == "credentials"
    assert "issuer" in execution.error.hint or "token_url" in execution.error.hint
    assert (target.seen, elsewhere.seen) == ([], [])


HOSTILE = [
    "{elsewhere}/token", "{target}/token", "{target}/v10/token", "//{there}/token", "{target}@{there}/token", "{target}\\@{there}/token", "https://{here}/token",
    "{target}/a/../token", "{target}/%2e%2e/token", "/token", "token", "", "javascript:1", "http://[", 7, None, ["{target}/token"],
    {"url": "{target}/token"}, "{elsewhere}/token#{target}", " {elsewhere}/token", "{target}.evil.test/token",
]  # fmt: skip


@pytest.mark.parametrize("endpoint", HOSTILE, ids=range(len(HOSTILE)))
async def test_metadata_do_not_choose_another_origin(open_api, target, elsewhere, endpoint):
    marks = {"target": target.url, "elsewhere": elsewhere.url, "here": target.url.partition("://")[2],
             "there": elsewhere.url.partition("://")[2]}  # fmt: skip
    filled = json.loads(json.dumps(endpoint).replace("{target}", target.url).replace("{elsewhere}", elsewhere.url)
                        .replace("{here}", marks["here"]).replace("{there}", marks["there"]))  # fmt: skip
    providing(target, filled)
    async with open_api(document(f"{target.url}{WELL_KNOWN}"), security={"sso": CLIENT}) as keyhole:
        execution = await keyhole.execute("return api.who()")
    assert execution.error
    assert execution.error.cause["code"] == "credentials"
    assert "token_url" in execution.error.hint
    assert elsewhere.seen == []
    assert unasked(target)


@pytest.mark.parametrize(
    "answer",
    [
        reply(f'{{"token_endpoint": "{LEAK}" oops'),
        reply(f'{{"error": "{LEAK}"}}', "500 Internal Server Error"),
        reply(f"<{LEAK}>", "200 OK", "text/html"),
        reply(f'["{LEAK}"]'),
        reply(f'"{LEAK}"' + " " * (2 << 20)),
        reply("", "302 Found", "text/plain", f"location: http://127.0.0.2:1/{LEAK}"),
        reply("", "302 Found", "text/plain", "location: " + WELL_KNOWN),
        b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{",
    ],
    ids=range(8),
)
async def test_bad_metadata_are_told_of_without_a_word_of_them(open_api, target, answer):
    target.answer = lambda _: answer
    async with open_api(document(f"{target.url}{WELL_KNOWN}"), timeout_s=2.0, security={"sso": CLIENT}) as keyhole:
        execution = await keyhole.execute("return api.who()")
    assert execution.error
    assert execution.error.cause["code"] == "credentials"
    assert LEAK not in json.dumps(execution.json()) + execution.text()
    assert {seen.target for seen in target.seen} == {WELL_KNOWN}
    assert unasked(target)


async def test_without_a_base_url_a_document_may_name_its_own_origin_alone(
    open_api, target, elsewhere, tmp_path, monkeypatch
):
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    ssl_context.cache_clear()

    def opened(url, home, client=CLIENT, **more):
        given = {**document(f"{url}/.well-known/openid-configuration"), "servers": [{"url": f"{home}/v1"}]}
        return open_api(given, base_url=None, security={"sso": client}, **more)

    try:
        async with listening(authority.server(wants=0)) as bank, listening(authority.server(wants=0)) as stranger:
            for one in (bank, stranger, elsewhere, target):
                providing(one, f"{one.url}/token")
            for url, home in (
                (stranger.url, bank.url),  # a page that looks as before, but for one word
                (stranger.url, target.url),
                (elsewhere.url, bank.url),
                (target.url, target.url),  # beside the base, and not even encrypted
            ):
                async with opened(url, home, allow_private=True) as keyhole:
                    execution = await keyhole.execute("return api.who()")
                assert execution.error.cause["code"] == "credentials"
                assert f'issuer = "{url}"' in execution.error.hint
            assert [one.seen for one in (bank, stranger, elsewhere, target)] == [[], [], [], []]
            async with opened(bank.url, bank.url, allow_private=True) as keyhole:
                await run(keyhole, "return api.who()")
            assert bank.seen[-1].header("authorization") == "Bearer from-the-provider"
            count = len(bank.seen)
            # What a document names is public, or it is not asked.
            async with opened(bank.url, bank.url) as keyhole:
                (source,) = keyhole.sources.values()
                place = source._issuers.place("sso", source._given["sso"], "api.who", None)
                with pytest.raises(Exception, match="private address"):
                    await place
            assert len(bank.seen) == count
            client = CLIENT.model_copy(update={"issuer": stranger.url})
            async with opened("https://evil.test", bank.url, client, allow_private=True) as keyhole:
                await run(keyhole, "return api.who()")
            assert [one.target for one in stranger.seen] == ["/.well-known/openid-configuration", "/token"]
    finally:
        ssl_context.cache_clear()


async def test_a_token_of_before_a_reload_stays_hidden_after_it(open_api, target):
    providing(target, f"{target.url}/v1/token")
    async with open_api(document(f"{target.url}{WELL_KNOWN}"), security={"sso": CLIENT}) as keyhole:
        await run(keyhole, "return api.who()")
        await keyhole.reload()
        target.answer = lambda _: reply('{"heard": "from-the-provider"}')
        assert await run(keyhole, "return api.free()") == {"heard": "[redacted]"}
        providing(target, f"{target.url}/v1/token")
        old = {"access_token": "after-the-reload", "token_type": "bearer"}
        behave = target.answer
        target.answer = lambda seen: reply(json.dumps(old)) if seen.target.endswith("/token") else behave(seen)
        await run(keyhole, "return api.who()")
    assert target.seen[-1].header("authorization") == "Bearer after-the-reload"
