"""Ways to get a credential out: to another place, or back to the program in some disguise."""

from __future__ import annotations

import base64
import gzip
import html
import json
import logging
from urllib.parse import quote

import pytest
from attack_target import SECRET, described, get, reply, run

PATH = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
DOCUMENT = described({
    "/things/{id}": get(operationId="thing", parameters=[PATH]),
    "/files/{+path}": get(operationId="file"),
    "/search?q={+q}": get(operationId="find_things"),
    "/things": get(operationId="things", parameters=[
        {"name": "f", "in": "query", "schema": {"type": "object"}},
        {"name": "X_Api_Key", "in": "header"}, {"name": "session", "in": "cookie"}, {"name": "lang", "in": "cookie"},
    ]),
    "/other": get(operationId="other", servers=[{"url": "http://127.0.0.1:1/v1"}]),
})  # fmt: skip
CREDENTIALS = {"headers": {"X-Api-Key": "{env:RED_TEAM_SECRET}", "Cookie": "session={env:RED_TEAM_SECRET}"}, "query": {"api_key": "{env:RED_TEAM_SECRET}"}}  # fmt: skip


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setenv("RED_TEAM_SECRET", SECRET)


CLIMBS = [
    "..", "../../x", "..;", "..;/x", "..;a=b/x", "a/../../x", "..\\..\\x", "%2e%2e", "%2e%2e/x", "..%2fx",
    "..%5cx", "..\0", ".. /x", "a/./b",
]  # fmt: skip


@pytest.mark.parametrize("name", ["thing({ id:", "file({ path:"])
async def test_no_value_climbs_out_of_its_place(open_api, target, name):
    async with open_api(DOCUMENT, **CREDENTIALS) as keyhole:
        code = f"return Promise.all({json.dumps(CLIMBS)}.map(v => api.{name} v }}).catch(e => e.code)))"
        assert set(await run(keyhole, code)) == {"invalid_arguments"}
    assert target.seen == []


STAYS = ["//evil.test/x", "@evil.test/", "http://evil.test/", "a\r\nX: y", "x?api_key=mine&_method=DELETE", "x#y", "\u2024\u2024\uff0f", "\0"]  # fmt: skip


@pytest.mark.parametrize("name", ["thing({ id:", "file({ path:", "find_things({ q:"])
async def test_every_other_value_stays_in_its_place(open_api, target, name):
    async with open_api(DOCUMENT, **CREDENTIALS) as keyhole:
        await run(keyhole, f"for (const v of {json.dumps(STAYS)}) await api.{name} v }})")
    assert len(target.seen) == len(STAYS)
    for seen in target.seen:
        assert seen.target.startswith("/v1/")
        assert seen.target.endswith(f"api_key={quote(SECRET, safe='')}")  # nothing cuts it off
        assert seen.target.count("?") == 1
        assert seen.target.count("&") == seen.target.count("?q=")
        assert {name.lower() for name, _ in seen.headers} <= {
            "host", "user-agent", "accept", "accept-encoding", "x-api-key", "cookie",
        }  # fmt: skip


AWAY = [
    "http://evil.test/x", "//evil.test/x", "/\\evil.test", "\\\\evil.test", "/../x", "/..;/x", "/%2e%2e/x", "/%252e%252e/x",
    "/a/..%2f..%2fx", "/.%2e/x", "/%2e%2e;x/y", "/a//b",
]  # fmt: skip


async def test_a_raw_request_cannot_leave_the_base(open_api, target):
    async with open_api(DOCUMENT, {"allow": "all"}, **CREDENTIALS) as keyhole:
        code = f"return Promise.all({json.dumps(AWAY)}.map(path => api.request({{ method: 'POST', path }}).catch(e => e.code)))"
        assert set(await run(keyhole, code)) == {"invalid_arguments"}
    assert target.seen == []


async def test_a_path_without_a_slash_is_one_within_the_base(open_api, target):
    async with open_api(DOCUMENT, {"allow": "all"}, **CREDENTIALS) as keyhole:
        await run(keyhole, "for (const path of ['@evil.test/', 'evil.test:80/x']) await api.request({ path })")
    assert [seen.target.partition("?")[0] for seen in target.seen] == ["/v1/@evil.test/", "/v1/evil.test:80/x"]


