"""What real documents do: for each trap a document of its own. The real ones are in `test_real_traps`."""

from __future__ import annotations

import json
import re

import pytest

from keyhole.catalog.call import Call
from keyhole.catalog.declare import declaration
from keyhole.catalog.describe import describe
from keyhole.sources.openapi import load

STRING = {"type": "string"}


def described(paths, **more):
    return {"openapi": "3.1.0", "info": {"title": "T"}, "servers": [{"url": "https://a.test"}], "paths": paths, **more}


def only(paths, **more):
    source = load(described(paths, **more))
    (operation,) = source.operations()
    return source, operation


def parameters(operation):
    return {one.name: (one.wire, one.place, one.required) for one in operation.signature.parameters}


def query(name, **more):
    return {"name": name, "in": "query", "schema": STRING, **more}


def test_parameters_of_a_path_count_for_each_of_its_operations():
    paths = {"/a/{id}": {"parameters": [query("q"), query("limit", required=True), {"name": "id", "in": "path", "required": True, "schema": STRING}],
                         "get": {}, "post": {"parameters": [query("q", required=True), {**query("q"), "in": "header"}]}}}  # fmt: skip
    get, post = load(described(paths)).operations()
    assert parameters(get) == {
        "id": ("id", "path", True),
        "q": ("q", "query", False),
        "limit": ("limit", "query", True),
    }
    assert parameters(post) == {
        "id": ("id", "path", True), "q": ("q", "query", True), "limit": ("limit", "query", True), "q_header": ("q", "header", False),
    }  # fmt: skip


def test_security_is_a_choice_of_sets():
    schemes = {"components": {"securitySchemes": {name: {"type": "http"} for name in "abc"}}}
    security = [{"a": [], "b": ["scope"]}, {"c": []}, {}]
    paths = {"/a": {"get": {"security": security}, "put": {"security": []}, "post": {}, "delete": {"security": [{}]}}}
    source = load(described(paths, security=[{"c": []}], **schemes))
    found = {one.method: (one.origin.security, one.auth) for one in source.operations()}
    assert found == {
        "GET": ((("a", "b"), ("c",), ()), ("a", "b", "c")), "PUT": ((), ()), "POST": ((("c",),), ("c",)), "DELETE": (((),), ()),
    }  # fmt: skip


def test_an_operation_id_may_be_anything_or_nothing():
    ids = ["a-b/c d", "1st", "x" * 90, "", "  ", None, 7, "delete", "ümlaut", "same", "same"]
    paths = {f"/p{at}": {"get": {"operationId": one} if one is not None else {}} for at, one in enumerate(ids)}
    source = load(described(paths))
    names = [one.name for one in source.operations()]
    assert len(set(names)) == len(ids)
    assert all(re.fullmatch(r"[a-z_][a-z0-9_]{0,47}", name) for name in names), names
    assert [one.id for one in source.operations()] == [
        "a-b/c d", "1st", "x" * 90, "GET /p3", "GET /p4", "GET /p5", "7", "delete", "ümlaut", "GET /p9", "GET /p10",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("servers", "base"),
    [
        ([{"url": "https://{r}.a.test:{p}/{v}", "variables": {"r": {"default": "eu"}, "p": {"enum": ["1", "2"], "default": "2"}, "v": {"default": ""}}}], "https://eu.a.test:2"),
        ([{"url": "{scheme}://a.test", "variables": {"scheme": {"default": "https"}}}], "https://a.test"),
        ([{"url": "http://a.test/x"}, {"url": "https://b.test"}, {"url": "https://a.test/x"}], "https://a.test/x"),
        ([{"url": "http://a.test/x"}, {"url": "https://b.test"}], "http://a.test/x"),
        ([{"url": "http://localhost:1"}, {"url": "https://localhost:1"}], "http://localhost:1"),
    ],
)  # fmt: skip
def test_servers(servers, base):
    source = load(described({"/a": {"get": {}}}, servers=servers))
    assert source.base_url == base


def test_servers_of_a_path_and_of_an_operation():
    paths = {"/a": {"servers": [{"url": "https://b.test"}], "get": {}, "put": {"servers": [{"url": "https://c.test/v1/"}]}, "post": {"servers": []}}, "/d": {"get": {}}}  # fmt: skip
    source = load(described(paths))
    urls = [source.preview(Call(one, {}))[1] for one in source.operations()]
    assert urls == ["https://b.test/a", "https://c.test/v1/a", "https://b.test/a", "https://a.test/d"]


