"""How the evals compare answers, count tokens, and translate documents."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

EVALS = Path(__file__).parents[2] / "evals"


def load(name: str):
    """Load a file of the evals, which are scripts and no package."""
    spec = importlib.util.spec_from_file_location(f"evals_{name}", EVALS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


answers, cost, openapi3 = load("answers"), load("cost"), load("openapi3")


@pytest.mark.parametrize(
    ("answer", "right", "decoys", "taken"),
    [
        ("37", 37, (), True),
        ("There are **1,337** units.", 1337, (337,), True),
        ("€ 12345.60 in all", 12345.6, (), True),
        ("37 comments of OPS-7 name E4417", 37, (7, 4417), True),
        ("as of 2026-11-27 it is 4", 4, (27, 2026), True),
        ("-3", -3, (3,), True),
        ("36", 37, (), False),
        ("37 on the first page, 40 in all", 37, (40,), False),
        ("thirty-seven", 37, (), False),
        ("137", 37, (), False),
        ("3.7", 37, (), False),
        ("", 0, (), False),
    ],
)
def test_a_number_is_found_in_a_sentence_and_a_decoy_beside_it_is_refused(answer, right, decoys, taken):
    assert (answers.number(answer, right, decoys) == []) is taken


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        ("ada and `noor`", True),
        ("Noor Rahman (noor), Ada Moreno (ada).", True),
        ("1. noor\n2. ada", True),
        ("ada", False),
        ("ada, noor, ben", False),
        ("nobody", False),
        ("ada@tracker.example, noor", False),
        ("adamant, noor", False),
    ],
)
def test_names_are_exactly_those_of_all_that_there_are(answer, taken):
    assert (answers.words(answer, ["ada", "noor"], ["ada", "ben", "noor"]) == []) is taken


def test_a_name_within_a_longer_one_is_not_that_name():
    names = ["cedar.example", "db1.cedar.example"]
    assert answers.words("db1.cedar.example.", ["db1.cedar.example"], names) == []
    assert answers.words("db1.cedar.example", ["cedar.example"], names)


def test_differences_are_said_both_ways():
    assert answers.differences("x", {"a": 1, "b": 2}, {"a": 1, "b": 2}) == []
    assert len(answers.differences("x", {"a": 1, "b": 2}, {"b": 3, "c": 4})) == 3


def test_the_greatest_of_equals_is_no_question():
    assert answers.only([(1, "a"), (3, "b")]) == (3, "b")
    with pytest.raises(AssertionError, match="greatest"):
        answers.only([(3, "a"), (3, "b")])


def test_tokens_are_definitions_times_turns_plus_calls_plus_answers():
    found = cost.totals(100, 10, [(5, 50), (7, 70)], 3)
    assert (found["turns"], found["total"]) == (3, 300 + 5 + 50 + 7 + 70)
    # Each turn reads the definitions, the question and all before it, and writes its own part.
    assert found["context"] == (110 + 5) + (110 + 55 + 7) + (110 + 55 + 77 + 3)


def test_swagger_2_is_translated_without_loss():
    query = {"name": "q", "in": "query", "type": "array", "items": {"type": "string"}, "description": "Words"}
    body = {"name": "b", "in": "body", "required": True, "schema": {"$ref": "#/definitions/T"}}
    response = {"description": "ok", "schema": {"type": "array", "items": [{"$ref": "#/definitions/T"}]}}
    operation = {"operationId": "o", "parameters": [query, body], "responses": {"200": response}}
    shared = {"parameters": [{"name": "id", "in": "path", "required": True, "type": "string"}]}
    document = {
        "swagger": "2.0", "info": {"title": "t", "version": "1"}, "definitions": {"T": {"type": "object"}},
        "paths": {"/x/{id}": {**shared, "post": operation}},
    }  # fmt: skip
    made = openapi3.to_openapi3(document)["paths"]["/x/{id}"]["post"]
    assert made["parameters"] == [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
        {
            "name": "q", "in": "query", "description": "Words", "style": "form", "explode": False,
            "schema": {"type": "array", "items": {"type": "string"}},
        },
    ]  # fmt: skip
    to = {"$ref": "#/components/schemas/T"}
    assert made["requestBody"] == {"required": True, "content": {"application/json": {"schema": to}}}
    answer = made["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer == {"type": "array", "items": {"anyOf": [to]}}
    assert openapi3.to_openapi3({"openapi": "3.1.0"}) == {"openapi": "3.1.0"}


def test_every_task_has_a_program_that_solves_it_and_no_other_has():
    said = "".join(path.read_text("utf-8") for path in (EVALS / "tasks").glob("*.py"))
    programs = [path.stem for path in (EVALS / "solutions").glob("*.js")]
    assert len(programs) >= 30
    assert all(f'"{name}", "' in said.replace("\n", "").replace(" ", "").replace(',"', ', "') for name in programs)
