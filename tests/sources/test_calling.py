"""What others get wrong, from a program in the sandbox to the bytes on the wire, against a real server."""

from __future__ import annotations

import json
from typing import Any

import pytest

import keyhole
from keyhole.config import Config


def op(name: str, method: str = "post", path: str = "", **more: Any) -> dict[str, Any]:
    return {path or f"/{name}/echo": {method: {"operationId": name, "responses": {"200": {"description": ""}}, **more}}}


def content(**kinds: Any) -> dict[str, Any]:
    return {"requestBody": {"content": {kind.replace("__", "/"): {"schema": schema} for kind, schema in kinds.items()}}}


OBJECT = {"type": "object"}
PET = {
    "oneOf": [
        {"type": "object", "required": ["bark"], "properties": {"bark": {"type": "string"}}},
        {"type": "object", "required": ["meow"], "properties": {"meow": {"type": ["integer", "null"]}}},
    ]
}
ID = {"schema": {"type": "string"}, "required": True, "name": "id"}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Shop"},
    "paths": {
        **op("any", **content(application__json={})),
        **op("pet", **content(application__json=PET)),
        **op("form", **content(**{"application__x-www-form-urlencoded": OBJECT})),
        **op("upload", **content(**{"multipart__form-data": {"type": "object", "properties": {
            "files": {"type": "array", "items": {"type": "string", "format": "binary"}}, "meta": OBJECT}}})),
        **op("raw", **content(**{"application__octet-stream": {}})),
        **op("several", **content(
            application__json={"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}},
            text__csv={"type": "string"}, application__xml=OBJECT, **{"application__x-www-form-urlencoded": {"type": "object", "required": ["b"]}})),
        **op("twins", "get", "/twins/{id}/echo", parameters=[{**ID, "in": "path"}, {**ID, "in": "query"}]),
        **op("binary", "get", "/binary"),
        **op("huge", "get", "/big-binary"),
        **op("empty", "get", "/empty"),
        **op("events", "get", "/events"), **op("lines", "get", "/endless-lines"),
        **op("send_lines", **content(**{"application__x-ndjson": {"type": "object", "required": ["a"]}})),
        **op("linked", "get", "/linked"),
        **op("limited", "get", "/limited"),
    },
}  # fmt: skip


@pytest.fixture
async def run(server, cache):
    """Run a program against the document and the bad server; give its value."""
    api = keyhole.OpenAPI(DOCUMENT, name="api", base_url=server.url, timeout_s=1.5)
    config = Config(cache_dir=cache, allow="all")
    async with keyhole.CodeMode([api], config=config) as code_mode:

        async def execute(code: str) -> Any:
            execution = await code_mode.execute(code)
            assert execution.outcome == "finished", execution.error
            return execution.value

        yield execute


@pytest.mark.parametrize("value", ["0", "false", '""', "[]", "{}", '{"a":null}', "null", "[null]", "[0,false]"])
async def test_a_falsy_body_leaves_as_it_is(run, server, value):
    await run(f"return api.any({{ body: {value} }})")
    assert (server.seen[-1]["body"].decode(), server.seen[-1]["headers"]["content-type"]) == (value, "application/json")


async def test_the_flat_fields_of_a_choice_are_the_body(run, server):
    await run("await api.pet({ bark: 'loud' }); return api.pet({ meow: null })")
    assert [json.loads(one["body"]) for one in server.seen] == [{"bark": "loud"}, {"meow": None}]


async def test_a_flat_field_that_no_choice_has_is_refused_and_nothing_is_sent(run, server):
    said = await run("return api.pet({ moo: 1 }).catch(e => e.message)")
    assert "`moo` is no argument" in said
    assert server.seen == []


async def test_a_nested_object_in_a_form_is_brackets_or_the_json_that_encoding_asks_for(run, server):
    await run("return api.form({ body: { a: { b: [1, true, null] }, c: [{ d: 1 }] } })")
    assert server.seen[-1]["body"] == b"a%5Bb%5D%5B0%5D=1&a%5Bb%5D%5B1%5D=true&a%5Bb%5D%5B2%5D=&c%5B0%5D%5Bd%5D=1"


async def test_bytes_go_out_and_come_back_as_they_are(run, server):
    server.files["/binary"] = ("image/png", bytes(range(256)))
    back = await run(
        "const b = await api.binary(); await api.raw({ body: b }); return [b instanceof Uint8Array, b.length]"
    )
    assert back == [True, 256]
    assert server.seen[-1]["body"] == bytes(range(256))
    await run(
        "return api.upload({ body: { files: [new Uint8Array([0, 255]), { filename: 'b.txt', content: 'é' }], meta: { a: 1 } } })"
    )
    sent = server.seen[-1]["body"]
    assert b'name="files"; filename="files"\r\nContent-Type: application/octet-stream\r\n\r\n\x00\xff\r\n' in sent
    assert 'name="files"; filename="b.txt"\r\nContent-Type: application/octet-stream\r\n\r\né\r\n'.encode() in sent
    assert b'name="meta"\r\nContent-Type: application/json\r\n\r\n{"a":1}\r\n' in sent


