"""`catalog.describe`: one operation in full, deeper where it is asked for, and a way to every part of it."""

from __future__ import annotations

import pytest
from tests.catalog.documents import ZONES

from keyhole.catalog.catalog import Catalog
from keyhole.catalog.describe import describe, describe_part, describe_schema
from keyhole.errors import InvalidArguments
from keyhole.sources.openapi.source import load
from keyhole.tokens import estimate

STRING = {"type": "string"}


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def thing(required=(), **properties):
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def posted(schema, schemas=None, version="3.1.0", **more):
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    post = {"operationId": "f", "requestBody": body, "responses": {"200": {"description": ""}}, **more}
    schemes = {name: {"type": "http", "scheme": "bearer"} for name in ("a", "b", "c")}
    document = {
        "openapi": version, "info": {"title": "T"}, "paths": {"/a": {"post": post}},
        "components": {"schemas": schemas or {}, "securitySchemes": schemes},
    }  # fmt: skip
    return load(document).operations()[0]


def nested(levels):
    return thing(**{f"level{levels}": nested(levels - 1), "text": STRING}) if levels else STRING


def test_a_greater_depth_says_more():
    found = posted(nested(7))
    assert "level5?: { /* level4, text */ };" in describe(found)
    assert "level1?: string" in describe(found, depth=8)
    assert "level7?: { /* level6, text */ };" in describe(found, depth=1)


def test_depth_goes_before_the_length_of_texts(shared):
    operation = Catalog(load(shared / "specs" / "github.json").operations()).lookup("issues/create")
    assert "field_id: number; // The ID of the issue field to set" in describe(operation)
    assert "field_id, value" in describe(operation, depth=1)


@pytest.mark.parametrize("depth", [1, 3, 8])
def test_every_name_is_reached_by_a_path(shared, depth):
    operation = Catalog(load(shared / "specs" / "msgraph-v1.json").operations()).lookup("me.sendMail")
    whole = describe(operation, depth=depth)
    assert estimate(whole) <= 1500
    message = describe_part(operation, "body.Message", depth=depth)
    for name in operation.signature.schemas.fields(
        operation.signature.schemas.fields(operation.signature.body.schema)["Message"]
    ):
        assert name in message


def test_what_a_value_must_look_like_is_said_where_it_is_sent():
    schema = thing(
        ["code"], code={**STRING, "pattern": "^[A-Z]{3}$", "minLength": 3}, at={**STRING, "format": "date-time"}, n={"type": "integer", "minimum": 1, "exclusiveMaximum": 9, "multipleOf": 2, "default": 4},
        list={"type": "array", "items": STRING, "minItems": 1, "maxItems": 5}, long={**STRING, "maxLength": 5000}, none={**STRING, "minLength": 0}, set={"enum": ["a"], "pattern": "a"},
    )  # fmt: skip
    lines = dict(line.strip().split(": ", 1) for line in describe(posted(schema)).splitlines() if ": " in line)
    assert lines["code"] == "string; // ≥ 3 chars; /^[A-Z]{3}$/"
    assert lines["at?"] == "string; // date-time"
    assert lines["n?"] == "number; // default 4; ≥ 1; < 9; steps of 2"
    assert lines["list?"] == "string[]; // ≥ 1 items; ≤ 5 items"
    assert (lines["long?"], lines["none?"], lines["set?"]) == ("string;", "string;", '"a";')


def test_credentials_are_told():
    def need(*security):
        found = [line for line in describe(posted(STRING, security=list(security))).splitlines() if "auth" in line]
        return found[0] if found else ""

    assert need({"a": []}) == "// auth: a"
    assert need({"a": [], "b": []}, {"c": []}) == "// auth: a + b or c"
    assert need({}, {"c": []}) == "// auth: none or c"
    assert need() == ""


def test_a_description_that_begins_with_the_summary_is_told_once():
    found = posted(
        STRING, description="Make a thing. It stays for ever, and more is said about it here.", summary="Make a thing."
    )
    assert describe(found).count("Make a thing") == 1


HEIRS = {
    "Pet": {**thing(["kind"], kind=STRING, name=STRING), "discriminator": {"propertyName": "kind"}},
    "Cat": {"allOf": [ref("Pet"), thing(whiskers=thing(length={"type": "integer"}))]},
    "Dog": {"allOf": [ref("Cat"), thing(bark=thing(volume={"type": "integer"}))]},
}


def test_a_path_leads_into_what_only_heirs_have():
    found = posted(thing(pets={"type": "array", "items": ref("Pet")}), HEIRS)
    assert "length?: number" in describe_part(found, "body.pets.whiskers")
    assert "volume?: number" in describe_part(found, "body.pets[].bark")
    with pytest.raises(InvalidArguments, match=r"There is: .*whiskers"):
        describe_part(found, "body.pets.nothing")


def test_a_schema_for_what_no_value_means():
    pets = {"Cat": thing(["kind"], kind=STRING, meow=STRING), "Other": thing(kind=STRING, note=STRING)}
    mapping = {"propertyName": "kind", "mapping": {"cat": "Cat"}, "defaultMapping": "Other"}
    one_of = posted({"oneOf": [ref("Cat"), ref("Other")], "discriminator": mapping}, pets, "3.2.0")
    assert '{ kind: "cat"; meow?: string } | { kind?: string; note?: string }' in " ".join(
        describe(one_of).split()
    ).replace(";;", ";").replace("; }", " }")
    family = {**HEIRS, "Pet": {**HEIRS["Pet"], "discriminator": {"propertyName": "kind", "defaultMapping": "Dog"}}}
    text = " ".join(describe(posted(ref("Pet"), family, "3.2.0")).split())
    assert '{ kind: "Cat"; whiskers' in text
    assert '"Dog"' not in text


def test_a_part_of_a_document_is_described():
    schemas = load(ZONES).operations()[0].signature.schemas
    assert describe_schema({"$ref": "#/components/schemas/Zone"}, [schemas], depth=1).startswith(
        "type Zone = {\n  id: string;\n"
    )
    assert describe_schema({"type": "array", "items": STRING}, [schemas]) == "type Part = string[];"
    with pytest.raises(InvalidArguments, match="which is in no API"):
        describe_schema({"items": {"$ref": "#/components/schemas/Nothing"}}, [schemas])
    other = (
        load({**ZONES, "components": {"schemas": {**ZONES["components"]["schemas"], "Zone": STRING}}})
        .operations()[0]
        .signature.schemas
    )
    with pytest.raises(InvalidArguments, match="which is in several APIs"):
        describe_schema({"$ref": "#/components/schemas/Zone"}, [schemas, other])
    assert describe_schema({"$ref": "#/components/schemas/Record"}, [schemas, other])


def test_a_part_named_as_a_field_of_it_is_declared_once():
    shape = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("a_long_name", "another_long_name", "third")},
    }
    body = {
        "type": "object",
        "properties": {"pBody": shape, "other": {"type": "object", "properties": {"pBody": shape}}},
    }
    said = {"requestBody": {"content": {"application/json": {"schema": body}}}, "responses": {}}
    document = {"openapi": "3.1.0", "info": {"title": "T"}, "paths": {"/x": {"post": {"operationId": "x", **said}}}}
    text = describe_part(load(document).operations()[0], "body")
    assert text.count("type PBody =") == 1