def test_a_relative_server_is_where_the_document_came_from(server):
    for path, servers, base in (
        ("/docs/v2/api.json", [{"url": "/api"}], "/api"), ("/docs/v2/api.json", [{"url": "../v1"}], "/docs/v1"),
        ("/docs/v2/api.json", [{"url": "."}], "/docs/v2"), ("/docs/v2/api.json", None, ""), ("/docs/v2/api.json", [], ""),
    ):  # fmt: skip
        document = described({"/a": {"get": {}}}, servers=servers)
        server.files[path] = ("application/json", json.dumps(document).encode())
        assert load(server.url + path).base_url == server.url + base


def test_a_variable_may_be_a_part_of_a_segment():
    path = "/a/{x}.{y}/{x}-{+rest*}/v{n}(id='{id}')"
    source, operation = only({path: {"get": {}}})
    assert list(parameters(operation)) == ["x", "y", "rest", "n", "id"]
    values = {"x": 1, "y": "b/c", "rest": "d e", "n": 2, "id": "q"}
    assert source.preview(Call(operation, values))[1] == "https://a.test/a/1.b%2Fc/1-d%20e/v2(id='q')"


def test_hash_and_question_mark_in_a_path_part_operations_from_each_other():
    paths = {"/#a=1": {"get": {}}, "/#a=2": {"get": {}}, "/b?c=1&d={e}": {"get": {}}, "/{k}#f&g": {"get": {"parameters": [query("f")]}}}  # fmt: skip
    source = load(described(paths))
    assert [one.path for one in source.operations()] == list(paths)
    assert len({one.name for one in source.operations()}) == 4
    arguments = [{}, {}, {"e": "x"}, {"k": "y", "f": "z"}]
    sent = [source.preview(Call(one, given))[1] for one, given in zip(source.operations(), arguments, strict=True)]
    assert sent == ["https://a.test/", "https://a.test/", "https://a.test/b?c=1&d=x", "https://a.test/y?f=z"]


def test_paths_that_differ_in_the_names_of_their_variables_only():
    source = load(described({"/a/{x}": {"get": {}}, "/a/{y}": {"get": {}, "delete": {}}}))
    assert [(one.path, list(parameters(one))) for one in source.operations()] == [
        ("/a/{x}", ["x"]), ("/a/{y}", ["y"]), ("/a/{y}", ["y"]),
    ]  # fmt: skip
    assert len({one.name for one in source.operations()}) == 3


def test_a_schema_may_hold_itself():
    schemas = {
        "Node": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}, "a": {"$ref": "#/components/schemas/A"}}},
        "A": {"allOf": [{"$ref": "#/components/schemas/B"}], "properties": {"list": {"type": "array", "items": {"$ref": "#/components/schemas/B"}}}},
        "B": {"oneOf": [{"$ref": "#/components/schemas/A"}, {"type": "string"}]},
        "Self": {"$ref": "#/components/schemas/Self"}, "All": {"allOf": [{"$ref": "#/components/schemas/All"}]},
    }  # fmt: skip
    for name in schemas:
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
        operation = {"requestBody": {"content": content}, "responses": {"200": {"content": content}}}
        _, found = only({"/a": {"post": operation}}, components={"schemas": schemas})
        for text in (declaration(found), describe(found)):
            assert "function post_a(" in text
            assert len(text) < 3000


def body(schema, *types, **more):
    return {"requestBody": {"content": {one: {"schema": schema} for one in types}, **more}}


FORM = {
    "type": "object",
    "properties": {"a": STRING, "file": {"type": "string", "format": "binary"}},
    "required": ["a"],
}


def test_bodies():
    cases = {
        "json": (body({"type": "array", "items": STRING}, "application/json", required=True), "application/json", "body: string[]"),
        "form": (body({**FORM, "properties": {"a": STRING}}, "application/x-www-form-urlencoded"), "application/x-www-form-urlencoded", "body?: { a: string }"),
        "files": (body(FORM, "application/x-www-form-urlencoded", "multipart/form-data"), "multipart/form-data", "file?: Uint8Array"),
        "plain": (body(STRING, "text/plain"), "text/plain", "body?: string"),
        "raw": (body({}, "application/octet-stream"), "application/octet-stream", "body?: Uint8Array"),
    }  # fmt: skip
    for operation, sent, said in cases.values():
        for method in ("post", "get", "delete"):
            _, found = only({"/a": {method: operation}})
            assert found.signature.body.content_type == sent
            assert said in declaration(found)