TAKEN = ["f: { api_key: 1 }", "f: { API_KEY: 1 }", "f: { 'api-key': 1 }", "X_Api_Key: 'mine'", "session: 'mine'"]


@pytest.mark.parametrize("argument", TAKEN)
async def test_a_program_cannot_send_its_own_in_place_of_a_credential(open_api, target, argument):
    async with open_api(DOCUMENT, **CREDENTIALS) as keyhole:
        code = f"return api.things({{ {argument} }}).catch(e => e.code)"
        assert await run(keyhole, code) == "invalid_arguments"
        await run(keyhole, "return api.things({ lang: 'de' })")
    assert [seen.header("cookie") for seen in target.seen] == [f"session={SECRET}; lang=de"]


def places(url: str, other: str) -> list[str]:
    host = url.partition("://")[2]
    return [
        other, f"{other}/v1/x", f"//{other.partition('://')[2]}/v1/x", f"{url}/v10/x", f"{url}/", "/", "/v1/..;/x",
        f"https://{host}/v1/x", f"http://localhost:{host.rpartition(':')[2]}/v1/x", f"http://{host}@evil.test/v1/x",
        f"http://{host}\\@evil.test/v1/x", f"http://evil.test\\@{host}/v1/x", "ftp://evil.test", "/v1/%2e%2e/x", "http://[",
    ]  # fmt: skip


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect"])
async def test_no_redirect_takes_it_away(open_api, target, elsewhere, status):
    locations = iter(places(target.url, elsewhere.url))
    target.answer = lambda _: reply("", status, "text/plain", f"location: {next(locations)}")
    count = len(places(target.url, elsewhere.url))
    async with open_api(DOCUMENT, {"allow": "all"}, **CREDENTIALS) as keyhole:
        execution = await keyhole.execute(
            f"const said = []; for (let i = 0; i < {count}; i++) said.push(await api.thing({{ id: 'a' }}).catch(e => e.code)); return said"
        )
    assert execution.value == ["unreachable"] * count
    assert len(target.seen) == count
    assert elsewhere.seen == []


async def test_a_redirect_that_repeats_it_does_not_show_it(open_api, target):
    target.answer = lambda seen: reply(
        "", "302 Found", "text/plain", f"location: http://{quote(SECRET, safe='')}@evil.test{seen.target}"
    )
    async with open_api(DOCUMENT, **CREDENTIALS) as keyhole:
        execution = await keyhole.execute("return api.thing({ id: 'a' })")
    assert_hidden(json.dumps(execution.json()) + execution.text())


async def test_an_operation_elsewhere_gets_none(open_api, target):
    async with open_api(DOCUMENT, base_url=None, allow_private=True, **CREDENTIALS) as keyhole:
        execution = await keyhole.execute("return api.other()")
    assert execution.error
    assert execution.error.cause["code"] == "credentials"


def assert_hidden(text: str) -> None:
    for form in (SECRET, quote(SECRET, safe=""), json.dumps(SECRET)[1:-1], html.escape(SECRET)):
        assert form not in text
        assert json.dumps(form)[1:-1] not in text
    assert base64.b64encode(SECRET.encode()).decode().rstrip("=")[:-1] not in text


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(char):04x}" for char in text)


ECHOES = {
    "plain": (SECRET, "text/plain"),
    "json": (json.dumps({"a": [SECRET], SECRET: 1}), "application/json"),
    "slashes": (json.dumps(SECRET).replace("/", "\\/"), "application/json"),
    "escapes": (f'{{"{escaped(SECRET)}": "{escaped(SECRET)}"}}', "application/json"),
    "one escape": (json.dumps(SECRET).replace("s3", "\\u00733"), "application/json"),
    "NaN": (f'[NaN, "{escaped(SECRET)}"]', "application/json"),
    "utf-16": (SECRET.encode("utf-16"), "text/plain; charset=utf-16"),
    "utf-16 JSON": (json.dumps([SECRET]).encode("utf-16"), "application/json"),
    "utf-32": (SECRET.encode("utf-32-le"), "text/plain; charset=utf-32le"),
    "ebcdic": (SECRET.encode("cp037"), "text/plain; charset=cp037"),
    "utf-7": (SECRET.encode("utf-7"), "text/plain; charset=utf-7"),
    "html": (f"<b>{html.escape(SECRET)}</b>", "text/html"),
    "url": (f"https://x.test/?k={quote(SECRET, safe='').lower()}", "text/plain"),
    "base64": (base64.b64encode(f"user:{SECRET}".encode()), "text/plain"),
    "broken": (f'{{"a": "{SECRET}', "application/json"),
    "lines": (f'{{"a": "{escaped(SECRET)}"}}\n', "application/x-ndjson"),
    "bytes": (b"\0" + SECRET.encode(), "application/octet-stream"),
}


