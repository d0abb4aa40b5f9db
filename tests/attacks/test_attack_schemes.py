"""Credentials by security scheme: each where the document says, for whom it says, and nowhere else."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import re
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import pytest
from attack_target import described, get, reply, run

from keyhole.catalog.scheme import Client, Login
from keyhole.errors import DocumentError, UsageError

KEY, TOKEN, PASSWORD, CLIENT_SECRET = "k3y/of+9", "t0k3n-of-nine", "p4ss:word/9", "cl13nt+s3cret/="
ALL = (KEY, TOKEN, PASSWORD, CLIENT_SECRET)
GIVEN = {
    "head": "{env:SCHEME_KEY}",
    "asked": "{env:SCHEME_KEY}",
    "crumb": "{env:SCHEME_KEY}",
    "login": Login(username="mia", password="{env:SCHEME_PASSWORD}"),
    "bearer": "{env:SCHEME_TOKEN}",
    "oauth": Client(client_id="cl", client_secret="{env:SCHEME_CLIENT}", scopes=("read", "write")),
}
SCHEMES = {
    "head": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "asked": {"type": "apiKey", "in": "query", "name": "key"},
    "crumb": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "login": {"type": "http", "scheme": "basic"},
    "bearer": {"type": "http", "scheme": "Bearer"},
    "oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/v1/token", "scopes": {}}}},
    "other": {"type": "openIdConnect", "openIdConnectUrl": "https://x.test"},
}


def api(schemes=SCHEMES, **operations):
    """A document with one operation for each name, and the security of each."""
    paths = {f"/{name}": get(operationId=name, security=security) for name, security in operations.items()}
    return described(paths, components={"securitySchemes": schemes}, security=[{"head": []}])


def one(*names):
    return [{name: [] for name in names}]


DOCUMENT = api(
    keyed=one("head"), asked=one("asked"), crumb=one("crumb"), login=one("login"), bearer=one("bearer"),
    oauth=one("oauth"), both=one("head", "crumb", "bearer"), none=[], either=[*one("other"), *one("asked"), *one("head")],
    optional=[{}, {"asked": []}], lacking=one("head", "other"), clash=one("login", "bearer"),
)  # fmt: skip
DOCUMENT["paths"]["/inherits"] = get(operationId="inherits")


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    for name, value in zip(("KEY", "TOKEN", "PASSWORD", "CLIENT"), ALL, strict=True):
        monkeypatch.setenv(f"SCHEME_{name}", value)


def issuing(target, **more):
    """Have the target issue the tokens issued-1, issued-2, … and refuse every other bearer at /oauth."""
    issued = []

    def answer(seen):
        if urlsplit(seen.target).path == "/v1/token":
            issued.append(f"issued-{len(issued) + 1}")
            return reply(json.dumps({"access_token": issued[-1], "token_type": "Bearer", "expires_in": 3600, **more}))
        good = not seen.target.startswith("/v1/oauth") or seen.header("authorization") == f"Bearer {issued[-1]}"
        return reply("{}", "200 OK" if good else "401 Unauthorized")

    target.answer = answer
    return issued


def carried(seen):
    """What a request carries of credentials."""
    found = {name: seen.header(name) for name in ("x-key", "authorization", "cookie") if seen.header(name)}
    return found | dict(parse_qsl(urlsplit(seen.target).query))


BASIC = "Basic " + base64.b64encode(f"mia:{PASSWORD}".encode()).decode()


async def test_each_goes_where_the_document_says_and_with_whom_it_says(open_api, target):
    issuing(target)
    wanted = {
        "keyed": {"x-key": KEY}, "asked": {"key": KEY}, "crumb": {"cookie": f"sid={KEY}"},
        "login": {"authorization": BASIC}, "bearer": {"authorization": f"Bearer {TOKEN}"},
        "oauth": {"authorization": "Bearer issued-1"},
        "both": {"x-key": KEY, "cookie": f"sid={KEY}", "authorization": f"Bearer {TOKEN}"},
        "none": {}, "either": {"key": KEY}, "optional": {"key": KEY}, "lacking": {}, "inherits": {"x-key": KEY},
    }  # fmt: skip
    async with open_api(DOCUMENT, {"allow": "all"}, security=GIVEN) as keyhole:
        for name, carries in wanted.items():
            await run(keyhole, f"return api.{name}()")
            assert carried(target.seen[-1]) == carries, name
        await run(keyhole, "return api.request({ path: '/not-described' })")
        assert carried(target.seen[-1]) == {"x-key": KEY}
        count = len(target.seen)
        execution = await keyhole.execute("return api.clash()")
    assert execution.error
    assert "both want the header Authorization" in execution.error.message
    assert len(target.seen) == count


async def test_only_what_an_operation_needs_is_read(open_api, target, monkeypatch):
    monkeypatch.delenv("SCHEME_TOKEN")
    async with open_api(DOCUMENT, security=GIVEN) as keyhole:
        await run(keyhole, "return api.keyed()")
        execution = await keyhole.execute("return api.bearer()")
    assert execution.error
    assert execution.error.cause["code"] == "credentials"
    assert len(target.seen) == 1


async def test_a_token_is_fetched_once_and_anew_when_it_is_refused(open_api, target):
    issued = issuing(target)
    async with open_api(DOCUMENT, security=GIVEN) as keyhole:
        await run(keyhole, "return Promise.all(Array.from({ length: 12 }, () => api.oauth()))")
        asked = [seen for seen in target.seen if seen.target == "/v1/token"]
        assert len(asked) == 1
        assert parse_qs(asked[0].body.decode()) == {"grant_type": ["client_credentials"], "scope": ["read write"]}
        basic = base64.b64decode(asked[0].header("authorization").removeprefix("Basic ")).decode()
        assert basic == f"cl:{quote(CLIENT_SECRET, safe='')}"
        issued.append("revoked")  # what the API takes now is another
        await run(keyhole, "return Promise.all(Array.from({ length: 12 }, () => api.oauth()))")
    assert issued == ["issued-1", "revoked", "issued-3"]


async def test_a_refusal_that_stays_is_answered_after_one_more_token(open_api, target):
    issued = issuing(target)
    token = target.answer

    def answer(seen):
        return token(seen) if seen.target == "/v1/token" else reply("{}", "401 Unauthorized")

    target.answer = answer
    async with open_api(DOCUMENT, security=GIVEN) as keyhole:
        assert await run(keyhole, "return api.oauth().catch(e => e.status)") == 401
    assert len(issued) == 2
    assert [seen.target for seen in target.seen] == ["/v1/token", "/v1/oauth"] * 2


async def test_one_client_of_two_schemes_gets_a_token_of_each(open_api, target):
    tokens = {
        name: {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": f"/v1/{name}"}}}
        for name in ("mine", "yours")
    }
    target.answer = lambda seen: reply(
        json.dumps({"access_token": f"from{seen.target.replace('/', '-')}", "token_type": "bearer"})
    )
    document = api(schemes=tokens, a=one("mine"), b=one("yours"))
    async with open_api(document, security=dict.fromkeys(tokens, GIVEN["oauth"])) as keyhole:
        await run(keyhole, "await api.a(); return api.b()")
    sent = [
        (seen.target, seen.header("authorization")) for seen in target.seen if "from" in seen.header("authorization")
    ]
    assert sent == [("/v1/a", "Bearer from-v1-mine"), ("/v1/b", "Bearer from-v1-yours")]


async def test_a_token_that_ends_at_once_is_not_kept_and_the_body_can_carry_the_client(open_api, target):
    issued = issuing(target, expires_in=0)
    client = Client(client_id="cl", client_secret="{env:SCHEME_CLIENT}", authenticate="body")
    async with open_api(DOCUMENT, security={"oauth": client}) as keyhole:
        await run(keyhole, "await api.oauth(); return api.oauth()")
    assert len(issued) == 2
    form = dict(parse_qsl(target.seen[0].body.decode()))
    assert (form["client_id"], form["client_secret"], target.seen[0].header("authorization")) == (
        "cl",
        CLIENT_SECRET,
        "",
    )


def assert_hidden(text: str, *more: str) -> None:
    for secret in (*ALL, *more):
        for form in (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode().rstrip("=")[:-1]):
            assert form not in text
    assert BASIC.partition(" ")[2] not in text


SHOW = "const said = []; for (const name of {names}) {{ const r = await api[name].raw().catch(e => [e.message, e.hint, e.body]); said.push(r); console.log(r) }} return said"


async def test_what_one_operation_sent_another_does_not_bring_back(open_api, target, cache, caplog):
    """The API keeps everything it was ever given, and answers with all of it where nothing was sent."""
    caplog.set_level(logging.DEBUG)
    issuing(target)
    behave = target.answer

    def answer(seen):
        if "/v1/token" in seen.target or "/v1/none" not in seen.target:
            return behave(seen)
        heard = [*(str(one.headers) + one.target for one in target.seen), BASIC, *ALL, "issued-1"]
        heard += [base64.b64encode(PASSWORD.encode()).decode()]
        return reply(json.dumps(heard), "200 OK", "application/json", f"x-heard: {KEY} issued-1 {BASIC}")

    target.answer = answer
    async with open_api(DOCUMENT, security=GIVEN) as keyhole:
        names = json.dumps(["keyed", "asked", "crumb", "login", "bearer", "oauth", "none"])
        execution = await keyhole.execute(SHOW.format(names=names))
        shown = json.dumps(execution.json()) + execution.text(50_000) + repr(keyhole.config) + repr(vars(keyhole))
        shown += repr([vars(source) for source in keyhole.sources.values()])
    # The client's own secret was heard by the token URL, which here is the same hostile server.
    assert_hidden(shown + caplog.text, "issued-1")
    assert not any(
        form.encode() in file.read_bytes() for file in cache.rglob("*") if file.is_file() for form in (*ALL, "issued-1")
    )


@pytest.mark.parametrize(
    "answer",
    [
        reply('{"access_token": "leaky-token-1", "e": "BODY" oops'),
        reply('{"error": "BODY leaky-token-1", "error_description": "leaky-token-1"}', "400 Bad Request"),
        reply('{"error": "HEAD"}', "401 Unauthorized"),
        reply('{"access_token": ["leaky-token-1"], "x": "BODY"}'),
        reply('{"access_token": "leaky-token-1", "token_type": "mac"}'),
        reply('{"access_token": "leaky-token-1\\r\\nX: y"}'),
        reply("leaky-token-1", "200 OK", "text/plain"),
        reply('"leaky-token-1"' + " " * (2 << 20)),
        reply("", "302 Found", "text/plain", "location: http://evil.test/leaky-token-1"),
        reply("", "307 Temporary Redirect", "text/plain", "location: http://evil.test/leaky-token-1"),
        reply("", "307 Temporary Redirect", "text/plain", "location: /leaky-token-1"),
    ],
    ids=range(11),
)
async def test_a_bad_token_answer_is_told_without_a_word_of_it(open_api, target, answer):
    marks = {b"BODY": lambda seen: seen.body, b"HEAD": lambda seen: seen.header("authorization").encode()}

    def echoing(seen):
        said = answer
        for mark, take in marks.items():
            said = said.replace(mark, take(seen))
        head, _, body = said.partition(b"\r\n\r\n")
        return re.sub(rb"content-length: \d+", f"content-length: {len(body)}".encode(), head) + b"\r\n\r\n" + body

    target.answer = echoing
    async with open_api(DOCUMENT, security=GIVEN) as keyhole:
        execution = await keyhole.execute("return api.oauth()")
    assert execution.error
    assert execution.error.cause["code"] == "credentials"
    assert_hidden(json.dumps(execution.json()) + execution.text(), "leaky-token-1")
    assert {seen.target for seen in target.seen} == {"/v1/token"}


def with_token_url(url):
    oauth = {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": url, "scopes": {}}}}
    return api(schemes={**SCHEMES, "oauth": oauth}, oauth=one("oauth"))


@pytest.mark.parametrize("url", ["{elsewhere}/token", "https://evil.test/token", "//evil.test/t", "", "ftp://x", "/token", "/v1/../token", "/v1/%2e%2e/token", "http://[", 7, "\\\\evil.test\\t"])  # fmt: skip
async def test_a_document_does_not_choose_where_a_client_secret_goes(open_api, target, elsewhere, url):
    document = with_token_url(url.format(elsewhere=elsewhere.url) if isinstance(url, str) else url)
    async with open_api(document, security=GIVEN) as keyhole:
        execution = await keyhole.execute("return api.oauth()")
    assert execution.error
    assert execution.error.cause["code"] == "credentials"
    assert "token_url" in execution.error.hint
    assert (target.seen, elsewhere.seen) == ([], [])


async def test_the_operator_does(open_api, target, elsewhere):
    elsewhere.answer = lambda _: reply('{"access_token": "from-there", "token_type": "bearer"}')
    client = GIVEN["oauth"].model_copy(update={"token_url": f"{elsewhere.url}/t"})
    async with open_api(with_token_url("https://evil.test/t"), security={"oauth": client}) as keyhole:
        await run(keyhole, "return api.oauth()")
    assert [seen.target for seen in elsewhere.seen] == ["/t"]
    assert target.seen[0].header("authorization") == "Bearer from-there"
    assert CLIENT_SECRET not in target
    assert quote(CLIENT_SECRET, safe="") not in target


async def test_no_token_leaves_the_pinned_base(open_api, target, elsewhere):
    document = with_token_url(f"{target.url}/v1/token")
    document["paths"]["/oauth"]["get"]["servers"] = [{"url": elsewhere.url}]
    issuing(target)
    async with open_api(document, base_url=None, allow_private=True, security=GIVEN) as keyhole:
        execution = await keyhole.execute("return api.oauth()")
    assert execution.error
    assert execution.error.cause["code"] == "credentials"
    assert elsewhere.seen == []


@pytest.mark.parametrize(
    "name", ["Host", "Content-Length", "Transfer-Encoding", "X-Forwarded-For", "a b", "", "X\r\nY", 3]
)
async def test_a_document_does_not_name_a_header_that_changes_the_request(open_api, target, name):
    scheme = {"type": "apiKey", "in": "header", "name": name}
    document = api(schemes={"head": scheme}, head=one("head"))
    with pytest.raises(UsageError, match="'head' of api is not what the type 'apiKey' takes"):
        async with open_api(document, security={"head": "{env:SCHEME_KEY}"}):
            pass


@pytest.mark.parametrize("argument", ["'x-key': 'mine'", "x_key: 'mine'"])
async def test_a_program_does_not_replace_what_a_scheme_sends(open_api, target, argument):
    async with open_api(DOCUMENT, {"allow": "all"}, security=GIVEN) as keyhole:
        code = f"return api.request({{ path: '/x', headers: {{ {argument} }} }}).catch(e => e.code)"
        assert await run(keyhole, code) == "invalid_arguments"
    assert target.seen == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"haed": "{env:SCHEME_KEY}"}, "Did you mean head?"),
        ({"login": "{env:SCHEME_KEY}"}, "Write login = { username"),
        ({"head": GIVEN["login"]}, 'Write head = "{env:NAME}"'),
        ({"bearer": GIVEN["oauth"]}, 'Write bearer = "{env:NAME}"'),
    ],
)
async def test_a_credential_that_fits_no_scheme_is_refused_at_the_start(open_api, given, said):
    with pytest.raises((UsageError, DocumentError)) as caught:
        async with open_api(DOCUMENT, security=given):
            pass
    assert said in caught.value.hint


async def test_a_run_that_is_stopped_in_a_fetch_does_not_take_it_from_the_others(open_api, target):
    never, issued = asyncio.Event(), issuing(target)
    behave = target.answer

    async def stuck():
        await never.wait()
        yield b""

    target.answer = lambda seen: behave(seen) if len(target.seen) > 1 else stuck()
    async with open_api(DOCUMENT, security=GIVEN) as keyhole:
        first = asyncio.create_task(keyhole.execute("return api.oauth()"))
        while not target.seen:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        second = asyncio.create_task(run(keyhole, "return api.oauth()"))
        first.cancel()
        assert await second == {}
    never.set()
    assert issued == ["issued-1"]
