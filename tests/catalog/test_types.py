"""`catalog.types` and `catalog.discriminator`: what a model is told of schemas that are put together from others."""

from __future__ import annotations

import json

import pytest

from keyhole.catalog.declare import declaration
from keyhole.catalog.describe import describe, describe_part
from keyhole.catalog.schema import Schemas
from keyhole.catalog.types import Cut, Printer
from keyhole.sources.openapi import load

STRING = {"type": "string"}
NUMBER = {"type": "integer"}


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def thing(required=(), **properties):
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def operation(schema, schemas=None, version="3.1.0", parameters=()):
    content = {"application/json": {"schema": schema}}
    post = {
        "operationId": "f", "parameters": list(parameters), "requestBody": {"content": content, "required": True},
        "responses": {"200": {"content": content}},
    }  # fmt: skip
    document = {"openapi": version, "info": {"title": "T"}, "paths": {"/a": {"post": post}}, "components": {"schemas": schemas or {}}}  # fmt: skip
    return load(document).operations()[0]


def both(schema, schemas=None, version="3.1.0"):
    """Give how a schema is told as what is sent, and as what comes back."""
    text = declaration(operation(schema, schemas, version))
    sent, _, answered = text.partition("body: ")[2].partition(" }): Promise<")
    return sent, answered.rpartition(">;")[0]


def same(schema, schemas=None, version="3.1.0"):
    sent, answered = both(schema, schemas, version)
    assert sent == answered
    return sent


CAT = thing(["kind"], kind=STRING, meow=STRING)
DOG = thing(kind=STRING, bark=NUMBER)
MAPPING = {"cat": "#/components/schemas/Cat", "dog": "Dog", "hound": "#/components/schemas/Dog"}