def test_bodies_of_swagger_2():
    document = {
        "swagger": "2.0", "info": {"title": "T"}, "host": "a.test", "consumes": ["application/xml", "application/json"],
        "paths": {
            "/a": {"post": {"parameters": [{"name": "whatever", "in": "body", "required": True, "schema": {"type": "array", "items": {"$ref": "#/definitions/A"}}}]}},
            "/f": {"post": {"parameters": [{"name": "x", "in": "formData", "type": "integer", "required": True}, {"name": "y", "in": "formData", "type": "file"}]}},
            "/d": {"delete": {"parameters": [{"name": "b", "in": "body", "schema": {"$ref": "#/definitions/A"}}]}},
            "/q": {"get": {"parameters": [{"name": "ids", "in": "query", "type": "array", "items": {"type": "integer"}, "collectionFormat": "pipes"}]}},
        },
        "definitions": {"A": {"type": "object", "properties": {"n": {"type": "string", "x-nullable": True}}}},
    }  # fmt: skip
    source = load(document)
    post, form, delete, get = (declaration(one) for one in source.operations())
    assert "body: { n?: string | null }[]" in post
    assert "x: number; y?: " in form
    assert source.operations()[1].signature.body.content_type == "multipart/form-data"
    assert "body?: { n?: string | null }" in delete
    assert "ids?: number[]" in get
    assert source.preview(Call(source.operations()[3], {"ids": [1, 2]}))[1] == "https://a.test/q?ids=1|2".replace("|", "%7C")  # fmt: skip


def test_headers_that_are_not_parameters():
    names = ["Authorization", "Content-Type", "Accept", "X-Fine", "authorization"]
    paths = {"/a": {"post": {"parameters": [{**query(name, required=True), "in": "header"} for name in names], **body(STRING, "text/plain", "text/csv")}}}  # fmt: skip
    source, operation = only(paths)
    assert parameters(operation) == {
        "Content-Type": ("Content-Type", "header", False), "Accept": ("Accept", "header", False), "X-Fine": ("X-Fine", "header", True),
    }  # fmt: skip
    assert not source.notices


def test_one_name_in_two_places_and_twice_in_one():
    paths = {"/{id}": {"put": {"parameters": [query("id"), {**query("id"), "in": "header"}, query("id", required=True), query("body")], **body(STRING, "application/json")}}}  # fmt: skip
    source, operation = only(paths)
    assert parameters(operation) == {
        "id": ("id", "path", True), "id_query": ("id", "query", False), "id_header": ("id", "header", False), "body_query": ("body", "query", False),
    }  # fmt: skip
    assert [notice.message for notice in source.notices if "twice" in notice.message]


def test_styles_are_read():
    array = {"type": "array", "items": STRING}
    paths = {"/a": {"get": {"parameters": [
        {**query("deep"), "style": "deepObject", "explode": True, "schema": {"type": "object", "properties": {"gte": STRING}}},
        {**query("flat"), "explode": False, "schema": array}, {**query("many"), "schema": array},
        {**query("pipes"), "style": "pipeDelimited", "explode": False, "schema": array},
        {"name": "json", "in": "query", "content": {"application/json": {"schema": {"type": "object"}}}},
    ]}}}  # fmt: skip
    source, operation = only(paths)
    values = {"deep": {"gte": "1"}, "flat": ["a", "b"], "many": ["a", "b"], "pipes": ["a", "b"], "json": {"x": 1}}
    sent = source.preview(Call(operation, values))[1]
    assert sent == "https://a.test/a?deep%5Bgte%5D=1&flat=a,b&many=a&many=b&pipes=a%7Cb&json=%7B%22x%22%3A1%7D"


def test_references_into_paths():
    paths = {
        "/a~b/{x}": {"get": {"parameters": [query("q"), {"name": "x", "in": "path", "schema": STRING}], "responses": {"200": {"content": {"application/json": {"schema": {"type": "object", "properties": {"n": {"type": "integer"}}}}}}}}},
        "/c": {"get": {"parameters": [{"$ref": "#/paths/~1a~0b~1%7Bx%7D/get/parameters/0"}],
                       "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/paths/~1a~0b~1%7Bx%7D/get/responses/200/content/application~1json/schema"}}}}}}},
        "/d": {"$ref": "#/paths/~1c"},
    }  # fmt: skip
    source = load(described(paths))
    assert not source.notices
    for operation in source.operations()[1:]:
        assert "(args?: { q?: string }): Promise<{ n?: number }>" in declaration(operation)


