"""Reading documents: files, URLs, external files, dirty ones, hostile ones."""

from __future__ import annotations

import json

import pytest

from keyhole.errors import DocumentError, UsageError
from keyhole.sources.openapi import load

GET = {"get": {"operationId": "read", "responses": {}}}
MINIMAL = {"openapi": "3.0.3", "info": {"title": "Pets"}, "paths": {"/pets": GET}}


def refused(path, text, **options):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DocumentError) as caught:
        load(path, **options)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("<!DOCTYPE html><html></html>", "is a web page"),
        ("<wsdl/>", "is XML"),
        ('{"openapi": "3.0.0",', "is not JSON"),
        ("a: [1\nb: 2", r"not usable YAML \(line \d"),
        ("just some words", "it is a text"),
        ("[1, 2]", "it is a list"),
        ("{}", "it has nothing at the top"),
        ('{"name": "x", "version": 1}', "it has name, version at the top"),
        ('{"swaggerVersion": "1.2"}', "Swagger 1 document"),
        ('{"asyncapi": "3.0.0"}', "AsyncAPI"),
        ('{"info": {"_postman_id": "x"}}', "Postman"),
        ('{"openapi": "4.0.0"}', "version that is not known"),
        ('{"openapi": "3.0.0"}', "no usable operation"),
        ('{"openapi": "3.0.0", "paths": {}}', "`paths` are empty"),
        ('{"openapi": "3.0.0", "paths": []}', "no usable operation"),
        ('{"openapi": "3.1.0", "webhooks": {"a": {}}}', "webhooks only"),
        (b"\x00\x01\x02\xff", "is not text"),
        (b"openapi: 3.0.0\ninfo: {title: \xe9}", r"not UTF-8 \(line 2\)"),
        ("[" * 100_000, "nested too deeply"),
        ("- " * 100_000 + "x", "nested deeper than 200 levels"),
        ("a: " + "{b: " * 5000 + "}" * 5000, "nested deeper than 200 levels"),
        (
            "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 20)),
            "aliases expand",
        ),
        ("a: &a {b: *a}", "has no anchor before it"),
    ],
)
def test_what_is_no_document_says_what_it_is(tmp_path, text, said):
    error = refused(tmp_path / "api.yaml", text)
    assert __import__("re").search(said, error.message), error.message
    assert "api.yaml" in error.message


def test_a_file_that_is_not_there_offers_the_nearest(tmp_path):
    (tmp_path / "openapi.json").write_text("{}")
    with pytest.raises(DocumentError, match="no such file") as caught:
        load(tmp_path / "openapi.jsn")
    assert "openapi.json?" in caught.value.hint
    with pytest.raises(DocumentError, match="is a folder"):
        load(tmp_path)
    with pytest.raises(DocumentError) as caught:
        load("htps://example.com/openapi.json")
    assert caught.value.hint == "did you mean https://?"
    with pytest.raises(DocumentError, match="not an http or https URL"):
        load("http://[")


def test_yaml_is_1_2(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "openapi: 3.0.3\ninfo: {title: 'On & off', version: 1.10}\npaths:\n  /a:\n    get:\n      responses:\n        200: {description: ok}\n"
        "      parameters:\n        - {name: on, in: query, schema: {enum: [no, off, 2020-01-01, =, 0o10, 1e3, 12:30, ~]}}\n"
    )
    source = load(tmp_path / "a.yaml")
    operation = source.operations()[0]
    assert list(source.document["paths"]["/a"]["get"]["responses"]) == ["200"]
    assert operation.signature.parameters[0].name == "on"
    assert operation.signature.parameters[0].schema["enum"] == [
        "no",
        "off",
        "2020-01-01",
        "=",
        8,
        1000.0,
        "12:30",
        None,
    ]


