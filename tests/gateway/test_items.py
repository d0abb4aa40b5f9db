"""Lists in pages, from a program to a real server: every way of paging, and what goes wrong on the way."""

from __future__ import annotations

from typing import Any

import pytest

import keyhole
from keyhole.config import Config, RunLimits
from keyhole.errors import CallError
from keyhole.gateway.audit import Audit
from keyhole.gateway.decision import Budget
from keyhole.gateway.door import Door

pytest.register_assert_rewrite("paged_server")
from paged_server import ALL, paged  # noqa: E402

IDS = [one["id"] for one in ALL]
ITEM = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}
LIST = {"type": "array", "items": ITEM}


def query(**kinds: Any) -> list[dict[str, Any]]:
    return [
        {"in": "query", "name": name, "schema": kind if isinstance(kind, dict) else {"type": kind}}
        for name, kind in kinds.items()
    ]


def op(name: str, parameters: list[dict[str, Any]] | None = None, answer: Any = None, method: str = "get") -> Any:
    said = {"content": {"application/json": {"schema": answer}}} if answer else {}
    return {
        f"/{name}": {
            method: {
                "operationId": name,
                "parameters": parameters or [],
                "responses": {"200": {"description": "", **said}},
            }
        }
    }


def of(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields}


PAGES = query(page="integer", per_page={"type": "integer", "default": 10, "maximum": 20})
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Lists"},
    "paths": {
        **op("link", PAGES, LIST),
        **op("kinto", query(_limit="integer", _since="integer", _before="integer"), of(data=LIST)),
        **op("versions", query(_limit="integer", _since="integer", _before="integer"), of(data=LIST)),
        **op("stripe", query(limit="integer", starting_after="string", ending_before="string"), of(data=LIST, has_more={"type": "boolean"})),
        **op("cloudflare", PAGES, of(result=LIST, errors=LIST, messages=LIST)),
        **op("slack", query(cursor="string", limit="integer")),
        **op("kubernetes", query(**{"continue": "string", "limit": "integer"}), of(items=LIST, metadata=of(**{"continue": {"type": "string"}}))),
        **op("odata", query(**{"$top": "integer"}), of(value=LIST, **{"@odata.nextLink": {"type": "string"}})),
        **op("twilio", query(PageSize="integer", Page="integer", PageToken="string"), of(messages=LIST, next_page_uri={"type": "string"})),
        **op("offset", query(offset="integer", limit="integer"), of(items=LIST, total={"type": "integer"})),
        **op("bare", PAGES, LIST),
        **op("snowflakes", query(before="string", after="string", limit={"type": "integer", "default": 10, "maximum": 10}), LIST),
        **op("graph", query(after="string")),
        **op("plain", None, LIST),
        **op("circle", query(cursor="string")),
        **op("deaf", PAGES, of(items=LIST)),
        **op("breaks", PAGES, of(items=LIST)),
        **op("stuck", None, of(items=LIST)),
        **op("several"), **op("one"), **op("empty", query(cursor="string"), of(items=LIST)),
        **op("endless", query(cursor="string"), of(items=LIST)),
        **op("astray", query(page="integer"), of(items=LIST)),
        **op("limited"),
        **{
            path: {"get": {**item["get"], "operationId": path[1:].replace("/", "_")}}
            for way in ("told/link", "told/url", "told/header", "told/number", "told/more", "missing", "short")
            for path, item in op(way, query(page="integer"), of(items=LIST)).items()
        },
        **op("make", None, LIST, "post"),
        **op("things.items", None, LIST),
    },
}  # fmt: skip
WAYS = (
    "link",
    "kinto",
    "stripe",
    "cloudflare",
    "slack",
    "kubernetes",
    "odata",
    "twilio",
    "offset",
    "bare",
    "graph",
    "plain",
)


@pytest.fixture(scope="module")
def server():
    with paged() as (base, seen, ways):
        yield base, seen, ways


@pytest.fixture(scope="module")
async def lists(server, cache):
    api = keyhole.OpenAPI(DOCUMENT, name="api", base_url=server[0], query={"key": "a-secret-of-the-operator"})
    async with keyhole.CodeMode([api], config=Config(cache_dir=cache, limits=RunLimits(api_calls=40))) as code_mode:
        yield code_mode


@pytest.fixture(autouse=True)
def seen(server):
    server[1].clear()
    return server[1]


async def value(lists, code):
    run = await lists.execute(code)
    assert run.error is None, run.error
    return run.value


async def error(lists, code):
    run = await lists.execute(code)
    assert run.error is not None, run.value
    return run.error


