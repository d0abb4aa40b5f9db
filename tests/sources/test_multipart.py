"""Multipart bodies, read back by Python's own MIME parser and by python-multipart: what a server would see."""

from __future__ import annotations

import io
import json
from email import message_from_bytes, policy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_multipart import parse_form

from keyhole.catalog.declare import declaration
from keyhole.catalog.schema import Schemas
from keyhole.errors import InvalidArguments
from keyhole.gateway.validate import checked
from keyhole.sources.openapi.multipart import Encoding, multipart

BINARY = {"type": "string", "format": "binary"}


def mime(content_type: str, content: bytes) -> list[tuple[dict[str, str], bytes]]:
    """Give the headers and the content of each part, as the email package reads them; nested ones flat."""
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + content, policy=policy.HTTP)
    assert not message.defects
    parts = [part for part in message.walk() if not part.is_multipart()]
    return [({name.lower(): str(text) for name, text in part.items()}, part.get_payload(decode=True)) for part in parts]


@pytest.fixture
def api(open_api):
    """Make an API whose one operation takes a body of some content."""

    def make(content: dict[str, Any], version: str = "3.2.0", **components: Any):
        operation = {"post": {"operationId": "send", "requestBody": {"content": content}}}
        return open_api(
            {"openapi": version, "info": {"title": "T"}, "paths": {"/x": operation}, "components": components},
            base_url="http://api.test",
        )

    return make


def sent(api: Any, body: Any, **arguments: Any) -> tuple[str, list[tuple[dict[str, str], bytes]]]:
    """Check the arguments as the gateway does, and give the Content-Type and the parts that leave."""
    operation = api.operation("send")
    made = api.built("send", checked(operation, {**arguments, "body": body}))
    return made.headers["content-type"], mime(made.headers["content-type"], made.content)


async def test_several_files_under_one_name_each_with_its_own_type(api):
    schema = {"type": "object", "properties": {"files": {"type": "array", "items": BINARY}, "note": {"type": "string"}}}
    encoding = {"files": {"contentType": "image/png, application/pdf"}, "note": {"contentType": "text/markdown"}}
    one = api({"multipart/form-data": {"schema": schema, "encoding": encoding}})
    files = [
        b"\x89PNG",
        {"filename": "b.pdf", "content": b"%PDF", "content_type": "application/pdf"},
        {"filename": "c", "content": b""},
    ]
    _, parts = sent(one, {"files": files, "note": "# Hi"})
    assert [(head["content-disposition"], head["content-type"], body) for head, body in parts] == [
        ('form-data; name="files"; filename="files"', "image/png", b"\x89PNG"),
        ('form-data; name="files"; filename="b.pdf"', "application/pdf", b"%PDF"),
        ('form-data; name="files"; filename="c"', "image/png", b""),
        ('form-data; name="note"', "text/markdown", b"# Hi"),
    ]  # fmt: skip


HEADERS = {
    "X-Checksum": {"required": True, "schema": {"type": "string"}},
    "X-Tags": {"schema": {"type": "array", "items": {"type": "string"}}},
    "X-Kind": {"schema": {"const": "scan"}},
    "X-Level": {"required": True, "schema": {"type": "integer", "default": 3}},
    "Content-Type": {"schema": {"const": "evil/type"}},
}


