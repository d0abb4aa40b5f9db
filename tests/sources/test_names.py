"""What parts of a document call themselves: `$id`, `$anchor`, `$dynamicRef`, `$self`, and references in many files."""

from __future__ import annotations

import json
import random

import yaml
from test_mutations import damaged

from keyhole.catalog.declare import declaration
from keyhole.errors import DocumentError
from keyhole.sources.openapi import load


def described(schemas, *outputs, **more):
    paths = {
        f"/{at}": {"get": {"responses": {"200": {"content": {"application/json": {"schema": output}}}}}}
        for at, output in enumerate(outputs)
    }
    return {"openapi": "3.1.0", "info": {"title": "T"}, "paths": paths, "components": {"schemas": schemas}, **more}


def typed(source, at=0):
    return declaration(source.operations()[at]).partition("Promise<")[2].partition(">;")[0]


def test_an_anchor_is_a_name_within_its_document():
    source = load(described({"A": {"$defs": {"x": {"$anchor": "inner", "type": "integer"}}}}, {"$ref": "#inner"}))
    assert not source.notices
    assert typed(source) == "number"


def test_an_anchor_that_nobody_has_is_named():
    source = load(described({}, {"$ref": "#nobody"}))
    assert "'#nobody' leads nowhere" in source.notices[0].message


def test_a_schema_is_found_by_its_own_address():
    schemas = {
        "Pet": {"$id": "https://example.com/schemas/pet", "type": "object", "properties": {
            "owner": {"$ref": "owner"}, "name": {"$ref": "#/$defs/name"}, "age": {"$ref": "#age"},
            "shop": {"$ref": "#/components/schemas/Shop"},
        }, "$defs": {"name": {"type": "string"}, "age": {"$anchor": "age", "type": "integer"}}},
        "Owner": {"$id": "https://example.com/schemas/owner", "enum": ["me"]},
        "Shop": {"enum": ["here"]},
    }  # fmt: skip
    source = load(
        described(schemas, {"$ref": "https://example.com/schemas/pet"}, {"$ref": "https://example.com/schemas/pet#age"})
    )
    assert not source.notices
    assert typed(source) == '{ owner?: "me"; name?: string; age?: number; shop?: "here" }'
    assert typed(source, 1) == "number"


def test_an_address_is_never_fetched_for_the_sake_of_an_id(server):
    schemas = {"Pet": {"$id": f"{server.url}/pet", "properties": {"a": {"$ref": "other.json"}}}}
    source = load(described(schemas, {"$ref": f"{server.url}/pet"}), allow_private=True)
    assert not server.seen
    assert "left out" in source.notices[0].message


TREE = {
    "tree": {"$id": "https://example.com/tree", "$dynamicAnchor": "node", "type": "object", "properties": {
        "children": {"type": "array", "items": {"$dynamicRef": "#node"}}}},
    "strict": {"$id": "https://example.com/strict", "$dynamicAnchor": "node", "$ref": "tree", "required": ["data"],
               "properties": {"data": {"type": "number"}}},
}  # fmt: skip


def test_a_recursive_schema_that_is_extended():
    source = load(described(TREE, {"$ref": "#/components/schemas/tree"}, {"$ref": "https://example.com/strict"}))
    assert not source.notices
    schemas = source.operations()[0].signature.schemas
    plain, strict = (schemas.properties({"$ref": f"#/components/schemas/{name}"}) for name in ("tree", "strict"))
    assert list(plain) == ["children"]
    assert list(strict) == ["children", "data"]
    extended = schemas.target(source.document["components"]["schemas"]["strict"]["$ref"])
    assert extended["properties"]["children"]["items"]["$ref"] == "#/components/schemas/strict"