@pytest.mark.parametrize("way", WAYS)
async def test_every_item_comes_once_and_in_order(lists, seen, way):
    code = f"const ids = []; for await (const one of api.{way}.items()) ids.push(one.id); return ids"
    assert await value(lists, code) == IDS
    calls = len(seen)
    assert calls == {"plain": 1, "cloudflare": 3, "link": 3, "bare": 3, "graph": 6, "slack": 6}.get(way, 5)
    assert await value(lists, f"return (await api.{way}.items()).map((one) => one.id)") == IDS
    assert await value(lists, f"return (await api.get.items('/{way}').toArray()).map((one) => one.id)") == IDS
    assert await value(lists, f"return (await Array.fromAsync(api.request.items({{ path: '/{way}' }}))).length") == len(
        IDS
    )
    assert len(seen) == 4 * calls


@pytest.mark.parametrize("way", ["told_link", "told_url", "told_header", "told_number", "told_more"])
async def test_where_a_page_told_of_the_next_one_that_does_not_is_the_last(lists, seen, way):
    assert await value(lists, f"return (await api.{way}.items()).map((one) => one.id)") == IDS[:30]
    assert len(seen) == 3


async def test_no_page_of_a_number_that_was_a_guess_is_the_end(lists, seen):
    assert await value(lists, "return (await api.missing.items()).map((one) => one.id)") == IDS[:30]
    assert len(seen) == 4


async def test_no_page_is_an_error_where_more_was_promised_or_none_came(lists):
    code = "try { await api.short.items() } catch (e) { return [e.items.length, e.status] }"
    assert await value(lists, code) == [30, 404]
    assert (await error(lists, "return api.missing.items({ page: 7 })")).cause["status"] == 404


async def test_ids_say_in_which_direction_they_go(lists):
    assert await value(lists, "return (await api.snowflakes.items()).map((one) => one.id)") == IDS[::-1]


async def test_a_number_that_is_asked_for_is_no_id_that_is_a_text(lists, seen):
    assert await value(lists, "return (await api.versions.items()).length") == 11
    assert len(seen) == 1


async def test_a_list_is_read_as_far_as_it_is_wanted(lists, seen):
    assert (
        await value(lists, "for await (const one of api.offset.items({ limit: 10 })) if (one.id > 112) return one.id")
        == 113
    )
    assert len(seen) == 2
    assert await value(lists, "return (await api.offset.items({ limit: 10 }).take(11)).length") == 11
    assert len(seen) == 4
    assert await value(lists, "return [(await api.offset.items().take(0)).length, await api.empty.items()]") == [0, []]


async def test_arguments_of_the_program_stay(lists, seen):
    ids = await value(lists, "return (await api.cloudflare.items({ page: 2, perPage: '10' })).map((one) => one.id)")
    assert ids == IDS[10:]
    pages = [target.partition("&key")[0] for target in seen]
    assert pages == [f"/cloudflare?page={n}&per_page=10" for n in (2, 3, 4, 5)]
    run = await lists.execute("return (await api.cloudflare.items({ per_page: '10' })).length")
    assert run.text() == "47\nnote: strings taken as numbers: per_page (5 times)"


async def test_each_page_is_a_call_like_any(lists):
    run = await lists.execute("return (await api.offset.items({ limit: 10 })).length")
    assert [(call.operation, call.status) for call in run.calls] == [("api.offset", 200)] * 5
    failed = await lists.execute("return (await api.endless.items()).length")
    assert failed.error is not None
    assert "page 41: this run has used 40 calls" in failed.error.message
    assert len(failed.calls) == 41


async def test_what_came_before_an_error_is_there(lists):
    code = "try { await api.breaks.items({ per_page: 10 }) } catch (e) { return [e.items.length, e.status, e.message.slice(0, 31)] }"
    assert await value(lists, code) == [20, 500, "page 3: api.breaks answered 500"]
    walked = "let n = 0; try { for await (const one of api.breaks.items({ per_page: 10 })) n++ } catch (e) { return [n, e.status] }"
    assert await value(lists, walked) == [20, 500]
    assert (
        "page 3: api.breaks answered 500" in (await error(lists, "return api.breaks.items({ per_page: 10 })")).message
    )


@pytest.mark.parametrize(
    ("way", "items", "said"),
    [
        ("circle", 30, "page 5 is one that came before"),
        ("deaf_10", 10, "page 2: page 2 holds the same items as the page before"),
        ("stuck", 10, "page 1 says that there is more, but api.stuck has no argument to ask for it"),
    ],
)
async def test_a_list_that_does_not_go_on_is_told(lists, way, items, said):
    way, _, size = way.partition("_")
    given = f"{{ per_page: {size} }}" if size else ""
    got = await value(
        lists, f"try {{ await api.{way}.items({given}) }} catch (e) {{ return [e.items.length, e.message] }}"
    )
    assert got[0] == items
    assert said in got[1]


