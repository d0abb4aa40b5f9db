"""A sample of what `bench/judges.py` asks of every operation: openapi-core accepts what Keyhole sends, and Keyhole sends nothing that is wrong."""

from __future__ import annotations

import pytest
from core_judge import CoreJudge
from judge_cases import Operations
from judge_damage import Damages
from judge_documents import FILES, for_judges, parsed
from judge_reasons import reason
from judge_wire import capturing, send


async def sample(path, cache, *, every, damages):
    """Give what was sent of valid cases, of damaged ones, and the judge; of each `every`th operation."""
    async with capturing() as capture:
        document = for_judges(parsed(path), capture.url)
        operations = Operations(document)
        damaging = Damages(operations, damages)
        valid, damaged = [], []
        for operation, raw, parameters in list(operations)[::every]:
            drawn = operations.valid(operation, raw, parameters)
            valid += drawn
            damaged += damaging.of(raw, parameters, drawn)
        for number, case in enumerate([*valid, *damaged]):
            case.number = number
        return (
            await send(path, document, valid, capture, cache),
            await send(path, document, damaged, capture, cache),
            CoreJudge(document),
        )


@pytest.mark.parametrize(("name", "every", "least"), [("twilio", 6, 50), ("discord", 16, 40), ("stripe", 30, 40)])
async def test_a_judge_accepts_what_is_sent_and_nothing_wrong_is_sent(shared, cache, name, every, least):
    valid, damaged, judge = await sample(shared / "specs" / FILES[name], cache, every=every, damages=3)
    assert len(valid) >= least
    assert len(damaged) >= 15
    assert [(one.case, one.refused) for one in valid if one.raw is None] == []
    told = [(one.case.operation, one.case.kind, why) for one in valid if (why := judge.problem(one.raw))]
    assert len(told) <= len(valid) * 0.05, told
    told += [
        (one.case.operation, one.case.kind, why)
        for one in damaged
        if one.raw is not None and (why := judge.problem(one.raw))
    ]
    assert [one for one in told if reason("openapi-core", *one[1:]) == "not explained"] == []


def test_the_judge_refuses_what_is_wrong():
    """A judge that accepts everything would be none."""
    parameters = [{"name": "n", "in": "query", "schema": {"type": "integer"}}]
    body = {"required": True, "content": {"application/json": {"schema": {"type": "object", "required": ["a"]}}}}
    document = {"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "servers": [{"url": "http://api.test"}], "paths": {
        "/x": {"post": {"parameters": parameters, "requestBody": body, "responses": {"200": {"description": ""}}}},
    }}  # fmt: skip
    judge = CoreJudge(document)

    def problem(target, content):
        head = f"POST {target} HTTP/1.1\r\nHost: api.test\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        return judge.problem(head.encode() + content)

    assert problem("/x?n=1", b'{"a":1}') == ""
    assert "InvalidParameter" in problem("/x?n=one", b'{"a":1}') or "ParameterValidationError" in problem(
        "/x?n=one", b'{"a":1}'
    )
    assert "required" in problem("/x", b"{}")
    assert "PathNotFound" in problem("/y", b'{"a":1}')