def test_a_path_item_by_reference_and_what_is_beside_it():
    shared = {"parameters": [query("q")], "get": {"operationId": "one"}, "delete": {"operationId": "two"}}
    paths = {"/a": {"$ref": "#/components/pathItems/shared", "post": {"operationId": "three"}}, "/b": {"$ref": "#/components/pathItems/hop"}}  # fmt: skip
    items = {"shared": shared, "hop": {"$ref": "#/components/pathItems/shared"}}
    source = load(described(paths, components={"pathItems": items}))
    assert sorted((one.path, one.method) for one in source.operations()) == [
        ("/a", "DELETE"), ("/a", "GET"), ("/a", "POST"), ("/b", "DELETE"), ("/b", "GET"),
    ]  # fmt: skip
    assert all("q" in parameters(one) for one in source.operations())


def test_webhooks_callbacks_and_extensions_are_no_operations_and_stay_in_the_document():
    callback = {"{$request.body#/url}": {"post": {"operationId": "called", "responses": {}}}}
    document = described(
        {"/a": {"post": {"operationId": "made", "callbacks": {"done": callback}, "x-mine": {"a": 1}}, "x-path": [1]}, "x-paths": {"get": {}}},
        webhooks={"new": {"post": {"operationId": "hooked"}}}, **{"x-top": {"y": None}},
    )  # fmt: skip
    source = load(document)
    assert [one.id for one in source.operations()] == ["made"]
    assert source.document == document
    assert not source.notices


def test_openapi_3_2():
    paths = {
        "/a": {
            "query": {"operationId": "ask", **body({"type": "object"}, "application/json")},
            "additionalOperations": {"COPY": {"operationId": "copy"}, "LINK": {"operationId": "link"}, "CONNECT": {}, "bad method": {}},
            "parameters": [query("q")],
            "get": {"operationId": "stream", "responses": {"200": {"content": {"application/jsonl": {"itemSchema": {"type": "object", "properties": {"n": {"type": "integer"}}}}}}}},
        },
        "/b": {"get": {"operationId": "media", "responses": {"200": {"content": {"application/json": {"$ref": "#/components/mediaTypes/M"}}}}}},
    }  # fmt: skip
    source = load(described(paths, openapi="3.2.0", components={"mediaTypes": {"M": {"schema": {"const": "m"}}}}))
    found = {one.id: one for one in source.operations()}
    assert {(one.id, one.method, str(one.effect)) for one in found.values()} == {
        ("ask", "QUERY", "read"), ("copy", "COPY", "destructive"), ("link", "LINK", "destructive"), ("stream", "GET", "read"), ("media", "GET", "read"),
    }  # fmt: skip
    assert all("q" in parameters(one) for one in found.values() if one.path == "/a")
    assert 'Promise<"m">' in declaration(found["media"])
    assert "n?: number" in declaration(found["stream"])
    assert len([notice for notice in source.notices if "not a method" in notice.message]) == 2


def test_query_is_no_method_of_swagger_2():
    document = {"swagger": "2.0", "info": {"title": "T"}, "host": "a.test", "paths": {"/a": {"query": {}, "get": {}}}}
    assert [one.method for one in load(document).operations()] == ["GET"]


YAML = """\
%YAML 1.2
---
openapi: 3.1
info: {title: =, version: 2020-01-01, x-on: on, x-no: no, x-y: y, x-null: ~, x-oct: 0o17, x-old: 017, x-hex: 0xff, x-sexagesimal: 12:30:45,
  x-under: 1_000, x-plus: +1, x-exp: 1e3, x-inf: .inf, x-nan: .nan, x-tag: !!str 123, x-own: !mine abc, x-date: 2001-12-14t21:59:43.10-05:00,
  x-True: True, x-yes: Yes, x-bin: !!binary aGk=, x-empty: , x-long: 123456789012345678901234567890, x-version: 1.10}
paths:
  /a:
    get:
      operationId: on
      parameters:
      - {name: on, in: query, schema: {type: string, enum: [on, off, yes, no, y, n, =, "<<", 2020-01-01, null, true]}}
      responses:
        200: {description: ok}
        404: {description: "no"}
        default:
          description: |
            several
            lines
        4XX:
          description: >-
            folded
            text
x-keys: {1: a, 1.0: b, true: c, null: d, 2020-01-01: e, on: f, =: g, 0x10: h, "": i}
...
---
second: document
"""


