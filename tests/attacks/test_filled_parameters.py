"""Parameters that the operator's configuration sends: demanded of no program, and a program's word on them refused."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from attack_target import described, get, reply, run

SECRET = "t0k3n-of-the-operator"
DECLARED = [
    {"name": name, "in": place, "required": required, "schema": {"type": "string"}}
    for name, place, required in [
        ("X-T", "header", True), ("token", "query", True), ("sid", "cookie", True), ("lang", "cookie", False),
        ("q", "query", False), ("x-t", "query", False),
    ]
]  # fmt: skip
DOCUMENT = described({"/users": get(operationId="users", parameters=DECLARED)})
LITERAL = {"headers": {"x-t": "{env:FILLED}", "Cookie": "a=1; sid={env:FILLED};"}, "query": {"token": "{env:FILLED}"}}
PLAIN = {"headers": {"X_T": "plain", "Cookie": "sid=plain"}, "query": {"token": "plain"}}
WHOLE = {"headers": {"X-T": "{env:FILLED}", "cookie": "{cmd:printf 'sid=%s; b=2' w}"}, "query": {"Token": "plain"}}


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setenv("FILLED", SECRET)


@pytest.mark.parametrize("given", [LITERAL, PLAIN, WHOLE])
async def test_what_the_operator_sends_is_not_demanded_nor_declared(open_api, target, given):
    async with open_api(DOCUMENT, **given) as keyhole:
        await run(keyhole, "return api.users({ q: 'a', lang: 'en' })")
        declared = await run(keyhole, "return describe('users')")
    names = {name.lower(): value for name, value in target.seen[-1].headers}
    assert names.get("x-t") or names.get("x_t")
    assert "sid=" in names["cookie"]
    assert "lang=en" in names["cookie"]
    assert urlsplit(target.seen[-1].target).query.lower().startswith("q=a&token=")
    assert "q?: string" in declared
    assert not any(f"{name}{end}" in declared for name in ("'X-T'", '"X-T"', "token", "sid") for end in (":", "?:"))
    assert "x-t" in declared  # the query's, which is nobody's yet


@pytest.mark.parametrize("argument", ["'X-T': 'mine'", "token: 'mine'", "sid: 'mine'"])
async def test_a_program_may_not_give_them(open_api, target, argument):
    document = described({"/users": get(operationId="users", parameters=DECLARED[:4])})
    async with open_api(document, **LITERAL) as keyhole:
        execution = await keyhole.execute(f"return api.users({{ {argument} }})")
    assert execution.error
    assert argument.split(":")[0].strip("'") in execution.error.message
    assert not target.seen


async def test_without_them_they_are_demanded(open_api, target):
    async with open_api(DOCUMENT, headers={"X-T": "plain"}) as keyhole:
        execution = await keyhole.execute("return api.users({})")
    assert execution.error
    assert "token" in execution.error.message
    assert "sid" in execution.error.message
    assert "X-T" not in execution.error.message
    assert not target.seen


async def test_a_refusal_says_which_credentials_go_together(open_api, target):
    schemes = {
        "app": {"type": "apiKey", "in": "header", "name": "X-App"},
        "login": {"type": "http", "scheme": "basic"},
        "oauth": {"type": "oauth2", "flows": {}},
    }
    security = [{"app": [], "login": []}, {"oauth": []}]
    document = described({"/me": get(operationId="me", security=security)}, components={"securitySchemes": schemes})
    target.answer = lambda _: reply("{}", "401 Unauthorized")
    async with open_api(document) as keyhole:
        assert "Wanted: app + login or oauth." in await run(keyhole, "return api.me().catch(e => e.hint)")
