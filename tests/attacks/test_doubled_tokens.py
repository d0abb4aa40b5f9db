"""A document that asks for the token as a parameter beside its security scheme, as Slack's does."""

from __future__ import annotations

import json

import pytest
from attack_target import SECRET, described, get, run

import keyhole
from keyhole.config import Config

SCHEMES = {
    "oauth": {"type": "oauth2", "flows": {}},
    "bearer": {"type": "http", "scheme": "bearer"},
    "login": {"type": "http", "scheme": "basic"},
}


def token(place="query", name="token", *, required=True):
    return {"name": name, "in": place, "required": required, "schema": {"type": "string"}}


def document(*parameters, security=({"oauth": []},), **more):
    paths = {
        f"/{number}": get(operationId=f"op{number}", security=list(security), parameters=[one])
        for number, one in enumerate(parameters)
    }
    return described({**paths, **more}, components={"securitySchemes": SCHEMES})


DOUBLED = (token(), token("header"), token("header", "Token"), token(required=False))
OPEN = {"/open": get(operationId="open_", security=[], parameters=[token()])}
OTHER = {"/other": get(operationId="other", security=[{"login": []}, {"oauth": []}], parameters=[token()])}
INVITED = {"/invited": get(operationId="invited", security=[{"oauth": []}], parameters=[token("query", "code")])}
GIVEN = [
    {"security": {"oauth": "{env:DOUBLED}"}},
    {"bearer": "{env:DOUBLED}"},
    {"headers": {"authorization": "Bearer {env:DOUBLED}"}},
]


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setenv("DOUBLED", SECRET)


@pytest.mark.parametrize("given", GIVEN)
async def test_the_token_is_asked_of_no_program_and_sent_once(open_api, target, given):
    async with open_api(document(*DOUBLED), **given) as code_mode:
        await run(code_mode, "for (const op of ['op0', 'op1', 'op2', 'op3']) await api[op]({})")
        assert "token" not in (await run(code_mode, "return describe('op0')")).lower()
    for seen in target.seen:
        assert seen.header("authorization") == f"Bearer {SECRET}"
        assert "token" not in {name.lower() for name, _ in seen.headers}
        assert "?" not in seen.target


async def test_where_no_credential_is_wanted_none_goes_and_the_parameter_stays(open_api, target):
    async with open_api(document(*DOUBLED, **OPEN, **OTHER, **INVITED), security=GIVEN[0]["security"]) as code_mode:
        for call in ("open_", "other", "invited"):
            execution = await code_mode.execute(f"return api.{call}({{}})")
            assert "is missing" in execution.error.message
        await run(code_mode, "return api.open_({ token: 'of the program' })")
    assert [seen.target for seen in target.seen] == ["/v1/open?token=of%20the%20program"]
    assert SECRET not in target


@pytest.mark.parametrize(
    ("parameters", "given"),
    [
        (DOUBLED, {}),  # nobody sends a token
        (DOUBLED, {"security": {"login": {"username": "u", "password": "{env:DOUBLED}"}}}),
        ((*DOUBLED[:1], *[token("query", "q")] * 3), GIVEN[0]),  # an invitation's: of a few
        (DOUBLED[:2], GIVEN[0]),  # too few to say
        ((token(), *[token(required=False)] * 3), GIVEN[0]),  # a page's: seldom required
        ((token("query", "sync_token"),) * 4, GIVEN[0]),
    ],
)
async def test_what_may_be_another_token_is_asked_for(open_api, target, parameters, given):
    async with open_api(document(*parameters), **given) as code_mode:
        execution = await code_mode.execute("return api.op0({})")
    assert "token` is missing" in execution.error.message
    assert not target.seen


async def test_slack(shared, cache, target):
    api = keyhole.OpenAPI(
        shared / "specs" / "slack.json", name="slack", base_url=target.url, security={"slackAuth": "{env:DOUBLED}"}
    )
    async with keyhole.CodeMode([api], config=Config(cache_dir=cache, allow="all")) as code_mode:
        assert not [
            one for one in code_mode.catalog.operations if "token" in {p.wire for p in one.signature.parameters}
        ]
        made = await code_mode.execute(
            "await slack.chat_post_message({ channel: 'C1', text: 'hi' }); return slack.conversations_list({})"
        )
    assert made.error is None, made.error
    assert [one.header("authorization") for one in target.seen] == [f"Bearer {SECRET}"] * 2
    assert "token" not in json.dumps([[one.target, one.body.decode()] for one in target.seen])