def test_alternatives_say_the_value_that_means_them():
    schemas = {"Cat": CAT, "Dog": DOG}
    of = {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": {"propertyName": "kind", "mapping": MAPPING}}
    assert same(of, schemas) == '{ kind: "cat"; meow?: string } | { kind: "dog" | "hound"; bark?: number }'
    implicit = {"anyOf": [ref("Cat"), ref("Dog")], "discriminator": {"propertyName": "kind"}}
    assert same(implicit, schemas) == '{ kind: "Cat"; meow?: string } | { kind: "Dog"; bark?: number }'


def test_alternatives_that_say_it_themselves_are_believed():
    schemas = {"A": thing(kind={"const": "a"}), "B": thing(kind={"enum": ["b"]}), "C": thing(kind={"enum": ["x", "y"]})}
    of = {"oneOf": [ref("A"), ref("B"), ref("C")], "discriminator": {"propertyName": "kind"}}
    assert same(of, schemas) == '{ kind?: "a" } | { kind?: "b" } | { kind?: "x" | "y" }'


PET = {**thing(["kind", "name"], kind=STRING, name=STRING), "discriminator": {"propertyName": "kind"}}
HEIRS = {
    "Pet": PET,
    "Cat": {"allOf": [ref("Pet"), thing(["meow"], meow=STRING)]},
    "Dog": {"allOf": [ref("Pet"), thing(bark=NUMBER)]},
    "Puppy": {"allOf": [ref("Dog"), thing(age=NUMBER)]},
}


def test_a_schema_that_others_are_made_from_is_any_of_them():
    assert same(ref("Pet"), HEIRS) == (
        '{ name: string } & ({ kind: "Cat"; meow: string } | { kind: "Dog"; bark?: number } | { kind: "Puppy"; bark?: number; age?: number })'
    )
    assert same({"type": "array", "items": ref("Pet")}, HEIRS).endswith("[]")


def test_a_schema_made_from_another_knows_its_own_value():
    assert same(ref("Cat"), HEIRS) == '{ kind: "Cat"; name: string; meow: string }'


def test_swagger_2_has_discriminators_too():
    document = {
        "swagger": "2.0", "info": {"title": "T"}, "host": "a.test",
        "paths": {"/a": {"post": {"parameters": [{"name": "b", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Base"}}]}}},
        "definitions": {
            "Base": {**thing(["type"], type=STRING), "discriminator": "type"},
            "A": {"x-ms-discriminator-value": "#A", "allOf": [{"$ref": "#/definitions/Base"}, thing(a=STRING)]},
            "B": {"allOf": [{"$ref": "#/definitions/Base"}, thing(b=STRING)]},
        },
    }  # fmt: skip
    text = declaration(load(document).operations()[0])
    assert '{ type: "#A"; a?: string } | { type: "B"; b?: string }' in text


@pytest.mark.parametrize(
    "discriminator", ["", 7, [], {}, {"propertyName": 3}, {"propertyName": ""}, {"propertyName": "gone"}, {"propertyName": "kind", "mapping": [1]},
                      {"propertyName": "kind", "mapping": {"x": 3, "y": "#/nowhere"}}],
)  # fmt: skip
def test_a_discriminator_that_is_none_changes_nothing_that_is_known(discriminator):
    schemas = {"Pet": {**PET, "discriminator": discriminator}, "Lone": {**PET, "discriminator": discriminator}}
    assert "name: string" in same(ref("Lone"), schemas)
    json.dumps(same({"oneOf": [ref("Pet"), STRING], "discriminator": discriminator}, schemas))


def test_a_family_without_end_is_bounded():
    schemas = {"Pet": PET} | {f"P{at}": {"allOf": [ref("Pet"), ref(f"P{at - 1}" if at else "P900"), thing(**{f"f{at}": ref("Pet")})]} for at in range(900)}  # fmt: skip
    assert len(declaration(operation(ref("Pet"), schemas))) < 4000


def test_all_of_is_one_type_and_alternatives_inside_of_it_count():
    schemas = {"A": thing(["id"], id=STRING), "Cat": CAT, "Dog": DOG, "E": {"enum": ["a", "b"]}}
    assert same({"allOf": [ref("A"), thing(["n"], n=NUMBER)]}, schemas) == "{ id: string; n: number }"
    assert same({"allOf": [ref("A"), {"oneOf": [thing(x=STRING), thing(y=STRING)]}]}, schemas) == "{ id: string } & ({ x?: string } | { y?: string })"  # fmt: skip
    assert same({"allOf": [ref("A"), {"properties": {"id": {"const": "me"}}}]}, schemas) == '{ id: "me" }'
    assert same({"allOf": [ref("A"), {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}]}, schemas) == "{ id: string }"  # fmt: skip
    assert same(thing(e={"allOf": [ref("E")], "description": "x"}), schemas) == '{ e?: "a" | "b" }'


def test_what_is_beside_a_reference_adds_to_it_in_3_1_and_is_nothing_in_3_0():
    schemas = {"A": {**thing(["id"], id=STRING), "description": "an A"}}
    schema = {**ref("A"), **thing(["n"], n=NUMBER), "description": "mine"}
    assert same(schema, schemas) == "{ id: string; n: number }"
    assert same(schema, schemas, "3.0.3") == "{ id: string }"


def test_null_however_it_is_written():
    old = thing(a={**STRING, "nullable": True}, b={"allOf": [ref("X")], "nullable": True}, c={"enum": ["x"], "nullable": True}, d=ref("N"))  # fmt: skip
    schemas = {"X": thing(n=STRING), "N": {**thing(n=STRING), "nullable": True}}
    assert same(old, schemas, "3.0.3") == '{ a?: string | null; b?: { n?: string } | null; c?: "x" | null; d?: { n?: string } | null }'  # fmt: skip
    new = thing(a={"type": ["string", "null"]}, b={"anyOf": [ref("X"), {"type": "null"}]}, c={"enum": ["x", None]}, d={"type": ["array", "null"], "items": STRING}, e={"const": None})  # fmt: skip
    assert same(new, schemas) == '{ a?: string | null; b?: { n?: string } | null; c?: "x" | null; d?: string[] | null; e?: null }'  # fmt: skip


def test_what_only_comes_back_is_not_sent_and_the_other_way_around():
    schemas = {"M": {**thing(x=STRING), "readOnly": True}}
    schema = thing(["id", "pw"], id={**STRING, "readOnly": True}, pw={**STRING, "writeOnly": True}, m=ref("M"), w={"allOf": [ref("M")], "readOnly": True}, l={"type": "array", "items": thing(["r"], r={**STRING, "readOnly": True}, v=STRING)})  # fmt: skip
    sent, answered = both(schema, schemas)
    assert sent == "{ pw: string; l?: { v?: string }[] }"
    assert answered == "{ id?: string; m?: { x?: string }; w?: { x?: string }; l?: { r: string; v?: string }[] }"


def test_tuples_maps_and_names_of_ones_own():
    pair = [STRING, NUMBER]
    schema = thing(
        a={"type": "array", "prefixItems": pair, "items": False}, b={"type": "array", "items": pair}, c={"prefixItems": pair, "items": STRING},
        d={"type": "object", "additionalProperties": NUMBER}, e={"type": "object", "patternProperties": {"^x-": NUMBER}},
    )  # fmt: skip
    assert same(schema) == "{ a?: [string, number]; b?: [string, number]; c?: [string, number, ...string[]]; d?: Record<string, number>; e?: Record<string, number> }"  # fmt: skip
    more = {**thing(a=STRING), "additionalProperties": NUMBER}
    assert both(more) == ("{ a?: string; [name: string]: unknown }", "{ a?: string }")
    assert same({**thing(a=STRING), "additionalProperties": {}}) == "{ a?: string }"


def test_what_is_deprecated_comes_last_and_says_so_where_one_might_send_it():
    old = {**STRING, "deprecated": True}
    sent, answered = both(thing(a=old, b=STRING))
    assert sent == "{ b?: string; a?: string /*deprecated*/ }"
    assert answered == "{ a?: string; b?: string }"
    parameters = [{"name": "was", "in": "query", "deprecated": True, "schema": ref("S")}, {"name": "q", "in": "query", "schema": {**NUMBER, "default": 5}}]  # fmt: skip
    found = operation(STRING, {"S": STRING}, "3.0.3", parameters)
    assert "{ body: string; q?: number; was?: string /*deprecated*/ }" in declaration(found)
    described = describe(found)
    assert "was?: string; // deprecated" in described
    assert "q?: number; // default 5" in described


def test_real_discriminators(shared):
    source = load(shared / "openapi-corpus" / "azure.com__servicefabric-application__2019-03-01__swagger.yaml")
    found = next(one for one in source.operations() if one.id == "Services_CreateOrUpdate")
    text = describe_part(found, "body.properties", depth=2, budget=1000)
    assert 'serviceKind: "Stateless"' in text
    assert 'serviceKind: "Stateful"' in text
    assert '"Invalid" | "Stateless"' not in text
    schemes = describe_part(found, "body.properties.partitionDescription")
    for value, field in (("Named", "Names: string[]"), ("UniformInt64Range", "LowKey: string"), ("Singleton", "}")):
        assert field in schemes.partition(f'partitionScheme: "{value}"')[2]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ([{"type": "object"}, {}, {"type": "null"}], "unknown /* or: Record<string, unknown> | null */"),
        ([{"type": "string"}, {"title": "Anything"}], "unknown /* or: string */"),
        ([{"type": "string"}, {"required": ["a"]}, {"not": {"required": ["b"]}}], "string"),
    ],
)
def test_an_alternative_that_says_nothing_is_anything(options, text):
    printer = Printer(Schemas({}), Cut(2, 10, 10), request=False)
    assert printer.type({"anyOf": options}) == text