@pytest.mark.parametrize("status", ["200 OK", "401 Unauthorized"])
async def test_it_does_not_come_back_in_any_disguise(open_api, target, status):
    """One run an echo: what the model reads, what `--json` prints and what is logged must not hold it."""
    async with open_api(DOCUMENT, **CREDENTIALS) as keyhole:
        for body, kind in ECHOES.values():
            target.answer = lambda _, body=body, kind=kind: reply(
                body, status, kind, f"x-echo: {SECRET}", f"x-{'a'}: {quote(SECRET)}"
            )
            execution = await keyhole.execute(
                "try { const r = await api.thing.raw({ id: 'a' }); console.log(r.body, r.headers); return r } catch (e) { console.log(e); throw e }"
            )
            assert_hidden(json.dumps(execution.json()) + execution.text(20_000))


async def test_pieces_and_packing_do_not_hide_it(open_api, target):
    async def pieces():
        packed = gzip.compress(json.dumps({"a": SECRET}).encode())
        yield b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n"
        for at in range(0, len(packed), 3):
            piece = packed[at : at + 3]
            yield f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
        yield b"0\r\n\r\n"

    target.answer = lambda _: pieces()
    async with open_api(DOCUMENT, **CREDENTIALS) as keyhole:
        assert await run(keyhole, "return api.thing({ id: 'a' })") == {"a": "[redacted]"}


async def test_the_parts_of_a_literal_header_are_secret_too(open_api, target):
    basic = base64.b64encode(b"somebody:passw0rd-of-9").decode()
    target.answer = lambda _: reply(json.dumps(["passw0rd-of-9", "tok-123456789", "cookie-value-1", basic]))
    seen = []
    for headers in (
        {"Authorization": "Bearer tok-123456789"},
        {"Authorization": f"Basic {basic}"},
        {"Cookie": "a=cookie-value-1; b=2"},
    ):
        async with open_api(DOCUMENT, headers=headers) as keyhole:
            seen.append(await run(keyhole, "return api.thing({ id: 'a' })"))
    assert [[item == "[redacted]" for item in one] for one in seen] == [
        [False, True, False, False],
        [True, False, False, True],
        [False, False, True, False],
    ]


async def test_it_is_in_no_file_no_log_and_no_repr(open_api, target, cache, caplog):
    caplog.set_level(logging.DEBUG)
    async with open_api(DOCUMENT, **CREDENTIALS) as keyhole:
        await run(keyhole, "await api.thing({ id: 'a' }); return api.thing({ id: '..' }).catch(e => e.message)")
        assert_hidden(repr(keyhole.config) + repr(vars(keyhole)) + caplog.text)
    files = [file for file in cache.rglob("*") if file.is_file()]
    assert files
    assert not any(SECRET.encode() in file.read_bytes() for file in files)


@pytest.mark.parametrize("command", ["echo 'x", "", "/no/such/program"])
async def test_a_credential_command_that_cannot_run_is_told(open_api, target, command):
    async with open_api(DOCUMENT, bearer=f"{{cmd: {command}}}") as keyhole:
        execution = await keyhole.execute("return api.thing({ id: 'a' })")
    assert execution.error
    assert execution.error.cause["code"] == "credentials"
    assert target.seen == []


async def test_a_program_cannot_refer_to_a_secret(open_api, target):
    async with open_api(DOCUMENT, {"allow": "all"}, bearer="{env:RED_TEAM_SECRET}") as keyhole:
        await run(keyhole, "await api.thing({ id: '{env:RED_TEAM_SECRET}' }); return api.request({ method: 'POST', path: '/x', body: '{cmd:id}', headers: { a: '{file:/etc/passwd}' } })")  # fmt: skip
    first, second = target.seen
    assert first.target == f"/v1/things/{quote('{env:RED_TEAM_SECRET}', safe='')}"
    assert (second.body, second.header("a")) == (b"{cmd:id}", "{file:/etc/passwd}")
