"""`catalog.schema` and `catalog.slice`: references followed, slices that a validator takes."""

from __future__ import annotations

import jsonschema_rs
import pytest

from keyhole.catalog.schema import Schemas

ROOT = {
    "definitions": {
        "a/b": {"type": "string"},
        "t~x": {"type": "integer"},
        "with space": {"type": "boolean"},
        "chain": {"$ref": "#/definitions/a~1b"},
        "loop": {"$ref": "#/definitions/loop2"},
        "loop2": {"$ref": "#/definitions/loop"},
        "list": ["x"],
        "node": {"type": "object", "properties": {"next": {"$ref": "#/definitions/node"}, "size": {"type": "integer"}}},
        "base": {
            "type": "object",
            "properties": {"id": {"type": "string", "readOnly": True}, "kind": {"type": "string"}},
            "required": ["id", "kind"],
        },
        "pet": {
            "allOf": [
                {"$ref": "#/definitions/base"},
                {"properties": {"name": {"type": "string"}}, "required": ["name"]},
            ]
        },
        "self": {"allOf": [{"$ref": "#/definitions/self"}], "properties": {"x": {"type": "string"}}},
    },
    "components": {"schemas": {"Pet": {"type": "object", "properties": {"tags": {"items": [{"type": "integer"}]}}}}},
}


@pytest.mark.parametrize(
    ("ref", "target"),
    [
        ("#/definitions/a~1b", {"type": "string"}),
        ("#/definitions/t~0x", {"type": "integer"}),
        ("#/definitions/with%20space", {"type": "boolean"}),
        ("#/definitions/chain", {"type": "string"}),
        ("#/components/schemas/Pet/properties/tags/items/0", {"type": "integer"}),
        ("#/definitions/loop", {}),
        ("#/definitions/nowhere", {}),
        ("#/definitions/list", {}),
        ("#/components/schemas/Pet/properties/tags/items/7", {}),
        ("other.json#/x", {}),
        ("#anchor", {}),
    ],
)
def test_a_reference_is_followed_or_allows_anything(ref, target):
    assert Schemas(ROOT, "3.0").resolve({"$ref": ref}) == target


def test_siblings_of_a_reference_count_in_3_1_alone():
    schema = {"$ref": "#/definitions/chain", "description": "mine"}
    assert Schemas(ROOT, "3.1").resolve(schema) == {"type": "string", "description": "mine"}
    assert Schemas(ROOT, "3.0").resolve(schema) == {"type": "string"}


def test_a_property_called_ref_is_no_reference():
    schema = {"properties": {"$ref": {"type": "string"}}}
    assert Schemas(ROOT).properties(schema) == {"$ref": {"type": "string"}}
    assert Schemas(ROOT).resolve({"$ref": {"type": "string"}}) == {"$ref": {"type": "string"}}


def test_properties_and_required_merge_all_of_and_survive_circles():
    schemas = Schemas(ROOT)
    assert list(schemas.properties({"$ref": "#/definitions/pet"})) == ["id", "kind", "name"]
    assert schemas.required({"$ref": "#/definitions/pet"}) == {"id", "kind", "name"}
    assert list(schemas.properties({"$ref": "#/definitions/self"})) == ["x"]
    assert schemas.required({"required": True}) == frozenset()


@pytest.mark.parametrize(
    ("ref", "name"),
    [
        ("#/definitions/io.k8s.api.core.v1.Pod", "Pod"),
        ("#/components/schemas/dns-records_base", "dnsRecords_base"),
        ("#/components/schemas/x/allOf/0", "x"),
        ("#/definitions/2fa", "T2fa"),
        ("#/definitions/", "definitions"),
    ],
)
def test_type_names_are_short_identifiers(ref, name):
    assert Schemas({}).name(ref) == name