@pytest.mark.parametrize(
    ("code", "said", "hint"),
    [
        (
            "return api.several.items()",
            "answered an object (people, places), and none of it is plainly its list",
            ".people",
        ),
        ("return api.one.items()", "answered an object (id, name, tags)", "Call it without .items"),
        ("return api.make.items()", "it is a write call, and no list in pages", "Call it without .items"),
        ("const { length } = api.plain.items(); return length", "await it before reading .length", ""),
        ("const list = { list: api.plain.items() }; return list.list.map(String)", "write for await", ""),
        ("return { all: api.plain.items() }", "result.all is an async iterator: collect it first", ""),
        ("return api.plain.raw.items()", "api.plain.raw has no items: write api.plain.items(…)", ""),
        ("return api.get.raw.items('/plain')", "api.get.raw has no items: write api.get.items(…)", ""),
        ("return [...(() => api.plain.items())()]", "is a list in pages: await it before going through it", ""),
    ],
)
async def test_what_is_no_list_says_what_it_is(lists, seen, code, said, hint):
    failed = await error(lists, code)
    assert said in failed.message
    assert hint in failed.hint


async def test_nothing_is_sent_for_a_write_that_is_no_list(lists, seen):
    await error(lists, "return api.make.items()")
    assert seen == []


async def test_an_operation_may_be_called_items(lists):
    assert "nothing here" in (await error(lists, "return api.things.items({})")).message  # it was called: /things.items


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://169.254.169.254/latest/meta-data?page=2", "https://evil.example/astray?page=2", "//evil.example/astray?page=2",
        "http://[::1", "file:///etc/passwd", "http://127.0.0.1:1/astray?page=2", "http://x@127.0.0.1/astray?page=2",
        "/../admin?page=2&x=1", "/admin?all=1", "javascript:alert(1)//https://", "http://%31%32%37.0.0.1/?page=2",
    ],
)  # fmt: skip
async def test_a_next_url_leads_nowhere_else(lists, server, seen, elsewhere):
    server[2].elsewhere = elsewhere
    run = await lists.execute("return (await api.astray.items()).length")
    assert run.error is not None or run.value == 10
    assert [target.partition("?")[0] for target in seen] == ["/astray"] * len(seen)
    assert len(seen) <= 2
    if run.error is not None:
        refused = ("was not asked for", "one that came before", "same items", "has no argument to ask for it")
        assert any(words in run.error.message for words in refused), run.error


async def test_a_next_url_carries_no_credential_back(lists, server, seen):
    server[2].elsewhere = f"{server[0]}/astray?page=2&key=a-secret-of-the-operator&KEY=mine&_method=DELETE"
    run = await lists.execute("return (await api.astray.items()).length")
    assert run.error is not None
    assert seen == ["/astray?key=a-secret-of-the-operator"]
    server[2].elsewhere = f"{server[0]}/astray?page=2&key=a-secret-of-the-operator&KEY=mine"
    run = await lists.execute("return (await api.astray.items()).length")
    assert seen[-1] == "/astray?page=2&key=a-secret-of-the-operator"
    assert "a-secret" not in repr(run)


FORGED = [
    {"url": "http://169.254.169.254/latest?page=2"},
    {"url": "/../admin?x=1"},
    {"url": "/astray?_method=DELETE"},
    {"set": {"authorization": "x"}},
    {"set": {"page": {"a": 1}}},
    {"stuck": "x" * 100_000},
    {"number": 2, "set": {"page": "1; drop"}},
]
ODD = [
    7,
    [1],
    None,
    {"set": 7},
    {"url": 7},
    {"number": -1, "seen": "x", "first": 1e308, "mark": {}, "items": [{}]},
    {"items": ["nope", "__class__"]},
]


async def test_what_a_program_forges_to_go_on_gives_it_nothing(lists, seen):
    gateway = lists.gateway
    door = Door(gateway, gateway.way(Audit(), Budget()))
    for state in FORGED:
        with pytest.raises(CallError) as refused:
            await door("page", {"api": "api", "name": "astray", "arguments": {}, "state": state})
        assert len(refused.value.message) < 1000
    assert seen == []
    for state in ODD:
        page = await door("page", {"api": "api", "name": "plain", "arguments": {}, "state": state})
        assert (len(page["items"]), page["state"]) == (47, None)
    assert [target.partition("?")[0] for target in seen] == ["/plain"] * len(ODD)


async def test_a_limit_of_the_api_is_seen_as_it_is(lists):
    code = "try { await api.limited() } catch (e) { return [e.status, e.headers['retry-after'], e.headers.get('Retry-After')] }"
    assert await value(lists, code) == [429, "7", "7"]
    raw = (
        "const r = await api.limited.raw(); return [r.status, r.ok, r.headers['Retry-After'], (await r.json()).message]"
    )
    assert await value(lists, raw) == [429, False, "7", "slow down"]
