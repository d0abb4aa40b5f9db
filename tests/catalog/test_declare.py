"""`catalog.declare` and `catalog.types`: TypeScript that fits a budget and that no document can break out of."""

from __future__ import annotations

import pytest
import tree_sitter
import tree_sitter_typescript
from inline_snapshot import snapshot
from tests.catalog.documents import ZONES

from keyhole.catalog.catalog import Catalog
from keyhole.catalog.declare import MAX_TOKENS, declaration, usage
from keyhole.catalog.describe import describe, describe_part
from keyhole.catalog.overview import declarations
from keyhole.catalog.schema import Schemas
from keyhole.catalog.types import Cut, Printer
from keyhole.errors import InvalidArguments
from keyhole.sources.openapi.source import load
from keyhole.tokens import estimate

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_typescript.language_typescript()))


def parses(text):
    return not PARSER.parse(text.encode()).root_node.has_error


@pytest.fixture(scope="module")
def zones():
    return Catalog(load(ZONES, name="zones").operations())


def test_a_declaration_says_what_goes_in_and_comes_out(zones):
    assert declaration(zones.lookup("zones_create")) == snapshot("""\
declare namespace zones {
// POST /zones · write · Create a zone
function zones_create(args: { body: { name: string; paused?: boolean; plan?: "free" | "pro" | "business"; parent?: unknown /*Zone*/ } }): Promise<unknown>;
}\
""")
    assert declaration(zones.lookup("zones_list")) == snapshot("""\
declare namespace zones {
// GET /zones · read · List zones
function zones_list(args?: { per_page?: number; order?: "asc" | "desc"; active?: boolean; tags?: string[]; name?: string }): Promise<{ id: string; name: string; paused?: boolean; plan?: "free" | "pro" | "business"; parent?: unknown /*Zone*/ }[]>;
}\
""")
    assert declaration(zones.lookup("files_put")) == snapshot("""\
declare namespace zones {
// PUT /files/{name}.{kind} · write · Write a file
function files_put(args: { name: string; kind: string; body: Uint8Array }): Promise<unknown>;
}\
""")


def test_many_forms_become_one(zones):
    assert usage(zones.lookup("records_create")) == snapshot(
        'zones.records_create({ zone_id: string; body: { type: "A"; content: string; ttl?: number } | { type: "MX"; priority: number; ttl?: number }; dry_run?: boolean })'
    )


def test_describe_adds_what_parameters_mean(zones):
    assert describe(zones.lookup("zones_create")) == snapshot("""\
declare namespace zones {
// POST /zones · write · Create a zone
function zones_create(args: {
  body: {
    name: string; // The domain
    paused?: boolean;
    plan?: "free" | "pro" | "business";
    parent?: unknown /*Zone*/;
  };
}): Promise<unknown>;
}\
""")


def test_the_best_hit_is_the_fullest_and_all_share_one_namespace(zones):
    text = declarations(zones.operations, budget=500)
    assert text.count("declare namespace zones {") == 1
    assert estimate(text) <= 700
    assert parses(text)


HOSTILE = "*/ alert(1) /* \n } `${x}` \u2028 \u2029 \x00 \u202e </script> \\ \" ' " + "A" * 500