GENERIC = """
openapi: 3.1.0
info: {title: Pages}
paths:
  /users: {get: {responses: {200: {content: {application/json: {schema: {$ref: '#/components/schemas/Users'}}}}}}}
  /shops: {get: {responses: {200: {content: {application/json: {schema: {$ref: '#/components/schemas/Shops'}}}}}}}
components:
  schemas:
    Page:
      $id: page
      type: object
      properties:
        next: {type: string}
        items: {$ref: list}
    List:
      $id: list
      type: array
      items: {$dynamicRef: '#item'}
      $defs: {hole: {$dynamicAnchor: item, not: {}}}
    User: {type: object, properties: {email: {type: string}}}
    Users:
      $id: users
      $ref: page
      $defs: {item: {$dynamicAnchor: item, $ref: '#/components/schemas/User'}}
    Shops:
      $id: shops
      $ref: page
      $defs: {item: {$dynamicAnchor: item, type: object, properties: {street: {type: string}}}}
"""


def test_a_template_is_filled_in_by_each_that_uses_it():
    source = load(yaml.safe_load(GENERIC))
    assert not source.notices
    assert typed(source, 0) == "{ next?: string; items?: { email?: string }[] }"
    assert typed(source, 1) == "{ next?: string; items?: { street?: string }[] }"
    assert "$dynamicRef" not in json.dumps(source.document)


def test_a_hole_that_nobody_fills_is_what_it_says_itself():
    source = load(described({"L": {"type": "array", "items": {"$dynamicRef": "#i"}, "$defs": {"i": {"$dynamicAnchor": "i", "type": "integer"}}}}, {"$ref": "#/components/schemas/L"}, {"$dynamicRef": "#gone"}))  # fmt: skip
    assert typed(source) == "number[]"
    assert typed(source, 1) == "unknown"


def test_the_recursive_reference_of_the_older_draft():
    """OpenAI's own document writes its filters so."""
    either = {"oneOf": [{"const": "leaf"}, {"$recursiveRef": "#"}]}
    schemas = {"Filter": {"$recursiveAnchor": True, "type": "object", "properties": {"filters": {"type": "array", "items": either}}}}  # fmt: skip
    source = load(described(schemas, {"$ref": "#/components/schemas/Filter"}, {"$recursiveRef": "#"}))
    assert not source.notices
    assert source.document["components"]["schemas"]["Filter"]["properties"]["filters"]["items"]["oneOf"][1] == {
        "$ref": "#/components/schemas/Filter"
    }
    assert typed(source) == '{ filters?: ("leaf" | unknown /*Filter*/)[] }'
    assert typed(source, 1) == "unknown"


def test_templates_without_end_are_bounded():
    count = 310
    schemas = {f"T{at}": {"$id": f"t{at}", "$dynamicAnchor": "n", "properties": {
        "a": {"$dynamicRef": "#n"}, **{f"p{to}": {"$ref": f"t{to}"} for to in range(10)}}} for at in range(count)}  # fmt: skip
    source = load(described(schemas, {"$ref": "#/components/schemas/T1"}))
    assert len(source.document["x-keyhole-bound"]) == 300


def test_self_is_the_document_wherever_it_is(tmp_path):
    document = described({"A": {"type": "integer"}}, {"$ref": "https://example.com/v1/api.json#/components/schemas/A"})
    document |= {"openapi": "3.2.0", "$self": "https://example.com/v1/api.json"}
    document["paths"]["/0"]["get"]["parameters"] = [{"$ref": "parts.json#/limit"}]
    (tmp_path / "api.json").write_text(json.dumps(document))
    (tmp_path / "parts.json").write_text(
        '{"$self": "https://example.com/p", "limit": {"name": "limit", "in": "query", "schema": {"$ref": "api.json#/components/schemas/A"}}}'
    )
    source = load(tmp_path / "api.json")
    assert not source.notices
    assert typed(source) == "number"
    assert "limit?: number" in declaration(source.operations()[0])


