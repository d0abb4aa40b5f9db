"""`answer.prune`: a part of a document is cut by what it is, and never in the middle."""

from __future__ import annotations

import json

import pytest

import keyhole
from keyhole.answer.prune import prune
from keyhole.answer.shorten import fits
from keyhole.catalog.schema import Schemas

STRING = {"type": "string"}


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def document(**schemas):
    return Schemas({"components": {"schemas": schemas}})


def shown(value, *documents, budget=1500):
    """Give what is shown, read again, and the line about what is missing."""
    text, _, note = prune(value, documents, budget).partition("\n(")
    assert fits(text, budget)
    return json.loads(text), note


def test_references_are_written_out():
    known = document(
        A={"type": "object", "properties": {"b": ref("B")}}, B={"type": "object", "properties": {"x": STRING}}
    )
    assert shown({"schema": ref("A")}, known) == (
        {"schema": {"type": "object", "properties": {"b": {"type": "object", "properties": {"x": STRING}}}}}, "",
    )  # fmt: skip


def test_a_circle_ends_where_it_closes():
    known = document(A={"type": "object", "properties": {"a": ref("A"), "b": ref("B")}}, B={"items": ref("A")})
    value, note = shown(ref("A"), known)
    assert value == {"type": "object", "properties": {"a": ref("A"), "b": {"items": ref("A")}}}
    assert not note


def test_as_deep_as_fits():
    known = document(
        **{
            f"S{at}": {"type": "object", "properties": {f"field{at}_{one}": ref(f"S{at + 1}") for one in range(6)}}
            for at in range(20)
        }
    )
    value, note = shown(ref("S0"), known, budget=1000)
    assert value["properties"]["field0_0"]["properties"]["field1_0"] == ref("S2")
    assert "references written out 2 deep" in note


def test_parameters_are_always_written_out():
    known = Schemas(
        {"components": {"parameters": {"id": {"name": "id", "in": "path"}}, "schemas": {"A": {"type": "x" * 900}}}}
    )
    value, _ = shown({"parameters": [{"$ref": "#/components/parameters/id"}], "content": ref("A")}, known, budget=100)
    assert value == {"parameters": [{"name": "id", "in": "path"}], "content": ref("A")}


def test_examples_go_before_texts_and_texts_before_fields():
    fields = {
        f"field{at}": {"type": "string", "description": "words " * 40, "example": "x" * 50, "x-more": [1] * 20}
        for at in range(20)
    }
    value, note = shown({"type": "object", "properties": fields}, budget=900)
    assert list(value["properties"]) == list(fields)
    assert set(value["properties"]["field0"]) == {"type", "description"}
    assert value["properties"]["field0"]["description"].startswith("words words")
    assert "examples, extensions and errors left out; texts cut" in note


def test_a_property_may_be_called_as_a_keyword_is():
    fields = {
        "example": STRING,
        "x-id": STRING,
        "description": {"type": "string", "description": "d" * 9000},
        "$ref": ref("No"),
    }
    value, _ = shown({"type": "object", "properties": fields}, budget=300)
    assert set(value["properties"]) == set(fields)


def test_answers_to_errors_go_and_fields_called_by_a_number_stay():
    responses = {"200": {"description": "ok"}, "404": {"description": "d" * 9000}, "5XX": {"description": "bad"}}
    assert set(shown({"responses": responses}, budget=300)[0]["responses"]) == {"200"}


def test_what_is_of_no_document_is_not_touched():
    assert prune([{"name": "a", "description": "b" * 99}], [], 10) is None
    assert prune("text", [], 10) is None
    assert prune(None, [], 10) is None


def test_a_text_that_is_json_counts_as_what_it_says_where_it_is_too_long():
    long = {
        "type": "object",
        "properties": {f"f{at}": {"type": "string", "description": "d" * 500} for at in range(30)},
    }
    assert set(shown(json.dumps(long, indent=1), budget=900)[0]["properties"]) == set(long["properties"])
    assert prune(json.dumps({"type": "string"}), [], 500) is None
    assert prune("{" * 9000, [], 50) is None


