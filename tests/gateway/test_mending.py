"""What is mended in arguments, at any depth, what is said of it, and what is left as it is because it is in doubt."""

from __future__ import annotations

import pytest

from keyhole.catalog.catalog import Catalog
from keyhole.errors import InvalidArguments
from keyhole.gateway.foresight import foresee
from keyhole.gateway.mending import Notes
from keyhole.gateway.validate import checked
from keyhole.sources.openapi.source import load

RECORD = {
    "type": "object",
    "additionalProperties": False,
    "required": ["record_name"],
    "properties": {
        "record_name": {"type": "string"},
        "ttl": {"type": "integer"},
        "is_on": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "either": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
        "kind": {"type": "integer", "enum": [1, 2]},
        "free": {"type": "object", "additionalProperties": True, "properties": {"a_b": {"type": "integer"}}},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
BODY = {
    "type": "object",
    "properties": {"zone_name": {"type": "string"}, "records": {"type": "array", "items": RECORD}},
}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Mend"},
    "paths": {
        "/zones": {
            "put": {
                "operationId": "put_zone",
                "parameters": [
                    {"in": "query", "name": "dry_run", "schema": {"type": "boolean"}},
                    {"in": "query", "name": "ids", "schema": {"type": "array", "items": {"type": "integer"}}},
                    {"in": "query", "name": "code", "schema": {"type": "string"}},
                    {"in": "query", "name": "size", "schema": {"type": "integer", "enum": [10, 20]}},
                ],
                "requestBody": {"content": {"application/json": {"schema": BODY}}},
                "responses": {"200": {"description": ""}},
            }
        },
    },
}


@pytest.fixture(scope="module")
def operation():
    return Catalog(load(DOCUMENT, name="dns").operations()).get("dns", "put_zone")


def records(*given):
    return {"body": {"records": list(given)}}


MENDED = [
    ({"dryRun": "true"}, {"dry_run": True}, ["strings taken as booleans: dry_run", "names taken as the API spells them: dryRun → dry_run"]),
    ({"ids": ["1", 2]}, {"ids": [1, 2]}, ["strings taken as numbers: ids[]"]),
    ({"ids": 3}, {"ids": [3]}, ["single values taken as lists of one: ids"]),
    ({"code": 7}, {"code": "7"}, ["numbers or booleans taken as strings: code"]),
    ({"size": "10"}, {"size": 10}, ["strings taken as numbers: size"]),
    (
        records({"recordName": "a", "ttl": "300"}, {"recordName": "b", "ttl": "60"}),
        records({"record_name": "a", "ttl": 300}, {"record_name": "b", "ttl": 60}),
        [
            "names taken as the API spells them: recordName → records.record_name (2 times)",
            "strings taken as numbers: body.records[].ttl (2 times)",
        ],
    ),
    (
        {"zoneName": "z", "records": {"record_name": "a", "isOn": False, "tags": ["x"]}},
        {"body": {"zone_name": "z", "records": [{"record_name": "a", "is_on": False, "tags": ["x"]}]}},
        None,
    ),
    (records({"record_name": "a", "maybe": "3"}), records({"record_name": "a", "maybe": 3}), None),
    (records({"record_name": 5}), records({"record_name": "5"}), None),
]  # fmt: skip
AS_IT_IS = [
    {"code": "7", "ids": [1], "dry_run": False},
    records({"record_name": "a", "either": "3"}),
    records({"record_name": "a", "labels": {"aB": "x"}}),
    records({"record_name": "a", "free": {"aB": 1}}),
    records({"record_name": "1", "tags": ["1", "true"]}),
]
REFUSED = [
    (records({"record_name": "a", "ttl": "soon"}), 'body.records[0].ttl is "soon"'),
    (records({"record_name": "a", "ttl": "3.5"}), 'body.records[0].ttl is "3.5"'),
    (records({"record_name": "a", "kind": "3"}), "body.records[0].kind is 3, but must be one of 1, 2"),
    (records({"record_name": "a", "tags": "x, y"}), 'body.records[0].tags is "x, y"'),
    (records({"record_name": "a", "is_on": "yes"}), 'body.records[0].is_on is "yes"'),
    (records({"record_name": "a", "is_on": 1}), "body.records[0].is_on is 1"),
    (records({"record_name": "a", "recordName": "b"}), "recordName is not a field"),
    (records({"recordName": "a", "RecordName": "b"}), "is missing"),
    ({"ids": ["a"]}, 'ids[0] is "a"'),
    ({"ids": {"a": 1}}, 'ids is {"a":1}'),
    ({"size": "30"}, "size is 30, but must be one of 10, 20"),
]


@pytest.mark.parametrize(("given", "sent", "said"), MENDED, ids=range(len(MENDED)))
def test_what_leaves_no_doubt_is_mended_and_said(operation, given, sent, said):
    notes, before = Notes(), repr(given)
    assert checked(operation, given, notes) == sent
    assert repr(given) == before
    assert sorted(notes.lines()) == sorted(said) if said is not None else notes.lines()
    foresee(operation, given)  # and before it runs, it is taken for right too


@pytest.mark.parametrize("given", AS_IT_IS, ids=range(len(AS_IT_IS)))
def test_what_the_schema_takes_is_not_touched(operation, given):
    notes = Notes()
    assert checked(operation, given, notes) == given
    assert notes.lines() == []


@pytest.mark.parametrize(("given", "said"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_in_doubt_is_refused(operation, given, said):
    notes = Notes()
    with pytest.raises(InvalidArguments) as refused:
        checked(operation, given, notes)
    assert said in refused.value.message
    assert notes.lines() == []
    with pytest.raises(InvalidArguments):
        foresee(operation, given)


def test_a_kind_is_one_line_however_much_was_mended(operation):
    notes = Notes()
    for _ in range(300):
        checked(operation, {"ids": ["1"], "code": 1, "size": "10"}, notes)
    for name in range(20):
        notes.add("name", f"x{name} → y")
    assert sorted(notes.lines()) == [
        "names taken as the API spells them: x0 → y, x1 → y, x2 → y, x3 → y and 16 more (20 times)",
        "numbers or booleans taken as strings: code (300 times)",
        "strings taken as numbers: ids[], size (600 times)",
    ]