def test_aliases_and_merge_keys(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "openapi: 3.0.3\ninfo: {title: A}\nx-common: &common {tags: [shared], summary: Old}\n"
        "paths:\n  /a:\n    get: {<<: *common, summary: New}\n    post: *common\n"
    )
    first, second = load(tmp_path / "a.yaml").operations()
    assert (first.tags, first.summary, second.tags, second.summary) == (("shared",), "New", ("shared",), "Old")


def test_a_bom_and_raw_control_characters(tmp_path):
    (tmp_path / "a.json").write_bytes(
        b"\xef\xbb\xbf" + json.dumps(MINIMAL).replace("Pets", "Pe\tts").replace("\\t", "\t").encode()
    )
    assert load(tmp_path / "a.json").title == "Pe ts"


def test_dirty_parts_are_skipped_and_named_once():
    document = {
        "openapi": "3.0.3", "info": {"title": "Dirty"},
        "components": {"parameters": {"a": {"$ref": "#/components/parameters/b"}, "b": {"$ref": "#/components/parameters/a"}}},
        "paths": {
            "/ok": {"get": {"responses": {"200": {"$ref": "#/nowhere"}}}, "post": {"responses": {"200": {"$ref": "#/nowhere"}}}},
            "/list": [], "/none": None, "x-note": "skipped silently", "/word": {"get": "soon", "delete": None},
            "/ref": {"$ref": "#/x-items/gone"},
            "slash": {"get": {}},
            "/parameters": {
                "parameters": [{"name": "p", "in": "query"}, "text", {"in": "query"}, {"name": "x", "in": "space"}],
                "get": {"parameters": [{"$ref": "#/components/parameters/a"}, {"name": "bad header", "in": "header"}, {"name": "gone", "in": "path"}]},
            },
            "/undeclared/{id}": {"get": {}},
        },
    }  # fmt: skip
    source = load(document)
    assert [(one.method, one.path) for one in source.operations()] == [
        ("GET", "/ok"), ("POST", "/ok"), ("GET", "/slash"), ("GET", "/parameters"), ("GET", "/undeclared/{id}"),
    ]  # fmt: skip
    said = {(notice.pointer, notice.message) for notice in source.notices}
    assert len(said) == len(source.notices)
    assert sum(notice.pointer == "#/paths/~1parameters/get/parameters/0" for notice in source.notices) == 1
    pointers = [notice.pointer for notice in source.notices]
    for pointer in (
        "#/paths/~1list", "#/paths/~1word/get", "#/paths/~1ref", "#/paths/slash", "#/paths/~1parameters/parameters/1",
        "#/paths/~1parameters/parameters/2", "#/paths/~1parameters/parameters/3", "#/paths/~1parameters/get/parameters/0",
        "#/paths/~1parameters/get/parameters/1", "#/paths/~1undeclared~1{id}/get", "#/components/parameters/a",
    ):  # fmt: skip
        assert pointer in pointers, pointer
    assert sum("#/nowhere" in notice.message for notice in source.notices) == 1
    assert any("circle" in notice.message for notice in source.notices)
    assert [one.name for one in source.operations()[3].signature.parameters] == ["p"]
    parameter = source.operations()[4].signature.parameters[0]
    assert (parameter.name, parameter.required, parameter.schema) == ("id", True, {"type": "string"})


def test_references_that_loop_do_not_hang():
    document = {**MINIMAL, "components": {"schemas": {"A": {"$ref": "#/components/schemas/A"}}}}
    document["paths"] = {
        "/a": {
            "get": {
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}
            }
        }
    }
    source = load(document)
    signature = source.operations()[0].signature
    assert signature.schemas.resolve(signature.output) == {}
    assert "circle" in source.notices[0].message