def test_yaml_is_read_by_version_1_2(tmp_path):
    (tmp_path / "a.yaml").write_text(YAML)
    source = load(tmp_path / "a.yaml")
    root = source.document
    assert root["info"] == {
        "title": "=", "version": "2020-01-01", "x-on": "on", "x-no": "no", "x-y": "y", "x-null": None, "x-oct": 15, "x-old": 17,
        "x-hex": 255, "x-sexagesimal": "12:30:45", "x-under": "1_000", "x-plus": 1, "x-exp": 1000.0, "x-inf": ".inf", "x-nan": ".nan",
        "x-tag": "123", "x-own": "abc", "x-date": "2001-12-14t21:59:43.10-05:00", "x-True": True, "x-yes": "Yes", "x-bin": "aGk=",
        "x-empty": None, "x-long": 123456789012345678901234567890, "x-version": 1.1,
    }  # fmt: skip
    (operation,) = source.operations()
    assert list(root["paths"]["/a"]["get"]["responses"]) == ["200", "404", "default", "4XX"]
    assert operation.signature.parameters[0].name == operation.id == "on"
    assert operation.signature.parameters[0].schema["enum"] == [
        "on", "off", "yes", "no", "y", "n", "=", "<<", "2020-01-01", None, True,
    ]  # fmt: skip
    assert list(root["x-keys"]) == ["1", "1.0", "true", "null", "2020-01-01", "on", "=", "0x10", ""]
    assert "second" not in root


def test_a_stray_control_character_in_yaml_costs_itself_only(tmp_path):
    text = "openapi: 3.0.0\r\ninfo: {title: 'a\x0bb\x7f\x00 \U0001f600 \x85', version: 1}\r\npaths: {/a: {get: {}}}\r\n"
    (tmp_path / "a.yaml").write_bytes(text.encode())
    assert load(tmp_path / "a.yaml").document["info"]["title"].startswith("a\ufffdb\ufffd\ufffd \U0001f600")


@pytest.mark.parametrize("version", ["3.0.0", "3.0.4", "3.1", "3.1.2", "3.2.0", "3", 3.0, 3.1, 3, "3.0.0-rc1"])
def test_versions(version):
    assert load(described({"/a": {"get": {}}}, openapi=version)).operations()


@pytest.mark.parametrize("version", ["2.0", 2.0, 2, "2"])
def test_versions_of_swagger(version):
    assert load({"swagger": version, "info": {"title": "T"}, "paths": {"/a": {"get": {}}}}).operations()


def test_a_query_that_is_written_into_the_path():
    paths = {"/s?q={q}&n={m}": {"get": {"parameters": [query("q"), query("x")]}}}
    source, operation = only(paths)
    assert parameters(operation) == {"m": ("m", "path", True), "q": ("q", "query", False), "x": ("x", "query", False)}
    assert source.preview(Call(operation, {"q": "a", "m": "b"}))[1] == "https://a.test/s?n=b&q=a"
    assert source.preview(Call(operation, {"m": "b"}))[1] == "https://a.test/s?n=b"


def test_a_path_parameter_that_is_called_by_its_whole_expression():
    paths = {"/p{.format}": {"get": {"parameters": [{"name": ".format", "in": "path", "schema": STRING}]}}, "/q{;id}": {"get": {}}}  # fmt: skip
    source = load(described(paths))
    sent = [source.preview(Call(one, {name: "x"}))[1] for one, name in zip(source.operations(), ("format", "id"), strict=True)]  # fmt: skip
    assert sent == ["https://a.test/p.x", "https://a.test/q;id=x"]
    assert len(source.notices) == 1


def test_an_answer_is_typed_by_the_media_type_that_has_a_schema():
    content = {"*/*": {"schema": {"const": 1}}, "application/json": {"examples": {}}}
    _, operation = only({"/a": {"post": {"requestBody": {"content": {}}, "responses": {"200": {"content": content}}}}})
    assert "Promise<1>" in declaration(operation)
    assert operation.signature.body is None