def test_what_two_documents_have_under_one_name_stays_a_name():
    one, other = document(A=STRING), document(A={"type": "integer"})
    assert shown({"schema": ref("A")}, one, other)[0] == {"schema": ref("A")}
    assert shown({"schema": ref("A")}, one, document(B=STRING))[0] == {"schema": STRING}


@pytest.mark.parametrize("budget", [50, 200, 1500])
def test_hostile_parts_end_in_time_and_fit(budget):
    wide = document(**{f"S{at}": {"allOf": [ref(f"S{(at * 7 + one) % 90}") for one in range(40)]} for at in range(90)})
    deep = STRING
    for _ in range(400):
        deep = {"items": deep}
    for value in (ref("S0"), {"type": "object", "properties": deep}, [ref("S1")] * 5000, {"type": "x" * 100_000}):
        text = prune(value, [wide], budget)
        assert fits(text, budget + 70)
        json.loads(text.partition("\n(")[0])


@pytest.fixture(scope="module")
async def served(shared, cache):
    specs = shared / "specs"
    apis = [
        keyhole.OpenAPI(specs / "stripe.yaml", name="stripe"),
        keyhole.OpenAPI(specs / "github.json", name="github"),
    ]
    async with keyhole.CodeMode(apis, config=keyhole.Config(cache_dir=cache)) as code_mode:
        yield code_mode


async def told(served, code):
    run = await served.search(code=code)
    assert run.outcome == "finished", run.error
    text = run.text(1500)
    assert fits(text, 1500)
    return text


async def test_a_path_item_keeps_all_its_operations(served):
    path = "/repos/{owner}/{repo}/issues"
    for code in (f"return spec.github.paths['{path}']", f"return JSON.stringify(spec.github.paths['{path}'], null, 2)"):
        item = json.loads((await told(served, code)).partition("\n(")[0])
        assert set(item) == {"get", "post"}
        assert set(item["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]) > {
            "title",
            "body",
        }


async def test_circles_of_a_real_document_end(served):
    """Stripe's schemas are one circle of 71."""
    text = await told(served, "return spec.stripe.components.schemas.customer")
    assert json.loads(text.partition("\n(")[0])["properties"]["subscriptions"]
    assert (
        await told(served, "return JSON.stringify(spec.stripe.components.schemas.customer).length < 20000")
    ) == "true"


async def test_a_whole_document_is_an_outline_to_us_and_whole_to_the_program(served):
    spec = json.loads((await told(served, "return spec.github")).partition("\n(")[0])
    assert spec["paths"].endswith("of them: see ops, or find(query)")
    assert '"/":"get"' in await told(served, "return spec.github.paths")
    assert '"simple-user":"name email login' in await told(served, "return spec.github.components.schemas")
    whole = "const text = JSON.stringify(spec.github.paths); return [text.includes('operationId'), text.length > 1e6]"
    assert await told(served, whole) == "[true,true]"


async def test_a_part_of_spec_is_described(served):
    text = await told(served, "return await describe(spec.github.components.schemas.issue.properties.user, {depth: 1})")
    assert text.startswith("type NullableSimpleUser = {")
    assert "function issues_create(" in await told(
        served, "return describe(spec.github.paths['/repos/{owner}/{repo}/issues'].post)"
    )


async def test_a_type_is_described_by_the_name_that_declarations_give_it(served):
    assert (await told(served, "return describe('NullableSimpleUser')")).startswith("type NullableSimpleUser = {")
    sent = await told(served, "return describe('github.NullableSimpleUserInput', {depth: 1})")
    assert sent.startswith("type NullableSimpleUserInput = {")
    assert "no operation" in await told(served, "return describe('NoSuchType').catch((error) => error.message)")


async def test_what_does_not_help_is_not_advised(served):
    text = await told(served, "return ops")
    assert "max_tokens" not in text
    assert "left out" in text