async def test_headers_of_parts(api):
    schema = {"type": "object", "properties": {"file": BINARY, "meta": {"type": "object"}}}
    encoding = {"file": {"headers": HEADERS}, "meta": {"headers": {"X-Ref": {"$ref": "#/components/headers/Ref"}}}}
    ref = {"Ref": {"schema": {"type": "integer"}}}
    one = api({"multipart/form-data": {"schema": schema, "encoding": encoding}}, headers=ref)
    file = {"content": b"1", "filename": "a", "headers": {"X-Checksum": "abc", "X-Tags": ["a", "b"]}}
    _, parts = sent(one, {"file": file, "meta": {"content": {"a": 1}, "headers": {"X-Ref": 7}}})
    (file_head, _), (meta_head, meta) = parts
    assert {name: text for name, text in file_head.items() if name.startswith("x-")} == {
        "x-checksum": "abc", "x-tags": "a,b", "x-kind": "scan", "x-level": "3",
    }  # fmt: skip
    assert file_head["content-type"] == "application/octet-stream"
    assert (meta_head["x-ref"], meta_head["content-type"], meta) == ("7", "application/json", b'{"a":1}')
    _, parts = sent(one, {"file": file, "meta": {"a": 1}})
    assert parts[1] == (
        {"content-disposition": 'form-data; name="meta"', "content-type": "application/json"},
        b'{"a":1}',
    )
    shown = declaration(one.operation("send"))
    assert 'headers: { "X-Checksum": string; "X-Tags"?: string[]' in shown


@pytest.mark.parametrize(
    "file",
    [
        b"1", {"content": b"1"}, {"content": b"1", "headers": {}}, {"content": b"1", "headers": {"X-Checksum": None}},
        {"content": b"1", "headers": {"X-Checksum": "a", "Content-Disposition": "form-data; name=other"}},
        {"content": b"1", "headers": {"X-Checksum": "a", "content-type": "text/html"}},
        {"content": b"1", "headers": {"X-Checksum": "a\r\nContent-Disposition: x"}},
        {"content": b"1", "headers": {"X-Checksum": "a", "X-A\r\nB": "x"}},
        {"content": b"1", "headers": {"X-Checksum": "a"}, "content_type": "text/html\r\nX: y"},
    ],
)  # fmt: skip
async def test_a_part_without_a_header_that_it_needs_or_with_one_that_is_not_its_own_is_refused(api, file):
    schema = {"type": "object", "properties": {"file": BINARY}}
    one = api({"multipart/form-data": {"schema": schema, "encoding": {"file": {"headers": HEADERS}}}})
    with pytest.raises(InvalidArguments):
        sent(one, {"file": file})
    with pytest.raises(InvalidArguments):  # and by the builder alone
        one.built("send", body={"file": file})


async def test_a_list_of_parts(api):
    media = {
        "schema": {"type": "array", "prefixItems": [{"type": "object"}, BINARY], "items": {"type": "string"}},
        "prefixEncoding": [{}, {"contentType": "image/png", "headers": {"X-Page": {"schema": {"type": "integer"}}}}],
        "itemEncoding": {"contentType": "text/csv"},
    }
    kind, parts = sent(
        api({"multipart/mixed": media}), [{"a": 1}, {"content": b"\x89", "headers": {"X-Page": 2}}, "a,b", "c"]
    )
    assert kind.startswith("multipart/mixed; boundary=")
    assert parts == [
        ({"content-type": "application/json"}, b'{"a":1}'),
        ({"content-type": "image/png", "x-page": "2"}, b"\x89"),
        ({"content-type": "text/csv"}, b"a,b"),
        ({"content-type": "text/csv"}, b"c"),
    ]
    _, parts = sent(api({"multipart/mixed": media}), [{"a": 1}, {"content": b"\x89", "filename": "s.png"}])
    assert parts[1][0] == {"content-disposition": 'attachment; filename="s.png"', "content-type": "image/png"}


async def test_a_part_of_which_nothing_is_said_is_anything(api):
    sums = {"X-Sum": {"schema": {"type": "string"}}}
    for schema in ({"type": "array"}, {"type": "array", "items": {}}):
        one = api({"multipart/mixed": {"schema": schema, "itemEncoding": {"headers": sums}}})
        _, parts = sent(one, [{"a": 1}, {"content": "x", "headers": {"X-Sum": "s"}}, b"\x00", "t"])
        assert [(head.get("x-sum"), body) for head, body in parts] == [
            (None, b'{"a":1}'), ("s", b"x"), (None, b"\x00"), (None, b"t"),
        ]  # fmt: skip
    sums["X-Sum"]["required"] = True
    one = api({"multipart/mixed": {"schema": {"type": "array"}, "itemEncoding": {"headers": sums}}})
    with pytest.raises(InvalidArguments):
        sent(one, [{"a": 1}])