def hostile(text=HOSTILE):
    leaf = {
        "type": "string",
        "enum": [text[:50], text[3:40], "*/", "`"],
        "description": text,
        "default": text,
        "format": text,
    }
    shape = {
        "type": "object",
        "description": text,
        "required": [text[:30]],
        "properties": {text[:30]: leaf, "a": {"oneOf": [leaf, {"const": text[:20]}]}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": text, "version": text},
        "paths": {
            "/x*/{id}/\u2028y": {
                "post": {
                    "operationId": text[:60],
                    "summary": text,
                    "description": text,
                    "tags": [text],
                    "parameters": [
                        {"name": text[:40], "in": "query", "required": True, "schema": leaf, "description": text}
                    ],
                    "requestBody": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/*~1 x"}}}
                    },
                    "responses": {"200": {"description": "", "content": {"application/json": {"schema": shape}}}},
                }
            }
        },
        "components": {
            "schemas": {
                "*/ x": {"type": "object", "properties": {"again": {"$ref": "#/components/schemas/*~1 x"}, "b": shape}}
            }
        },
    }


@pytest.mark.parametrize("budget", [20, 60, 200, 400, 1500])
def test_a_hostile_document_cannot_break_out(budget):
    operation = next(iter(load(hostile()).operations()))
    for text in (
        declaration(operation, budget=budget),
        describe(operation, budget=budget),
        declarations([operation] * 3, budget=budget),
    ):
        assert parses(text), text
        # "*/" closes only comments that we opened, and no line is broken by the document's own line ends.
        assert text.count("/*") >= text.replace('"*/"', "").count("*/")
        assert not set(text) & set("\u2028\u2029\x00\u202e\r")


def test_a_pattern_that_ends_in_a_star_closes_no_comment():
    document = {
        "openapi": "3.1.0", "info": {"title": "t"},
        "paths": {"/x": {"get": {"operationId": "x", "parameters": [
            {"name": "If-Match", "in": "header", "schema": {"type": "string", "pattern": "^a$|*"}},
            {"name": "q", "in": "query", "schema": {"type": "string", "default": "*/", "enum": ["*/", "a"]}},
        ]}}},
    }  # fmt: skip
    operation = next(iter(load(document).operations()))
    for text in (declaration(operation), describe(operation)):
        assert parses(text), text
        assert text.replace('"*/"', "").count("*/") == text.count("/*"), text


@pytest.mark.parametrize(
    "document", ["github.json", "cloudflare.json", "kubernetes.json", "stripe.yaml", "discord.json", "slack.json"]
)
def test_real_operations_fit_and_parse(shared, document):
    operations = load(shared / "specs" / document).operations()[::17]
    for operation in operations:
        small, whole = declaration(operation), describe(operation)
        assert estimate(small) <= 500, operation.id
        assert estimate(whole) <= MAX_TOKENS, operation.id
        assert parses(small), small
        assert parses(whole), whole


def test_a_search_answer_keeps_its_budget(shared):
    catalog = Catalog(load(shared / "specs" / "github.json").operations())
    for query in ("create issue", "list pull requests", "repository settings", "webhook deliveries"):
        assert estimate(declarations(catalog.find(query, limit=5), budget=600)) <= 750


def test_the_best_hit_of_every_intent_has_all_its_arguments(shared):
    catalog = Catalog(load(shared / "specs" / "github.json").operations())
    found = catalog.search("create an issue\nadd labels to an issue\nlist workflow runs of a repository", limit=5)
    text = declarations(found.operations, budget=560, best=found.best)
    for place in found.best:
        operation = found.operations[place]
        line = next(line for line in text.splitlines() if line.startswith(f"function {operation.name}("))
        for one in operation.signature.parameters:
            assert f"{one.name}: " in line or f"{one.name}?: " in line
        assert "unknown" not in line.partition("Promise<")[2]
    assert parses(text)


def test_a_type_that_two_answers_share_is_declared_once(zones):
    listed = zones.lookup("zones_list")
    text = declarations([listed, listed], budget=600)
    assert text.count("type Zone = {") == 1
    assert text.count("Promise<Zone[]>") == 2
    assert parses(text)


def test_an_answer_without_content_is_void_and_an_unknown_one_unknown():
    responses = {"gone": {"204": {"description": ""}}, "said": {}}
    paths = {f"/{name}": {"delete": {"operationId": name, "responses": each}} for name, each in responses.items()}
    catalog = Catalog(load({"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "paths": paths}).operations())
    assert "Promise<void>" in declaration(catalog.lookup("gone"))
    assert "Promise<unknown>" in declaration(catalog.lookup("said"))


def test_fields_that_tell_come_before_noise():
    fields = ["node_id", "events_url", "errors", "title", "id", "state"]
    schema = {"required": fields, "properties": {name: {"type": "string"} for name in fields}}
    printer = Printer(Schemas({}), Cut(1, 3, 3), request=False)
    assert printer.type(schema).startswith("{ title: string; id: string; state: string /* ")


def test_values_are_said_once():
    schema = {"anyOf": [{"enum": ["on", "off"]}, {"enum": ["off", "on"]}, {"enum": ["auto"]}]}
    assert Printer(Schemas({}), Cut(1, 9, 9), request=True).type(schema) == '"on" | "off" | "auto"'


def test_one_part_of_an_operation_can_be_described(zones):
    text = describe_part(zones.lookup("zones_list"), "result.parent", depth=1)
    assert "name: string" in text
    assert parses(text)
    with pytest.raises(InvalidArguments, match=r"has no 'nam'\. There is: name"):
        describe_part(zones.lookup("zones_list"), "result.nam")
