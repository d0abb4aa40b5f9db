"""Writes that look like reads, and calls that look like others than the policy saw."""

from __future__ import annotations

import json

import pytest
from attack_target import described, get, run

from keyhole.config import Rule

OVERRIDES = [
    "X_HTTP_Method_Override", "x-Http-Method_override", "X-HTTP-Method", "X_Original_URL", "X-Forwarded-Prefix", "Proxy-Foo",
    "HOST", "X_Forwarded_Host", "Content_Length", "Cookie2", "X-HTTP-Method-Override ", "X-A\r\nHost",
]  # fmt: skip
QUERY = ["_method", "X-HTTP-Method-Override", "_Method"]
DOCUMENT = described({
    "/a": get(operationId="a", parameters=[
        *({"name": name, "in": "header"} for name in OVERRIDES), *({"name": name, "in": "query"} for name in QUERY),
        {"name": "any", "in": "query", "schema": {"type": "object"}},
    ]) | {"post": {"operationId": "make", "requestBody": {"content": {
        "application/json": {"schema": {"type": "object"}}, "application/x-www-form-urlencoded": {"schema": {"type": "object"}},
    }}}},
    "/b/{id}": get(operationId="b") | {"delete": {"operationId": "gone"}},
    "/q": get(operationId="q", parameters=[{"name": "whole", "in": "querystring", "content": {"application/x-www-form-urlencoded": {}}}]),
    "/c": {"additionalOperations": {
        name: {"operationId": f"odd_{name}", "x-keyhole-effect": "read"} for name in ("delete", "Post", "CONNECT", "PURGE", "G\r\nET")
    }},
})  # fmt: skip


async def test_a_document_offers_no_header_that_changes_the_request(open_api, target):
    async with open_api(DOCUMENT) as keyhole:
        offered = {one.wire for one in keyhole.catalog.get("api", "a").signature.parameters}
        assert offered == {"any"}
        for name in [*OVERRIDES, *QUERY]:
            code = f"return api.a({{ [{json.dumps(name)}]: 'DELETE' }}).catch(e => e.code)"
            assert await run(keyhole, code) == "invalid_arguments"
    assert target.seen == []


@pytest.mark.parametrize(
    "call",
    [
        "api.a({ any: { _method: 'DELETE' } })",
        "api.a({ any: { '_METHOD': 'DELETE' } })",
        "api.q({ whole: { _method: 'DELETE' } })",
        "api.q({ whole: 'a=1&_method=DELETE' })",
        "api.get('/a?any=1&_method=DELETE')",
        "api.make({ body: { _method: 'DELETE' } })",
        "api.make({ body: { _method: 'DELETE' }, 'Content-Type': 'application/x-www-form-urlencoded' })",
        "api.request({ path: '/a', headers: { X_HTTP_METHOD_OVERRIDE: 'DELETE' } })",
        "api.request({ method: 'get ', path: '/a' })",
        "api.request({ method: 'GET\\r\\nX: y', path: '/zz' })",
    ],
)
async def test_no_call_changes_its_method_on_the_way(open_api, target, call):
    async with open_api(DOCUMENT, {"allow": "write"}) as keyhole:
        assert await run(keyhole, f"return {call}.catch(e => e.code)") == "invalid_arguments"
    assert target.seen == []


async def test_methods_in_odd_spelling_are_what_they_are(open_api, target):
    async with open_api(DOCUMENT, {"allow": "write"}) as keyhole:
        odd = {op.id: (op.method, str(op.effect)) for op in keyhole.catalog.operations if op.id.startswith("odd")}
        assert odd == {
            "odd_delete": ("DELETE", "destructive"), "odd_Post": ("POST", "write"), "odd_PURGE": ("PURGE", "destructive"),
        }  # fmt: skip
        assert await run(keyhole, "return api.odd_delete().catch(e => e.code)") == "needs_approval"
        assert (
            await run(keyhole, "return api.request({ method: 'dElEtE', path: '/b/1' }).catch(e => e.code)")
            == "needs_approval"
        )
        assert await run(keyhole, "return api.call?.catch, api.delete('/b/1').catch(e => e.code)") == "needs_approval"
    assert target.seen == []


SAME = ["/b/1", "/b/1/", "/b/%31", "/%62/1", "/b/1?x=y", "/b/1#x"]


async def test_one_rule_meets_every_spelling_of_a_path(open_api, target):
    rules = (Rule(decision="deny", path="/b/*"), Rule(decision="deny", path="/admin/*"))
    async with open_api(DOCUMENT, {"allow": "all"}, rules=rules) as keyhole:
        spelt = json.dumps([*SAME, "/%61dmin/x", "/admin%2Fx/y", "/admin/%2E/x", "/x/../admin/y", "/admin//x"])
        code = f"return Promise.all({spelt}.map(path => api.request({{ method: 'DELETE', path }}).then(() => path, e => e.code)))"
        assert set(await run(keyhole, code)) <= {"denied", "invalid_arguments", "/admin%2Fx/y"}
    assert {seen.target for seen in target.seen} <= {"/v1/admin%2Fx/y"}  # %2F is another path (RFC 3986, 2.2)


async def test_read_only_beats_everything(open_api, target):
    rules = (Rule(decision="allow"),)
    async with open_api(DOCUMENT, {"allow": "all", "read_only": True}, allow="all", rules=rules) as keyhole:
        for call in (
            "api.make({ body: {} })",
            "api.gone({ id: 'x' })",
            "api.request({ method: 'POST', path: '/zz' })",
            "api.request({ path: '/zz' })",
        ):
            assert await run(keyhole, f"return {call}.catch(e => e.code)") == "denied"
    assert target.seen == []