def test_pointers_with_every_kind_of_escape(tmp_path):
    names = ["a/b", "c~d", "e f", "g%h", "i^j", "k|l", 'm"n', "ö", "~1", "%2F", ""]
    schemas = {name: {"const": at} for at, name in enumerate(names)}

    def pointer(name):
        return "#/components/schemas/" + name.replace("~", "~0").replace("/", "~1").replace("%", "%25").replace(
            " ", "%20"
        ).replace('"', "%22").replace("ö", "%C3%B6")

    here = described(schemas, *[{"$ref": pointer(name)} for name in names])
    (tmp_path / "odd %ä.json").write_text(json.dumps(here))
    there = described({}, *[{"$ref": f"odd%20%25%C3%A4.json{pointer(name)}"} for name in names])
    (tmp_path / "api.json").write_text(json.dumps(there))
    for source in (load(here), load(tmp_path / "odd %ä.json"), load(tmp_path / "api.json")):
        assert not source.notices
        assert [typed(source, at) for at in range(len(names))] == [str(at) for at in range(len(names))]


def test_examples_hold_data_and_not_references(tmp_path):
    document = described({"A": {"type": "object", "properties": {"example": {"$ref": "part.json"}, "$ref": {"type": "string"}}}}, {"$ref": "#/components/schemas/A"})  # fmt: skip
    media = document["paths"]["/0"]["get"]["responses"]["200"]["content"]["application/json"]
    media["example"] = {"$ref": "gone1.json"}
    media["examples"] = {"a": {"value": {"$ref": "gone2.json"}}, "b": {"$ref": "gone3.json"}}
    document["components"]["schemas"]["A"]["examples"] = [{"$ref": "gone4.json"}]
    document["paths"]["/0"]["get"]["x-ms-examples"] = {"c": {"$ref": "gone5.json"}}
    (tmp_path / "part.json").write_text('{"type": "integer"}')
    (tmp_path / "api.json").write_text(json.dumps(document))
    source = load(tmp_path / "api.json")
    assert [notice.message.split("'")[1] for notice in source.notices] == ["gone3.json"]
    assert typed(source) == "{ example?: number; $ref?: string }"


def test_files_that_refer_to_each_other_in_a_circle(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "api.yaml").write_text(
        "openapi: 3.0.0\ninfo: {title: T}\npaths: {/a: {$ref: 'sub/paths.yaml#/~1a'}}\n"
        "components: {schemas: {Node: {$ref: sub/node.yaml}}}\n"
    )
    (tmp_path / "sub" / "paths.yaml").write_text(
        "/a: {get: {responses: {200: {content: {application/json: {schema: {$ref: '../api.yaml#/components/schemas/Node'}}}}}}}\n"
    )
    (tmp_path / "sub" / "node.yaml").write_text(
        "type: object\nproperties: {next: {$ref: node.yaml}, up: {$ref: '../api.yaml#/components/schemas/Node'}, me: {$ref: '#/properties/name'}, name: {type: string}}\n"
    )
    source = load(tmp_path / "api.yaml")
    assert not source.notices
    assert typed(source).startswith("{ name?: string; next?: unknown /* ") or "me?: string" in typed(source)


def test_the_mapping_of_a_discriminator_may_name_files(tmp_path):
    document = described({"Pet": {"oneOf": [{"$ref": "cat.json"}], "discriminator": {"propertyName": "kind", "mapping": {"cat": "cat.json", "dog": "Dog"}}}}, {"$ref": "#/components/schemas/Pet"})  # fmt: skip
    (tmp_path / "cat.json").write_text('{"properties": {"kind": {"type": "string"}}}')
    (tmp_path / "api.json").write_text(json.dumps(document))
    mapping = load(tmp_path / "api.json").document["components"]["schemas"]["Pet"]["discriminator"]["mapping"]
    assert mapping == {"cat": "#/x-keyhole-files/cat.json", "dog": "Dog"}


def test_random_damage():
    chance = random.Random(7)
    whole = [
        yaml.safe_load(GENERIC),
        described(TREE, {"$ref": "https://example.com/strict"}, {"$ref": "#/components/schemas/tree"}),
    ]
    loaded = 0
    for at in range(300):
        document = {**damaged(whole[at % 2], chance), "x-keyhole-bound": chance.choice([[], "x", {"a": 1}])}
        try:
            source = load(document)
        except DocumentError:
            continue
        loaded += 1
        assert [declaration(one) for one in source.operations()]
    assert loaded > 100
