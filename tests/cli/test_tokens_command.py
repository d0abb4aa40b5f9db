from __future__ import annotations

import json

import pytest

from keyhole.catalog.operation import Body, Effect, Operation, Parameter, Signature
from keyhole.catalog.schema import Schemas
from keyhole.cli.app import run
from keyhole.cli.native import Native
from keyhole.tokens import count


def operation(root, body, *parameters):
    signature = Signature(tuple(parameters), Body(True, body, "application/json"), None, Schemas(root))
    return Operation("api", "make", "make", "POST", "/x", Effect.WRITE, "Make it.", load=lambda: signature)


def listed(properties, required):
    schema = {"type": "object", "properties": properties, "required": required}
    tool = {"name": "make", "description": "Make it.", "inputSchema": schema}
    return count(json.dumps({"tools": [tool]}, separators=(",", ":")))


def test_counts_what_a_list_with_everything_inlined_would_cost():
    point = {"type": "object", "properties": {"x": {"type": "number"}, "y": {"type": "number"}}}
    line = {"type": "object", "properties": {"from": {"$ref": "#/p"}, "to": {"$ref": "#/p"}}}
    counted = Native().count([operation({"p": point, "l": line}, {"$ref": "#/l"})])
    inlined = {"type": "object", "properties": {"from": point, "to": point}}
    expected = listed({"body": inlined}, ["body"])
    assert counted == pytest.approx(expected, rel=0.1)


def test_a_reference_in_a_circle_stays_one():
    node = {"type": "object", "properties": {"next": {"$ref": "#/n"}, "text": {"type": "string"}}}
    counted = Native().count([operation({"n": node}, {"$ref": "#/n"})])
    assert counted == pytest.approx(listed({"body": node}, ["body"]), abs=8)


def test_a_list_that_nobody_could_write_out_is_counted():
    """Each level holds the next one twice: 2^60 copies of the last."""
    root = {
        f"s{n}": {"type": "object", "properties": {side: {"$ref": f"#/s{n + 1}"} for side in "ab"}} for n in range(60)
    }
    assert Native().count([operation(root, {"$ref": "#/s0"})]) > 2**60


def test_only_what_is_required():
    schema = {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "string"}, **{f"b{n}": {"type": "string"} for n in range(100)}},
    }
    optional = Parameter("page", "page", "query", False, {"type": "integer", "description": "a long text " * 30})
    full = Native().count([operation({}, schema, optional)])
    least = Native(required_only=True).count([operation({}, schema, optional)])
    assert least < full / 5


def test_the_json_of_the_command(shared, cache, capsys):
    spec = shared / "specs" / "powerdns-served.json"
    assert run(["tokens", str(spec), "--json", "--cache-dir", str(cache)]) == 0
    (one,) = json.loads(capsys.readouterr().out)["documents"]
    assert set(one) == {"document", "operations", "raw", "native_full", "native_required", "keyhole", "tools"}
    assert (one["document"], one["operations"], one["tools"]) == (str(spec), 36, 2)
    assert one["keyhole"] <= 1000 < one["native_required"] < one["native_full"] < one["raw"] * 20


def test_the_table_of_the_command(shared, cache, capsys):
    spec = shared / "specs" / "petstore-expanded.yaml"
    assert run(["tokens", str(spec), str(shared / "specs" / "tmdb.json"), "--cache-dir", str(cache)]) == 0
    header, rule, *rows = capsys.readouterr().out.splitlines()
    assert header.split()[:3] == ["document", "operations", "raw"]
    assert set(rule) == {"-", " "}
    assert [row.split()[1] for row in rows] == ["4", "54"]