async def test_items_of_a_stream_of_parts_and_related_ones(api):
    media = {"itemSchema": {"type": "object"}, "itemEncoding": {"contentType": "application/json"}}
    kind, parts = sent(api({"multipart/related": media}), [{"a": 1}, {"a": 2}])
    assert kind.startswith('multipart/related; type="application/json"; boundary=')
    assert [body for _, body in parts] == [b'{"a":1}', b'{"a":2}']
    with pytest.raises(InvalidArguments):
        sent(api({"multipart/related": media}), {"a": 1})
    kind, _ = sent(api({'multipart/related; type="text/xml"; start="<a>"': {"schema": {"type": "array"}}}), ["<a/>"])
    assert kind.startswith('multipart/related; type="text/xml"; start="<a>"; boundary=')
    with pytest.raises(InvalidArguments):
        sent(api({"multipart/form-data": {"schema": {}}}), ["a"])


async def test_parts_in_a_part(api):
    inner = {"contentType": "multipart/mixed", "itemEncoding": {"contentType": "image/png"}}
    schema = {"type": "object", "properties": {"album": {"type": "array"}, "name": {"type": "string"}}}
    one = api({"multipart/form-data": {"schema": schema, "encoding": {"album": inner}}})
    _, parts = sent(one, {"name": "x", "album": [b"\x01", b"\x02"]})
    assert parts[1:] == [({"content-type": "image/png"}, b"\x01"), ({"content-type": "image/png"}, b"\x02")]


async def test_an_object_whose_own_schema_has_a_content_is_a_value(api):
    page = {"type": "object", "properties": {"content": {"type": "string"}, "filename": {"type": "string"}}}
    one = api({"multipart/form-data": {"schema": {"type": "object", "properties": {"page": page}}}})
    _, parts = sent(one, {"page": {"content": "x", "filename": "y"}})
    assert parts == [
        ({"content-disposition": 'form-data; name="page"', "content-type": "application/json"}, b'{"content":"x","filename":"y"}')
    ]  # fmt: skip


name = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\\'), min_size=1, max_size=20)
content = st.one_of(st.binary(max_size=200), st.text(st.characters(exclude_categories=["Cs"]), max_size=50))


@given(st.dictionaries(name, st.lists(st.tuples(name, content), min_size=1, max_size=3), max_size=4))
def test_what_a_server_reads_is_what_was_given(value):
    files = {key: [{"filename": file, "content": body} for file, body in each] for key, each in value.items()}
    kind, body = multipart("multipart/form-data", files, Encoding(files=frozenset(files)), Schemas({}, "3.1"))
    read: list[tuple[bytes, bytes, bytes]] = []

    def take(file):
        file.file_object.seek(0)
        read.append((file.field_name, file.file_name, file.file_object.read()))

    parse_form({"Content-Type": kind.encode()}, io.BytesIO(body), lambda _: None, take)
    assert read == [
        (key.encode(), file.encode(), body if isinstance(body, bytes) else body.encode())
        for key, each in value.items()
        for file, body in each
    ]


@given(st.lists(st.one_of(st.binary(max_size=100), st.dictionaries(name, st.integers()), name), max_size=5))
def test_what_a_mime_parser_reads_is_what_was_given(value):
    encoding = Encoding.read({"itemEncoding": {"headers": {"X-At": {"schema": {"const": "here"}}}}})
    kind, body = multipart("multipart/mixed", value, encoding, Schemas({}, "3.1"))
    read = mime(kind, body) if value else []
    assert [text for _, text in read] == [
        one if isinstance(one, bytes) else one.encode() if isinstance(one, str)
        else json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode()
        for one in value
    ]  # fmt: skip
    assert all(head["x-at"] == "here" for head, _ in read)