def test_external_files_are_folded_in(tmp_path):
    (tmp_path / "paths").mkdir()
    (tmp_path / "api.yaml").write_text(
        "openapi: 3.0.3\ninfo: {title: Split}\npaths:\n  /a: {$ref: 'paths/a.yaml'}\n  /b: {$ref: paths/a.yaml}\n"
        "components:\n  schemas:\n    Own: {type: string}\n"
    )
    (tmp_path / "paths" / "a.yaml").write_text(
        "get:\n  parameters: [{$ref: '../shared.json#/parameters/limit%20it'}]\n  responses:\n    200:\n      content:\n"
        "        application/json:\n          schema: {$ref: '../api.yaml#/components/schemas/Own'}\n"
    )
    (tmp_path / "shared.json").write_text(
        '{"parameters": {"limit it": {"name": "limit", "in": "query", "schema": {"$ref": "#/schemas/n"}}}, "schemas": {"n": {"type": "integer"}}}'
    )
    source = load(tmp_path / "api.yaml")
    assert not source.notices
    assert sorted(source.document["x-keyhole-files"]) == ["paths/a.yaml", "shared.json"]
    for operation in source.operations():
        signature = operation.signature
        assert signature.schemas.resolve(signature.parameters[0].schema) == {"type": "integer"}
        assert signature.schemas.resolve(signature.output) == {"type": "string"}


@pytest.mark.parametrize(
    "ref",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "../outside.yaml",
        "sub/../../outside.yaml",
        "link.yaml",
        "http://127.0.0.1:9/x",
        "http://169.254.169.254/latest",
        "ftp://example.com/x",
        "http://[",
        "c%3A/x",
    ],
)
def test_references_out_of_the_folder_are_refused(tmp_path, ref):
    (tmp_path / "outside.yaml").write_text("secret: true")
    folder = tmp_path / "api"
    folder.mkdir()
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "api.json").write_text(json.dumps({**MINIMAL, "components": {"schemas": {"X": {"$ref": ref}}}}))
    source = load(folder / "api.json")
    assert len(source.operations()) == 1
    assert "x-keyhole-files" not in source.document
    assert source.notices[0].pointer == "#/components/schemas/X"
    assert "left out" in source.notices[0].message
    assert "root:" not in repr(source.notices)


def test_a_url_with_files_and_headers(server):
    server.files["/api/openapi.yaml"] = (
        "text/yaml",
        b"openapi: 3.0.3\ninfo: {title: Remote}\npaths: {/a: {$ref: 'a.json#/item'}}",
    )
    server.files["/api/a.json"] = ("application/json", json.dumps({"item": GET}).encode())
    source = load(f"{server.url}/api/openapi.yaml", doc_headers={"X-Token": "t"})
    assert [one.id for one in source.operations()] == ["read"]
    assert [seen["headers"]["x-token"] for seen in server.seen] == ["t", "t"]
    assert source.base_url == server.url


def test_document_headers_go_to_its_own_origin_only(server):
    server.redirects["moved"] = (302, server.url.replace("127.0.0.1", "localhost") + "/api.json")
    with pytest.raises(DocumentError, match="private address"):
        load(f"{server.url}/moved", doc_headers={"X-Token": "t"})
    assert len(server.seen) == 1
    server.files["/api.json"] = ("application/json", json.dumps(MINIMAL).encode())
    source = load(f"{server.url}/moved", doc_headers={"X-Token": "t"}, allow_private=True)
    assert len(source.operations()) == 1
    assert "x-token" not in server.seen[-1]["headers"]


@pytest.mark.parametrize(
    ("path", "said", "hint"),
    [
        ("nothing", "answered 404", "/openapi.json"),
        ("fail", "answered 500", "check"),
        ("hangup", "cannot fetch", "check the address"),
        ("html", "is a web page", "JSON or YAML itself"),
    ],
)
def test_a_url_that_is_no_document(server, path, said, hint):
    with pytest.raises(DocumentError, match=said) as caught:
        load(f"{server.url}/{path}?token=abc")
    assert hint in caught.value.hint
    assert "abc" not in str(caught.value)


def test_a_url_that_is_slow_or_down(server):
    with pytest.raises(DocumentError, match="did not answer"):
        load(f"{server.url}/slow", timeout_s=0.3)
    url = server.url
    server.release.set()
    server.shutdown()
    server.server_close()
    with pytest.raises(DocumentError, match="cannot fetch"):
        load(f"{url}/x")


