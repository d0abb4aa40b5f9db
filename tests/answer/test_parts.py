"""`describe` of a part of a document: what it is decides what is told, and nothing is told as `unknown`."""

from __future__ import annotations

import pytest

import keyhole
from keyhole.config import Config, SandboxSettings

LABEL = {"type": "object", "properties": {"color": {"type": "string"}}}
ISSUE = {
    "type": "object",
    "properties": {"id": {"type": "integer", "readOnly": True}, "labels": {"type": "array", "items": {"$ref": "#/components/schemas/Label"}}},
}  # fmt: skip
ISSUE_REF = {"$ref": "#/components/schemas/Issue"}
OK = {"description": "ok", "content": {"application/json": {"schema": ISSUE_REF}}}
Q = {"name": "q", "in": "query", "schema": {"type": "string", "enum": ["a", "b"]}}
DOCUMENT = {
    "openapi": "3.0.3", "info": {"title": "T", "version": "1", "description": "Things"},
    "servers": [{"url": "http://127.0.0.1:9"}],
    "paths": {
        "/issues": {
            "get": {"operationId": "list", "summary": "List issues", "parameters": [Q], "responses": {"200": OK}},
            "post": {"summary": "Make one", "requestBody": {"required": True, "content": {"application/json": {"schema": ISSUE_REF}}}, "responses": {"201": OK, "404": {"$ref": "#/components/responses/Gone"}}},
        },
        "/shared": {"$ref": "#/components/pathItems/Shared"},
    },
    "components": {
        "schemas": {"Issue": ISSUE, "Label": LABEL, "Typed": {"type": "object", "properties": {"type": {"type": "string"}}}},
        "responses": {"Gone": {"description": "gone", "content": {"application/json": {"schema": LABEL}, "text/plain": {"schema": {"type": "string"}}}}},
        "pathItems": {"Shared": {"get": {"operationId": "shared", "summary": "Shared", "responses": {"200": OK}}}},
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X"}},
    },
}  # fmt: skip
ITEM = "spec.paths['/issues']"
TYPE = "type Issue = { id?: number; labels?: { color?: string }[] };"


@pytest.fixture
async def told(cache):
    config = Config(cache_dir=cache, sandbox=SandboxSettings(in_process=True))
    async with keyhole.CodeMode([keyhole.OpenAPI(DOCUMENT, name="api")], config=config) as code_mode:

        async def ask(arguments):
            return (await code_mode.execute(f"return await describe({arguments})")).text()

        yield ask


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (f"{ITEM}.get.responses['200']", TYPE),
        (f"{ITEM}.get.responses['200'].content", TYPE),
        (f"{ITEM}.get.responses['200'].content['application/json']", TYPE),
        (f"{ITEM}.get.parameters[0]", 'type Part = "a" | "b";'),
        ("spec.components.schemas.Issue, { path: 'labels' }", "type Part = { color?: string }[];"),
        ("'Issue', { path: 'labels.color' }", "type Part = string;"),
        (f"{ITEM}.get.responses['200'], {{ path: 'labels' }}", "color?: string"),
        (f"{ITEM}.post.responses['404']", "// text/plain\ntype Part = string;"),
    ],
)
async def test_what_has_a_schema_is_told_as_it(told, arguments, text):
    assert text in await told(arguments)


async def test_a_body_is_told_as_what_is_sent(told):
    text = await told(f"{ITEM}.post.requestBody")
    assert "IssueInput = {" in text
    assert "id?" not in text


async def test_a_path_item_names_its_operations(told):
    text = await told(ITEM)
    assert text.splitlines()[0].startswith('describe("api.list"); // GET /issues')
    assert "Make one" in text.splitlines()[1]
    assert 'describe("api.shared"); // GET /shared' in await told("spec.paths['/shared']")
    refused = await told(f"{ITEM}, {{ path: 'body' }}")
    assert "in a path item" in refused
    assert 'describe("api.list")' in refused


async def test_an_operation_is_told_with_or_without_an_operation_id(told):
    assert "function list(" in await told(f"{ITEM}.get")
    assert "// POST /issues" in await told(f"{ITEM}.post")
    assert "color" in await told(f"{ITEM}.post, {{ path: 'body.labels' }}")


@pytest.mark.parametrize(
    ("part", "fields"),
    [
        ("spec.components", "it has schemas, responses, pathItems"),
        ("spec.components.schemas", "it has Issue, Label, Typed"),
        ("spec.components.schemas.Typed.properties", "it has type"),
        ("spec.components.securitySchemes.key", "it has type, in, name"),
        ("spec.info", "it has title, version, description"),
        ("spec", "it has openapi"),
    ],
)
async def test_what_is_no_type_is_refused_with_what_there_is(told, part, fields):
    text = await told(part)
    assert fields in text
    assert "return spec" in text


async def test_a_step_that_leads_nowhere_is_told_with_the_nearest(told):
    text = await told("spec.components.schemas.Issue, { path: 'label' }")
    assert "the type has no 'label'. There is: labels" in text
    assert "labels of the type has no 'x'" in await told("'Issue', { path: 'labels.x' }")


@pytest.mark.parametrize(("depth", "nearest"), [("-1", 1), ("0", 1), ("9", 8), ("99", 8)])
async def test_depth_is_taken_for_the_nearest_that_there_is(told, depth, nearest):
    assert await told(f"'list', {{ depth: {depth} }}") == await told(f"'list', {{ depth: {nearest} }}")


@pytest.mark.parametrize("depth", ["1.5", "true", "'3'"])
async def test_depth_is_a_whole_number(told, depth):
    assert "a whole number from 1 to 8" in await told(f"'list', {{ depth: {depth} }}")
