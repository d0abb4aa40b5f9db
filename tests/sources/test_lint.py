"""Each thing that lint finds: by the smallest document that has it, with the overlay after which it is gone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyhole.cli.app import run
from keyhole.cli.lint import yaml_of
from keyhole.sources.openapi import load
from keyhole.sources.openapi.lint.finding import RULES
from keyhole.sources.openapi.lint.lint import lint, overlay_of
from keyhole.sources.openapi.yaml_text import parse_yaml

OK = {"200": {"description": "ok"}}


def of(path="/x", method="get", version="3.0.3", more=None, **operation):
    whole = {"summary": "List things", "responses": OK, **operation}
    head = {"swagger": "2.0", "host": "x.test", "schemes": ["https"]} if version == "2.0" else {"openapi": version, "servers": [{"url": "https://x.test"}]}  # fmt: skip
    return {**head, "info": {"title": "T", "version": "1"}, "paths": {path: {method: whole}}, **(more or {})}


def body(schema, **media):
    return {"method": "post", "requestBody": {"content": {"application/json": {"schema": schema, **media}}}}


def answer(schema, **media):
    return {"responses": {"200": {"description": "ok", "content": {"application/json": {"schema": schema, **media}}}}}


def query(**parameter):
    return {"parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}, **parameter}]}


def beside(paths=None, **more):
    """A document with a good operation, and this."""
    document = of("/good", more=more)
    document["paths"].update(paths or {})
    return document


def thing(**schema):
    return of(**body({"type": "object", "properties": {"a": schema}}))


PET = {"type": "object", "properties": {"kind": {"type": "string"}}}
SCHEMES = {
    "components": {
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}, "cert": {"type": "mystery"}}
    }
}
MENDED = [
    ("not-an-object", beside({"/y": ["a"]})),
    ("not-an-object", beside({"/y": {"get": []}})),
    ("method", beside({"/y": {"additionalOperations": {"A B": {}}}})),
    ("not-a-list", of(parameters={"a": {"name": "a", "in": "query", "schema": {"type": "string"}}})),
    ("not-a-list", of(parameters={"name": "a", "in": "query", "schema": {"type": "string"}})),
    ("ref-nowhere", of(**body({"$ref": "#/definitions/Pet"}), more={"components": {"schemas": {"Pet": PET}}})),
    ("ref-nowhere", of(**body({"type": "array", "items": {"$ref": "#/components/schemas/pet"}}), more={"components": {"schemas": {"Pet": PET}}})),
    ("parameter-unusable", of(parameters=[{"name": "", "in": "query"}, {"name": "b", "in": "nowhere"}])),
    ("server-variable", of(more={"servers": [{"url": "https://{a}.x.test", "variables": {"a": {"enum": ["eu"]}}}]})),
    ("path-slash", of("x")),
    ("path-undeclared", of("/x/{id}")),
    ("path-undeclared", of("/x/{id}/{b}", version="2.0", parameters=[{"name": "q", "in": "query", "type": "string"}])),
    ("path-undeclared", of("/x{;id}")),
    ("path-stray", of(parameters=[{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}])),
    ("parameter-twice", of(parameters=[*query()["parameters"], {"name": "z", "in": "query", "schema": {"type": "string"}}, *query()["parameters"], *query()["parameters"]])),
    ("parameter-reserved", of(parameters=[{"name": "Cookie", "in": "header", "schema": {"type": "string"}}])),
    ("parameter-style", of(**query(style="matrix"))),
    ("parameter-style", of(version="2.0", parameters=[{"name": "q", "in": "query", "type": "array", "items": {}, "collectionFormat": "semicolon"}])),
    ("parameter-untyped", of(parameters=[{"name": "q", "in": "query"}])),
    ("parameter-optional", of("/x/{id}", parameters=[{"name": "id", "in": "path", "schema": {"type": "string"}}])),
    ("type-unknown", thing(type="Bool")),
    ("type-unknown", thing(type="datetime")),
    ("items-none", thing(type="array")),
    ("pattern-slashes", thing(type="string", pattern="/^[a-z]+$/i")),
    ("enum-type", thing(type="string", enum=[1, "2", True])),
    ("enum-type", thing(type="integer", enum=["1", "2"])),
    ("enum-type", thing(type="string", enum=["a", None])),
    ("enum-type", of(version="3.1.0", **body({"type": "object", "properties": {"a": {"type": "string", "enum": ["a", None]}}}))),
    ("default-type", thing(type="integer", default="10")),
    ("default-type", thing(type="string", default={})),
    ("default-type", thing(type="string", enum=["ASC", "DESC"], default="asc")),
    ("required-closed", thing(type="object", properties={"b": {}}, required=["b", "c", "d"], additionalProperties=False)),
    ("required-flag", thing(type="object", properties={"b": {"type": "string", "required": True}})),
    ("discriminator", thing(oneOf=[{"$ref": "#/components/schemas/Pet"}], discriminator={"propertyName": "kind", "mapping": {"a": "#/components/schemas/None", "b": "Nobody"}})),
    ("example-refused", of(**body({"type": "object", "properties": {"a": {"type": "string"}}}, example={"a": None}))),
    ("example-answer", of(**answer({"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Pet"}}}, examples={"e": {"value": {"a": None}}}), more={"components": {"schemas": {"Pet": PET}}})),
    ("example-answer", of(version="3.1.0", **answer({"type": "array", "items": {"type": "string", "enum": ["a"]}}, example=["a", None]))),
    ("example-answer", of(version="2.0", responses={"200": {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}, "examples": {"application/json": {"a": None}}}})),
    ("name-twice", beside({"/a": {"get": {"operationId": "n", "summary": "A"}}, "/b": {"get": {"operationId": "n", "summary": "B"}}})),
    ("effect", of("/x/delete")),
    ("effect", of(operationId="pets.deletePet")),
    ("effect", of(summary="Revoke the token")),
]  # fmt: skip
TOLD = [
    ("ref-nowhere", of(**body({"$ref": "#/components/schemas/Gone"}))),
    ("file-missing", of(**body({"$ref": "gone.json"}))),
    ("overlay-idle", of()),
    ("paths", {"openapi": "3.0.0", "info": {}}),
    ("server-none", of(more={"servers": [{"url": "/v1"}]})),
    ("server-variable", of(more={"servers": [{"url": "https://{a}.x.test"}]})),
    ("server-clear", of(more={"servers": [{"url": "http://x.test"}], **SCHEMES})),
    ("security-unknown", of(security=[{"Key": []}], more=SCHEMES)),
    ("security-unusable", of(more=SCHEMES)),
    ("body-on-read", of(requestBody={"required": True, "content": {"application/json": {"schema": {}}}})),
    ("media-type", of(method="post", requestBody={"content": {"json": {}}})),
    ("media-text", of(method="post", requestBody={"content": {"application/xml": {"schema": PET}}})),
    ("pattern-invalid", thing(type="string", pattern="a(")),
    ("enum-type", thing(type="object", enum=["a", "b"])),
    ("default-type", thing(type="integer", default="ten")),
    ("bounds", thing(type="integer", minimum=5, maximum=3)),
    ("required-read-only", of(**body({"type": "object", "required": ["a"], "properties": {"a": {"readOnly": True}}}))),
    ("read-and-write-only", thing(readOnly=True, writeOnly=True)),
    ("example-refused", of(**query(schema={"type": "string", "enum": ["a"]}, example="b"))),
    ("example-answer", of(**answer({"type": "object", "required": ["a"]}, example={}))),
    ("name-long", of("/companies/{company_id}/integration_feature_settings/{id}/alternatives")),
    ("words-none", of(summary="")),
    ("effect-unknown", of(**{"x-keyhole-effect": "harmless"})),
    ("deprecated", of(deprecated=True)),
]  # fmt: skip


def rules(source):
    return [finding.rule for finding in lint(source)]


def idle():
    return [{"overlay": "1.0.0", "info": {}, "actions": [{"target": "$.nothing", "remove": True}]}]


def test_every_rule_has_a_document_that_shows_it():
    # what cannot be compiled has not been seen yet: the slice leaves out what a validator does not take
    assert {rule for rule, _ in (*MENDED, *TOLD)} | {"not-checked"} == set(RULES)


def test_a_good_document_is_clean():
    assert rules(load(of(**body({"type": "object", "properties": {"a": {"type": "string"}}})))) == []


@pytest.mark.parametrize("version", ["3.0.3", "2.0"])
@pytest.mark.parametrize(
    ("rule", "schema"),
    [
        ("pattern-slashes", {"type": "string", "pattern": "/^[a-z]+$/"}),
        ("enum-type", {"type": "integer", "enum": ["1", "2"]}),
        ("default-type", {"type": "integer", "default": "1"}),
    ],
)
def test_a_list_that_lacks_a_parameter_and_whose_items_are_wrong_is_mended_in_one_go(rule, schema, version):
    one = {"name": "q", "in": "query", **(schema if version == "2.0" else {"schema": schema})}
    stray = {**one, "name": "s", "in": "path", "required": True}
    document = of("/x/{id}", version=version, parameters=[stray, one, one])
    found = lint(load(document))
    assert {"path-undeclared", "path-stray", "parameter-twice", rule} <= {each.rule for each in found}
    mended = lint(load(document, overlays=[overlay_of(found, "T")]))
    assert [each.rule for each in mended] == []


def test_what_was_put_in_the_place_of_a_list_takes_no_other_edit():
    document = of(
        "/x/{id}", parameters={"a": {"name": "a", "in": "query", "schema": {"type": "string", "pattern": "/^a$/"}}}
    )
    found = lint(load(document))
    mended = load(document, overlays=[overlay_of(found, "T")])
    assert not [notice for notice in mended.notices if notice.rule == "overlay-idle"]


@pytest.mark.parametrize(("rule", "document"), MENDED, ids=lambda one: one if isinstance(one, str) else "")
def test_what_can_be_mended_is_gone_with_its_overlay(rule, document, tmp_path):
    source = load(document)
    found = lint(source)
    assert rule in [finding.rule for finding in found if finding.edits]
    overlay = overlay_of(found, "T")
    assert overlay is not None
    (tmp_path / "fix.yaml").write_text(yaml_of(overlay), "utf-8")
    mended = load(document, overlays=[tmp_path / "fix.yaml"])
    assert rule not in rules(mended)
    assert not [one for one in mended.notices if one.rule == "overlay-idle"]
    assert len(mended.operations()) == len(source.operations())
    again = overlay_of(lint(mended), "T")
    assert again is None, "and there is nothing left to mend"


@pytest.mark.parametrize(("rule", "document"), TOLD, ids=lambda one: one if isinstance(one, str) else "")
def test_what_needs_a_guess_is_told_and_left(rule, document, tmp_path):
    if rule == "paths":
        return  # such a document is refused as a whole, with the reason
    path = tmp_path / "doc.json"
    path.write_text(json.dumps(document))
    found = [one for one in lint(load(path, overlays=idle() if rule == "overlay-idle" else [])) if one.rule == rule]
    assert found
    assert not [one for one in found if one.edits]
    assert all(one.meaning and one.message for one in found)


@pytest.mark.parametrize(
    "get", ["List deleted things", "Get the removal policy", "Delete requests", "Created things", "Sets of things"]
)
def test_a_read_that_only_sounds_like_a_write_is_let_be(get):
    found = rules(load(of("/deleted/{id}/delete-requests", summary=get, parameters=[{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}])))  # fmt: skip
    assert ("effect" in found) == (get == "Delete requests")


def test_a_mended_effect_is_what_policy_sees():
    document = of("/x/delete")
    overlay = overlay_of(lint(load(document)), "T")
    assert load(document, overlays=[overlay]).operations()[0].effect == "destructive"


def test_edits_that_would_undo_each_other_come_one_after_the_other():
    lying = {"type": "string", "enum": ["a", None]}
    document = of(version="3.1.0", **answer({"type": "object", "properties": {"a": lying}}, example={"a": None}))
    source = load(document)
    for _ in range(3):
        overlay = overlay_of(lint(source), "T")
        if overlay is None:
            break
        document = load(document, overlays=[overlay]).document
        source = load(document)
    assert overlay is None
    assert lint(source) == []
    assert source.document["paths"]["/x"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["a"] == {"type": ["string", "null"], "enum": ["a", None]}  # fmt: skip


HOSTILE = {
    "a circle of references": of(**body({"$ref": "#/components/schemas/A"}), more={"components": {"schemas": {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}}}),
    "a schema within itself": of(**body({"$ref": "#/components/schemas/A"}), more={"components": {"schemas": {"A": {"allOf": [{"$ref": "#/components/schemas/A"}], "properties": {"a": {"$ref": "#/components/schemas/A"}}}}}}),
    "parameters that are themselves": of(parameters={"$ref": "#/paths/~1x/get/parameters"}),
    "nothing where something should be": of(parameters=[None, 1, [], {}], responses={"200": None, "201": [], "2XX": {"content": {"application/json": None, "x": []}}}, requestBody={"content": []}, security=[None, {"a": 1}], tags=1),
    "keywords of the wrong kind": thing(type=[{}], enum={"a": 1}, required={"a": 1}, properties=[], items=[[]], discriminator="x", pattern=1, default=[], minimum="a", allOf={"a": 1}),
    "names that break out": of("/x/{a'\\]}", operationId="a'\n]", more={"components": {"schemas": {"'\"\\\u2028\x1b[2J": {"type": "Bool"}}}}, **body({"$ref": "#/components/schemas/'\"\\\u2028\x1b[2J"})),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_read_to_its_end_and_mended(name, tmp_path, capsys):
    document = HOSTILE[name]
    overlay = overlay_of(lint(load(document)), "T")
    if overlay is not None:
        (tmp_path / "fix.yaml").write_text(yaml_of(overlay), "utf-8")
        load(document, overlays=[tmp_path / "fix.yaml"])
    (tmp_path / "doc.json").write_text(json.dumps(document))
    assert run(["lint", str(tmp_path / "doc.json"), "--all"]) in (0, 1)
    assert "\x1b" not in capsys.readouterr().out


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
    | st.sampled_from(["1e3", "0o17", "yes", "No", "~", "null", "1:30", "2020-01-01", "=", "<<", "- a", "a: b", "#", ".inf", "0x1", "é"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(JSON.filter(lambda value: isinstance(value, (dict, list))))
def test_what_is_written_is_read_back(value):
    text = yaml_of(value)
    unprintable = any(not (char.isprintable() or char in "\t\n\r") for char in json.dumps(value, ensure_ascii=False))
    assert parse_yaml(text) == value or unprintable or "<<" in text


def test_the_command(tmp_path, capsys):
    document = tmp_path / "doc.json"
    document.write_text(json.dumps(of("/x/delete", deprecated=True)))
    assert run(["lint", str(document)]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "t: 1 operation; 0 errors, 1 warning, 1 note"
    assert "warning effect (1): it counts as a read, which runs without asking" in out
    assert """mended by {"target": "$.paths['/x/delete'].get", "update": {"x-keyhole-effect": "destructive"}}""" in out
    assert "--fix t.overlay.yaml" in err
    fix = tmp_path / "fix.yaml"
    assert run(["lint", str(document), "--fix", str(fix)]) == 0
    assert "1 action for 1 of 2 findings" in capsys.readouterr().err
    assert run(["lint", str(document), "--overlay", str(fix)]) == 0
    assert run(["lint", str(document), "--fix", str(fix)]) == 2
    assert "exists and is not overwritten" in capsys.readouterr().err
    assert run(["lint", str(document), "--fix", "-"]) == 0
    assert parse_yaml(capsys.readouterr().out) == parse_yaml(fix.read_text())
    assert run(["lint", str(document), "--json"]) == 1
    (told,) = json.loads(capsys.readouterr().out)["apis"]
    assert (told["api"], told["errors"], told["warnings"], told["notes"], told["mended"]) == ("t", 0, 1, 1, 1)
    effect = next(one for one in told["findings"] if one["rule"] == "effect")
    assert effect["actions"] == [{"target": "$.paths['/x/delete'].get", "update": {"x-keyhole-effect": "destructive"}}]


def test_many_findings_of_a_kind_are_a_few_lines(tmp_path, capsys):
    document = of()
    document["paths"] = {f"/p{n}/delete": {"get": {"summary": "x"}} for n in range(2_000)}
    path = tmp_path / "doc.json"
    path.write_text(json.dumps(document))
    assert run(["lint", str(path)]) == 1
    out = capsys.readouterr().out
    assert "and 1,997 more; --all lists them" in out
    assert len(out.splitlines()) < 15
    assert run(["lint", str(path), "--all"]) == 1
    assert len(capsys.readouterr().out.splitlines()) > 4_000


def test_two_documents(tmp_path, capsys):
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text(json.dumps(of()))
    docs = [f"{name}={tmp_path / name}.json" for name in ("a", "b")]
    assert run(["lint", *docs]) == 0
    assert capsys.readouterr().out.count("nothing is wrong that matters here") == 2
    assert run(["lint", *docs, "--fix", "x.yaml"]) == 2