def valid(schema, value, dialect="3.0", root=ROOT, **options):
    return jsonschema_rs.Draft202012Validator(Schemas(root, dialect).slice(schema, **options)).is_valid(value)


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string", "nullable": True}, None, 5),
        ({"type": "string", "enum": ["a"], "nullable": True}, None, "b"),
        ({"nullable": True, "allOf": [{"$ref": "#/definitions/base"}]}, None, 5),
        ({"type": "integer", "minimum": 3, "exclusiveMinimum": True}, 4, 3),
        ({"type": "integer", "maximum": 3, "exclusiveMaximum": False}, 3, 4),
        ({"$ref": "#/definitions/pet"}, {"kind": "k", "name": "n"}, {"kind": "k"}),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, 5, "5"),
        ({"type": "object", "properties": {"a": {}}, "additionalProperties": False}, {"a": 1}, {"b": 1}),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 1}, [1], []),
    ],
)
def test_a_slice_checks_what_the_document_means(schema, good, bad):
    assert valid(schema, good)
    assert not valid(schema, bad)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "pattern": "(["}, "x"),
        ({"type": "string", "pattern": "a" * 5000}, "x"),
        ({"type": "file"}, 5),
        ({"type": "String"}, 5),
        ({"type": "string", "minLength": "3"}, "x"),
        ({"type": "object", "required": True}, {}),
        ({"type": "string", "enum": [True, False]}, "yes"),
        ({"type": "string", "format": "date-time"}, "not a date"),
        ({"not": {"$ref": "#/definitions/nowhere"}}, "x"),
        ({"type": "number", "multipleOf": 0.01}, 0.07),
        (
            {"allOf": [{"properties": {"a": {}}, "additionalProperties": False}, {"properties": {"b": {}}}]},
            {"a": 1, "b": 2},
        ),
        ({"allOf": "x", "properties": [], "items": 5, "enum": "a", "required": [3]}, {"a": 1}),
        ({"anyOf": [{"type": "string"}, {"$ref": "#/definitions/nowhere"}]}, 5),
    ],
)
def test_dirt_and_doubt_allow_rather_than_refuse(schema, value):
    assert valid(schema, value)


def test_a_list_written_for_the_answer_does_not_demand_an_id():
    schema = {
        "required": ["id", "name", "created_on"],
        "oneOf": [{"properties": {"id": {}, "name": {}, "created_on": {"readOnly": True}}}],
    }
    assert valid(schema, {"name": "n"})
    assert not valid(schema, {})
    assert not valid(schema, {"name": "n"}, request=False)


def test_read_only_may_be_said_in_a_part_of_a_property():
    """Cloudflare's roles of a member: `permissions: {allOf: [{$ref: …}, {readOnly: true}]}`, and required."""
    schema = {
        "properties": {"kind": {"allOf": [{"$ref": "#/definitions/base"}, {"readOnly": True}]}},
        "required": ["kind"],
    }
    assert valid(schema, {})
    assert not valid(schema, {}, request=False)


def test_a_recursive_type_is_checked_one_round_deep():
    node = {"$ref": "#/definitions/node"}
    assert not valid(node, {"next": 5})
    assert not valid(node, {"size": "x"})
    assert valid(node, {"next": {"next": {"next": {}}}})


def test_alternatives_that_multiply_stay_bounded():
    # Each level asks the next one twelve times: written out, 12^60 nodes.
    levels = {
        f"L{n}": {
            "anyOf": [
                {"properties": {f"p{k}": {}, "x": {"$ref": f"#/definitions/L{n + 1}"}}, "required": [f"q{k}"]}
                for k in range(12)
            ]
        }
        for n in range(60)
    }
    root = {"definitions": levels}
    schema = Schemas(root, "3.0").slice({"$ref": "#/definitions/L0"})
    value: dict = {}
    for _ in range(60):
        value = {"x": value}
    assert not jsonschema_rs.Draft202012Validator(schema).is_valid(value)


def test_a_slice_of_the_largest_document_is_small(shared):
    from keyhole.sources.openapi.source import load

    source = load(shared / "specs" / "msgraph-v1.json")
    sizes = []
    for operation in source.operations()[::97]:
        signature = operation.signature
        if signature.body:
            piece = signature.schemas.slice(signature.body.schema)
            jsonschema_rs.Draft202012Validator(piece)
            sizes.append(len(piece.get("$defs", {})))
    assert sizes
    assert max(sizes) <= 120
