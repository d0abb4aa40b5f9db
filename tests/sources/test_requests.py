"""From a call to a request: arguments to their places, bodies of every kind. Nothing is sent."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl

import pytest

from keyhole.catalog.call import Call
from keyhole.catalog.declare import declaration
from keyhole.errors import InvalidArguments
from keyhole.gateway.validate import checked

JSON = {"application/json": {"schema": {"type": "object"}}}


def body(content):
    return {"post": {"operationId": "send", "requestBody": {"content": content}}}


@pytest.fixture
def send(open_api, document):
    """Build the one operation of a path item with a body of some content."""

    def build(content, value, arguments=None, **more):
        api = open_api(document({"/x": body(content)}, **more), base_url="http://api.test")
        return api.built("send", arguments, body=value)

    return build


async def test_falsy_bodies_and_explicit_nulls_are_sent(send):
    for value, text in (
        (0, "0"),
        (False, "false"),
        ("", '""'),
        (None, "null"),
        ([], "[]"),
        ({"a": None}, '{"a":null}'),
    ):
        made = send({"application/json": {"schema": {}}}, value)
        assert made.content.decode() == text
        assert made.headers["content-type"] == "application/json"


async def test_numbers_leave_as_javascript_meant_them(send, open_api, document):
    assert send(JSON, {"a": 1.0, "b": [2.5, 1e21], "c": True}).content == b'{"a":1,"b":[2.5,1e+21],"c":true}'
    api = open_api(
        document({"/x": {"get": {"parameters": [{"name": "n", "in": "query"}]}}}), base_url="http://api.test"
    )
    for value, text in (
        (1.0, "1"),
        (1e21, "1000000000000000000000"),
        (0.1, "0.1"),
        (True, "true"),
        (1e-7, "0.0000001"),
    ):
        assert api.built("GET /x", {"n": value}).url == f"http://api.test/x?n={text}"
    with pytest.raises(InvalidArguments, match="not a number"):
        api.built("GET /x", {"n": float("nan")})


async def test_the_json_kinds_come_first(send):
    both = {
        "multipart/form-data": {},
        "application/json-patch+json": {},
        "application/merge-patch+json": {},
        "text/plain": {},
    }
    assert send(both, {"a": 1}).headers["content-type"] == "application/merge-patch+json"
    made = send(both, [{"op": "add"}], {"Content-Type": "application/json-patch+json"})
    assert (made.headers["content-type"], made.content) == ("application/json-patch+json", b'[{"op":"add"}]')
    with pytest.raises(InvalidArguments, match="is not one of"):
        send(both, {}, {"Content-Type": "application/xml"})


async def test_forms(send):
    form = {
        "application/x-www-form-urlencoded": {
            "schema": {"type": "object"},
            "encoding": {
                "expand": {"style": "deepObject", "explode": True},
                "csv": {"style": "form", "explode": False},
                "json": {"contentType": "application/json"},
            },
        }
    }
    value = {
        "metadata": {"order id": "6 & 7", "deep": {"a": [1, 2]}}, "expand": ["x", "y"], "csv": [1, 2], "plain": [1, 2],
        "json": {"a": 1}, "items": [{"price": "p"}], "flag": False, "none": None,
    }  # fmt: skip
    made = send(form, value)
    assert parse_qsl(made.content.decode(), keep_blank_values=True) == [
        ("metadata[order id]", "6 & 7"), ("metadata[deep][a][0]", "1"), ("metadata[deep][a][1]", "2"),
        ("expand[0]", "x"), ("expand[1]", "y"), ("csv", "1,2"), ("plain", "1"), ("plain", "2"), ("json", '{"a":1}'),
        ("items[0][price]", "p"), ("flag", "false"), ("none", ""),
    ]  # fmt: skip
    assert made.headers["content-type"] == "application/x-www-form-urlencoded"


def parts(made):
    boundary = re.search("boundary=(.*)", made.headers["content-type"])[1]
    pieces = made.content.split(f"--{boundary}".encode())
    assert pieces[0] == b""
    assert pieces[-1] == b"--\r\n"
    return [tuple(piece.removeprefix(b"\r\n").removesuffix(b"\r\n").split(b"\r\n\r\n", 1)) for piece in pieces[1:-1]]


async def test_multipart_with_several_files(send):
    binary = {"type": "string", "format": "binary"}
    schema = {"type": "object", "properties": {"file": binary, "files": {"type": "array", "items": binary}}}
    content = {"multipart/form-data": {"schema": schema, "encoding": {"file": {"contentType": "image/png, image/gif"}}}}
    value = {
        "file": b"\x89PNG", "note": "é", "tags": ["a", "b"], "meta": {"a": 1.0},
        "files": [{"content": "text", "filename": 'a".txt\r\nX: y', "content_type": "text/plain"}, b"\x00"],
    }  # fmt: skip
    found = parts(send(content, value))
    assert found == [
        (b'Content-Disposition: form-data; name="file"; filename="file"\r\nContent-Type: image/png', b"\x89PNG"),
        (b'Content-Disposition: form-data; name="note"', "é".encode()),
        (b'Content-Disposition: form-data; name="tags"', b"a"),
        (b'Content-Disposition: form-data; name="tags"', b"b"),
        (b'Content-Disposition: form-data; name="meta"\r\nContent-Type: application/json', b'{"a":1}'),
        (
            b'Content-Disposition: form-data; name="files"; filename="a%22.txt%0D%0AX: y"\r\nContent-Type: text/plain',
            b"text",
        ),
        (
            b'Content-Disposition: form-data; name="files"; filename="files"\r\nContent-Type: application/octet-stream',
            b"\x00",
        ),
    ]


async def test_a_list_in_a_multipart_form_is_joined_where_its_encoding_says(send):
    encoding = {"csv": {"explode": False}, "pipes": {"style": "pipeDelimited"}, "all": {"style": "form"}}
    content = {"multipart/form-data": {"schema": {"type": "object"}, "encoding": encoding}}
    found = parts(send(content, {"csv": [1, 2], "pipes": ["a", "b"], "all": [1, 2]}))
    assert [(head[38:-1], body) for head, body in found] == [
        (b"csv", b"1,2"), (b"pipes", b"a|b"), (b"all", b"1"), (b"all", b"2"),
    ]  # fmt: skip


async def test_a_range_of_content_types(send, open_api, document):
    for given, sent in (("*/*", "application/json"), ("image/*", "application/octet-stream"), ("text/*", "text/plain")):
        assert send({given: {}}, b"1").headers["content-type"] == sent
    made = send({"image/*": {"schema": {}}}, b"1", {"Content-Type": "image/png"})
    assert (made.headers["content-type"], made.content) == ("image/png", b"1")


async def test_a_file_goes_through_multipart_where_a_form_is_offered_too(send):
    schema = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
    content = {"application/x-www-form-urlencoded": {"schema": schema}, "multipart/form-data": {"schema": schema}}
    assert send(content, {"file": b"1"}).headers["content-type"].startswith("multipart/form-data; boundary=")


async def test_raw_text_and_line_bodies(send):
    assert send({"application/octet-stream": {}}, b"\x00\xff").content == b"\x00\xff"
    assert send({"text/plain": {}}, "é").content == "é".encode()
    assert send({"application/xml": {"schema": {"type": "object"}}}, "<a/>").content == b"<a/>"
    assert send({"application/x-ndjson": {}}, [{"a": 1}, 2]).content == b'{"a":1}\n2\n'
    for content, value in (
        ("application/octet-stream", {"a": 1}),
        ("text/plain", {"a": 1}),
        ("application/json", {"a": b""}),
    ):
        with pytest.raises(InvalidArguments):
            send({content: {}}, value)
    with pytest.raises(InvalidArguments, match="surrogate"):
        send(JSON, {"a": "\ud83d"})


async def test_one_name_in_several_places(open_api, document):
    parameters = [{"name": "id", "in": place, "required": True} for place in ("query", "path", "header")]
    item = {"post": {"parameters": [*parameters, {"name": "body", "in": "query"}], "requestBody": {"content": JSON}}}
    api = open_api(document({"/a/{id}": item}), base_url="http://api.test/v1/")
    names = [parameter.name for parameter in api.operation("POST /a/{id}").signature.parameters]
    assert names == ["id", "id_query", "body_query", "id_header"]
    made = api.built("POST /a/{id}", {"id": "1", "id_query": "2", "id_header": "3", "body": {}, "body_query": "4"})
    assert (made.url, made.headers["id"]) == ("http://api.test/v1/a/1?id=2&body=4", "3")


async def test_names_that_are_no_identifiers_stay(open_api, document):
    names = [
        {"name": "page[size]", "in": "query"},
        {"name": "X-Foo", "in": "header"},
        {"name": "filter", "in": "query", "style": "deepObject"},
    ]
    api = open_api(document({"/a": {"get": {"parameters": names}}}), base_url="http://api.test")
    made = api.built(
        "GET /a", {"page[size]": 5, "X-Foo": ["a", "b"], "filter": {"state": "open", "tags": ["x"], "none": None}}
    )
    assert (
        made.url
        == "http://api.test/a?page%5Bsize%5D=5&filter%5Bstate%5D=open&filter%5Btags%5D%5B0%5D=x&filter%5Bnone%5D="
    )
    assert made.headers["x-foo"] == "a,b"


@pytest.mark.parametrize("value", ["", ".", "..", [], None, "../../etc", "%2e%2e", "..;x=1", "..\0"])
async def test_path_values_that_would_make_another_path_are_refused(open_api, document, value):
    api = open_api(document({"/a/{id}/b": {"delete": {}}}), base_url="http://api.test")
    with pytest.raises(InvalidArguments):
        api.built("DELETE /a/{id}/b", {"id": value})


@pytest.mark.parametrize("value", ["a/b", "a?b#c", "a b", "ü", "\\", ";x=1", "a\r\nX: y"])
async def test_path_values_stay_in_their_segment(open_api, document, value):
    api = open_api(document({"/a/{id}/b": {"delete": {}}}), base_url="http://api.test")
    url = api.built("DELETE /a/{id}/b", {"id": value}).url
    assert re.fullmatch(r"http://api\.test/a/[A-Za-z0-9%._~-]+/b", url)


async def test_odd_paths(open_api, document):
    path = [{"name": "x", "in": "path", "required": True}]
    paths = {
        "/#Action=List": {"get": {}},
        "/?Action=Get&v={x}": {"get": {"parameters": path}},
        "/a/{x}.json:run": {"post": {"parameters": path}},
        "/files/{+x}": {"get": {"parameters": path}},
        "/a b/{x}": {"get": {"parameters": path}},
    }
    api = open_api(document(paths), base_url="http://api.test")
    assert api.built("GET /#Action=List").url == "http://api.test/"
    assert api.built("GET /?Action=Get&v={x}", {"x": "a&b"}).url == "http://api.test/?Action=Get&v=a%26b"
    assert api.built("POST /a/{x}.json:run", {"x": "1/2"}).url == "http://api.test/a/1%2F2.json:run"
    assert api.built("GET /files/{+x}", {"x": "a/b"}).url == "http://api.test/files/a/b"
    assert api.built("GET /a b/{x}", {"x": "1"}).url == "http://api.test/a%20b/1"
    with pytest.raises(InvalidArguments):
        api.built("GET /files/{+x}", {"x": "a/../../b"})


async def test_unknown_and_missing_arguments_are_named(open_api, document):
    item = {
        "get": {"parameters": [{"name": "per_page", "in": "query"}, {"name": "owner", "in": "query", "required": True}]}
    }
    api = open_api(document({"/a": item}), base_url="http://api.test")
    with pytest.raises(InvalidArguments, match="did you mean per_page"):
        api.built("GET /a", {"perpage": 1, "owner": "x"})
    with pytest.raises(InvalidArguments, match="missing: owner"):
        api.built("GET /a")


async def test_headers_cannot_be_split(open_api, document):
    api = open_api(
        document({"/a": {"get": {"parameters": [{"name": "X-A", "in": "header"}]}}}), base_url="http://api.test"
    )
    with pytest.raises(InvalidArguments, match="line breaks"):
        api.built("GET /a", {"X-A": "a\r\nHost: evil"})


async def test_parameters_that_are_not_a_programs(open_api, document):
    names = ["Authorization", "cookie", "Accept", "Content-Type", "X-API-Key", "Prefer"]
    item = {
        "post": {
            "parameters": [{"name": name, "in": "header", "required": True} for name in names],
            "requestBody": {"content": JSON},
        }
    }
    schemes = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-api-key"}}}
    api = open_api(document({"/a": item}, components=schemes, security=[{"key": []}]), base_url="http://api.test")
    parameters = api.operation("POST /a").signature.parameters
    assert [(one.name, one.required) for one in parameters] == [
        ("Accept", False),
        ("Content-Type", False),
        ("Prefer", True),
    ]
    made = api.built("POST /a", {"Prefer": "x", "Accept": "text/csv", "body": {}})
    assert (made.headers["accept"], made.headers["content-type"]) == ("text/csv", "application/json")


async def test_swagger_2(open_api):
    document = {
        "swagger": "2.0", "info": {"title": "Old"}, "host": "api.test", "basePath": "/v1", "schemes": ["http", "https"],
        "consumes": ["application/json"],
        "paths": {
            "/search": {"get": {"parameters": [
                {"name": "multi", "in": "query", "type": "array", "collectionFormat": "multi"},
                {"name": "csv", "in": "query", "type": "array"},
                {"name": "pipes", "in": "query", "type": "array", "collectionFormat": "pipes"},
                {"name": "tsv", "in": "query", "type": "array", "collectionFormat": "tsv"},
            ]}},
            "/body": {"put": {"parameters": [{"name": "thing", "in": "body", "required": True, "schema": {"type": "object"}}]}},
            "/form": {"post": {"parameters": [
                {"name": "a", "in": "formData", "type": "array", "required": True}, {"name": "b", "in": "formData", "type": "string"},
            ]}},
            "/upload": {"post": {"parameters": [{"name": "file", "in": "formData", "type": "file"}]}},
        },
    }  # fmt: skip
    api = open_api(document)
    values = {"multi": [1, 2], "csv": [1, 2], "pipes": [1, 2], "tsv": [1, 2]}
    assert (
        api.built("GET /search", values).url
        == "https://api.test/v1/search?multi=1&multi=2&csv=1,2&pipes=1%7C2&tsv=1%092"
    )
    assert api.built("PUT /body", {"body": {"a": 1}}).content == b'{"a":1}'
    assert api.built("POST /form", {"body": {"a": [1, 2], "b": "x y"}}).content == b"a=1%2C2&b=x+y"
    assert api.operation("POST /form").signature.body.schema["required"] == ["a"]
    made = api.built("POST /upload", {"body": {"file": {"content": b"1", "filename": "a.bin"}}})
    assert parts(made)[0][0].startswith(b'Content-Disposition: form-data; name="file"; filename="a.bin"')


@pytest.mark.parametrize("dialect", ["3.0.3", "3.1.0", "2.0"])
async def test_an_empty_value_where_it_is_allowed(open_api, dialect):
    kinds = {
        "n": {"type": "integer"},
        "c": {"type": "string", "enum": ["a"]},
        "s": {"type": "string"},
        "no": {"type": "integer"},
    }
    old = dialect == "2.0"
    parameters = [
        {"name": name, "in": "query", "allowEmptyValue": name != "no", **(kind if old else {"schema": kind})}
        for name, kind in kinds.items()
    ]
    version = {"swagger": "2.0"} if old else {"openapi": dialect}
    api = open_api({**version, "info": {"title": "T"}, "paths": {"/x": {"get": {"operationId": "get", "parameters": parameters}}}},
                   base_url="http://api.test")  # fmt: skip
    operation = api.operation("get")
    empty = {"n": "", "c": "", "s": ""}
    assert api.built("get", checked(operation, empty)).url == "http://api.test/x?n=&c=&s="
    assert api.built("get", checked(operation, {"n": 1, "c": "a"})).url == "http://api.test/x?n=1&c=a"
    for wrong in ({"no": ""}, {"n": "x"}, {"c": "b"}):
        with pytest.raises(InvalidArguments):
            checked(operation, wrong)
    assert 'n?: number | ""; c?: "a" | ""; s?: string; no?: number' in declaration(operation)


async def test_content_parameters_and_querystring(open_api, document):
    item = {
        "get": {"parameters": [{"name": "filter", "in": "query", "content": {"application/json": {"schema": {}}}}]},
        "post": {
            "parameters": [{"name": "q", "in": "querystring", "content": {"application/x-www-form-urlencoded": {}}}]
        },
    }
    api = open_api(document({"/a": item}), base_url="http://api.test")
    url = api.built("GET /a", {"filter": {"a": [1, "ü"]}}).url
    assert json.loads(parse_qsl(url.partition("?")[2])[0][1]) == {"a": [1, "ü"]}
    assert api.built("POST /a", {"q": {"a": 1, "b": ["x", "y"]}}).url == "http://api.test/a?a=1&b=x&b=y"


async def test_each_content_type_of_swagger_2_takes_what_it_is_made_of(open_api):
    """Kubernetes patches: one schema, `type: object`, stands for a merge, for a list of edits and for YAML."""
    types = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"]
    body = {"name": "body", "in": "body", "required": True, "schema": {"type": "object"}}
    api = open_api({
        "swagger": "2.0", "info": {"title": "Old"}, "host": "api.test",
        "paths": {"/x": {"patch": {"consumes": types, "parameters": [body]}}},
    })  # fmt: skip
    operation = api.operation("PATCH /x")

    def sent(value, **more):
        made = api.source._outgoing(Call(operation, checked(operation, {"body": value, **more})))
        return made.headers["content-type"], made.content

    assert sent({"a": 1}) == ("application/merge-patch+json", b'{"a":1}')
    assert sent("a: 1", **{"Content-Type": types[2]}) == ("application/apply-patch+yaml", b"a: 1")
    assert sent([{"op": "test"}], contentType=types[0]) == ("application/json-patch+json", b'[{"op":"test"}]')
    with pytest.raises(InvalidArguments, match=r"must be an? object|must be object"):
        sent("a: 1")


async def test_bytes_that_are_no_json_are_not_sent_as_json(send):
    anything = {"application/json": {"schema": {}}}
    assert send(anything, b'{"a": 1}').content == b'{"a": 1}'
    with pytest.raises(InvalidArguments, match="bytes that are JSON"):
        send(anything, b"\x91")