def test_a_url_with_a_password_does_not_show_it(server):
    host = server.url.removeprefix("http://")
    with pytest.raises(DocumentError) as caught:
        load(f"http://user:hunter2@{host}/nothing")
    assert "hunter2" not in str(caught.value)
    assert server.seen[-1]["headers"]["authorization"] == "Basic dXNlcjpodW50ZXIy"


@pytest.mark.parametrize(
    ("servers", "location", "base"),
    [
        (None, "", ""),
        (None, "https://a.test/docs/openapi.json", "https://a.test"),
        ([{"url": "/v1/"}], "https://a.test/docs/openapi.json", "https://a.test/v1"),
        ([{"url": "v1"}], "https://a.test/docs/openapi.json", "https://a.test/docs/v1"),
        ([{"url": "//b.test/x"}], "", "https://b.test/x"),
        (
            [
                {
                    "url": "https://{region}.b.test:{port}/",
                    "variables": {"region": {"default": "eu"}, "port": {"enum": [8443]}},
                }
            ],
            "",
            "https://eu.b.test:8443",
        ),
        ([{"url": "https://{tenant}.b.test"}, {"url": "https://c.test"}], "", "https://c.test"),
        (
            [{"url": "http://["}, {"url": "{a}" * 999, "variables": {"a": {"default": "x" * 999}}}],
            "https://a.test/",
            "",
        ),
        (["x", {"url": 3}, {"url": "ftp://c.test"}], "", ""),
        ([{"url": "https://user:pw@c.test"}], "", ""),
    ],
)
def test_base_urls(servers, location, base):
    from keyhole.sources.openapi.servers import base_of

    assert base_of(servers, location) == base


@pytest.mark.parametrize(
    ("root", "location", "base"),
    [
        ({"host": "a.test", "basePath": "/v1", "schemes": ["http"]}, "", "http://a.test/v1"),
        ({"host": "a.test", "schemes": ["ws"]}, "", "https://a.test"),
        ({"basePath": "v1/"}, "", ""),
        ({"basePath": "/v1"}, "http://127.0.0.1:81/docs", "http://127.0.0.1:81/v1"),
        ({"host": "a.test"}, "http://b.test/docs", "http://a.test"),
        ({"host": "https://a.test/"}, "", "https://a.test"),
    ],
)
def test_base_urls_of_swagger_2(root, location, base):
    from keyhole.sources.openapi.servers import base_of_old

    assert base_of_old(root, location) == base


def test_a_base_url_that_is_none():
    for url in ("api.test", "ftp://a.test", "https://user:pw@a.test"):
        with pytest.raises(UsageError):
            load(MINIMAL, base_url=url)


def test_ids_names_effects_and_auth():
    document = {
        **MINIMAL,
        "security": [{"key": []}, {"oauth": ["x"], "extra": []}],
        "paths": {
            "/a": {"get": {"operationId": "same"}, "post": {"operationId": "same"}, "delete": {}},
            "/b": {
                "get": {"operationId": "2-odd id!", "x-keyhole-effect": "destructive", "security": []},
                "delete": {"operationId": "gone", "x-keyhole-effect": "read"},
                "put": {"x-keyhole-effect": ["list"], "security": [{}]},
                "head": {}, "options": {}, "trace": {},
            },
        },
    }  # fmt: skip
    operations = load(document).operations()
    assert [one.id for one in operations][:4] == ["GET /a", "POST /a", "DELETE /a", "2-odd id!"]
    assert [str(one.effect) for one in operations] == [
        "read",
        "write",
        "destructive",
        "destructive",
        "destructive",
        "write",
        "read",
        "read",
        "read",
    ]
    assert operations[0].auth == ("key", "oauth", "extra")
    assert operations[3].auth == operations[5].auth == ()
    names = [one.name for one in operations]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)
