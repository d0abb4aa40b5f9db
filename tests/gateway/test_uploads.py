"""A text where a file goes: what names a file is not sent in its place without a word, what is content passes."""

from __future__ import annotations

import hashlib

import pytest
from tests.conftest import TOKEN

import keyhole
from keyhole.catalog.catalog import Catalog
from keyhole.config import Config, openapi
from keyhole.gateway.uploads import named_files
from keyhole.sources.openapi.source import load


@pytest.fixture
async def code_mode(api, cache, tmp_path):
    (tmp_path / "notes.txt").write_text("what is in it")
    (tmp_path / "2026").mkdir()
    (tmp_path / "2026" / "README").write_text("no extension")
    document = openapi(document=f"{api}/openapi.json", name="tracker", base_url=api, bearer=TOKEN)
    config = Config(apis=(document,), cache_dir=cache, allow="all")
    async with keyhole.CodeMode(config=config, files=tmp_path) as opened:
        yield opened


def upload(file):
    return f'return tracker.attachments_upload({{ project: "DOC", number: 1, body: {{ file: {file} }} }})'


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ('"notes.txt"', "notes.txt"),
        ('"./notes.txt"', "notes.txt"),
        ('"@notes.txt"', "notes.txt"),
        ('"2026/README"', "2026/README"),
        ('{ filename: "x.txt", content: "notes.txt" }', "notes.txt"),
    ],
)
async def test_the_name_of_a_file_is_refused_with_what_to_write(code_mode, file, name):
    execution = await code_mode.execute(upload(file))
    text = execution.text()
    assert f'await files.open("{name}")' in text
    assert "body.file" in text
    assert not any(call.sent for call in execution.calls)
    done = await code_mode.execute(upload(f'await files.open("{name}")'))
    assert done.error is None


async def test_of_a_whole_body_too(code_mode):
    made = (await code_mode.execute(upload("new Uint8Array([1])"))).value["id"]
    replace = f"return tracker.attachments_replace({{ attachment_id: {made}, body: %s }})"
    assert "there is a file of that name" in (await code_mode.execute(replace % '"notes.txt"')).text()
    assert (await code_mode.execute(replace % 'new TextEncoder().encode("notes.txt")')).error is None


@pytest.mark.parametrize("text", ["Plain words, as notes.", "notes", "a,b\n1,2\n", "", "../notes.txt", "x" * 5000])
async def test_a_text_that_is_content_passes_without_a_word(code_mode, text):
    execution = await code_mode.execute(upload(repr(text)))
    assert execution.error is None
    assert execution.value["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert ("look like names" in execution.text()) == (text == "../notes.txt")


async def test_what_looks_like_a_name_that_is_not_there_is_sent_and_said(code_mode):
    execution = await code_mode.execute(upload('"report.pdf"'))
    assert execution.value["size"] == len("report.pdf")
    assert "texts that look like names of files, sent as the content of one: body.file" in execution.text()


BINARY = {"type": "string", "format": "binary"}
DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "Up"},
    "paths": {
        "/form": {
            "post": {
                "operationId": "form",
                "requestBody": {
                    "content": {
                        "multipart/form-data": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "files": {"type": "array", "items": BINARY},
                                    "meta": {"type": "object", "properties": {"content": BINARY, "title": BINARY}},
                                    "name": {"type": "string"},
                                },
                            }
                        }
                    }
                },
                "responses": {},
            }
        },
        "/json": {
            "post": {
                "operationId": "json",
                "requestBody": {
                    "content": {"application/json": {"schema": {"type": "object", "properties": {"file": BINARY}}}}
                },
                "responses": {},
            }
        },
    },
}


@pytest.mark.parametrize(
    ("operation", "body", "places"),
    [
        ("form", {"files": ["a.txt", b"b", "c.txt"]}, ["body.files[0]", "body.files[2]"]),
        ("form", {"files": [{"content": "a.txt", "filename": "b.txt"}]}, ["body.files[0].content"]),
        ("form", {"name": "a.txt", "meta": {"title": "a.txt"}}, []),
        ("json", {"file": "a.txt"}, []),
    ],
)
async def test_only_where_a_file_can_stand(operation, body, places):
    found = Catalog(load(DOCUMENT, name="up").operations()).get("up", operation)
    assert await named_files(found, found.signature.body, body, None) == places