async def test_every_content_type_is_usable(run, server):
    await run("await api.several({ a: 1 }); await api.several({ 'Content-Type': 'text/csv', body: 'a,b' });"
              "await api.several({ 'Content-Type': 'application/xml', body: '<a/>' });"
              "return api.several({ 'Content-Type': 'application/x-www-form-urlencoded', body: { b: 2 } })")  # fmt: skip
    assert [(one["headers"]["content-type"], one["body"]) for one in server.seen] == [
        ("application/json", b'{"a":1}'), ("text/csv", b"a,b"), ("application/xml", b"<a/>"),
        ("application/x-www-form-urlencoded", b"b=2"),
    ]  # fmt: skip


async def test_path_and_query_parameters_of_one_name(run, server):
    await run("return api.twins({ id: 'a', id_query: 'b' })")
    assert server.seen[-1]["path"] == "/twins/a/echo?id=b"


async def test_nothing_is_null_and_headers_are_visible(run, server):
    assert await run("return api.empty()") is None
    raw = await run("const r = await api.empty.raw(); return [r.status, r.body]")
    assert raw == [204, None]


async def test_a_binary_answer_that_a_program_could_not_hold_is_refused_before_it_gets_there(run, server):
    server.files["/big-binary"] = ("application/zip", b"\x01" * (16 << 20))
    assert await run("return (await api.huge()).length") == 16 << 20
    server.files["/big-binary"] = ("application/zip", b"\x01" * (20 << 20))
    for call in ("huge()", "huge.raw()"):
        status, said = await run(f"return api.{call}.catch(e => [e.status, e.message])")
        assert (status, said.startswith("api.huge answered 200 with 20.0 MB")) == (200, True)


async def test_links_rate_limits_and_retry_after_are_visible(run, server):
    code = "return api.linked.raw().then(r => [r.headers.link, r.headers['x-ratelimit-remaining']])"
    assert await run(code) == ['<http://x.test/?page=2>; rel="next"', "0"]
    code = "return api.limited().catch(e => [e.status, e.headers['retry-after'], e.headers['ratelimit-reset']])"
    assert await run(code) == [429, "7", "30"]


async def test_null_is_no_body_where_the_schema_has_no_null(run, server):
    await run("return api.pet({ body: null })")
    assert server.seen[-1]["body"] == b""
    assert "content-type" not in server.seen[-1]["headers"]


async def test_another_content_type_is_checked_by_its_own_schema(run, server):
    said = await run(
        "return Promise.all([{ a: 'x' }, { 'Content-Type': 'text/csv', body: { a: 1 } }, { content_type: 'text/csv', a: 1 }]"
        ".map(one => api.several(one).catch(e => e.message)))"
    )
    assert "body.a is" in said[0]
    assert "must be string" in said[1]
    assert "`a` is no argument" in said[2]
    assert server.seen == []


async def test_a_stream_that_does_not_end_is_what_came_of_it(run, server):
    events, cut = await run("return api.events.raw().then(r => [r.body, r.headers['x-keyhole-cut']])")
    assert events == [{"event": "a", "id": "1", "data": '{"n":\n1}'}, {"retry": 9, "data": "two"}]
    assert cut == "longer than 1.35 s"
    assert await run("return api.lines()") == [{"a": 1}, {"a": 2}]


async def test_a_stream_of_too_many_bytes_is_what_fits(open_api, document, server):
    api = open_api(document({"/endless-bytes": {"get": {}}}), base_url=server.url, timeout_s=20, max_bytes=1 << 20)
    result = await api.call("GET /endless-bytes")
    assert result.headers["x-keyhole-cut"] == "more than 1 MB"
    assert 0 < result.size <= 1 << 20
    assert result.body == [{"a": 1}] * (result.size // 8)


async def test_lines_are_checked_one_by_one(run, server):
    await run("await api.send_lines({ body: [{ a: 1 }, { a: 2 }] }); return api.send_lines({ body: '{}' })")
    assert [one["body"] for one in server.seen] == [b'{"a":1}\n{"a":2}\n', b"{}"]
    assert await run("return api.send_lines({ body: [{ b: 1 }] }).catch(e => e.code)") == "invalid_arguments"


@pytest.mark.parametrize(("dialect", "media"), [
    ("3.0.3", {"schema": {"type": "object"}}), ("3.2.0", {"itemSchema": {"type": "object"}}),
    ("3.1.0", {"schema": {"type": "array", "items": {"type": "object"}}}),
])  # fmt: skip
async def test_lines_and_events_are_typed_as_lists(open_api, dialect, media):
    paths = {f"/{kind}": {"get": {"responses": {"200": {"description": "", "content": {kind: media}}}}}
             for kind in ("application/jsonl", "text/event-stream")}  # fmt: skip
    api = open_api({"openapi": dialect, "info": {"title": "Lists"}, "paths": paths}, base_url="http://api.test")
    lines, events = (one.signature.output for one in api.source.operations())
    assert lines == {"type": "array", "items": {"type": "object"}}
    assert list(events["items"]["properties"]) == ["event", "data", "id", "retry"]
