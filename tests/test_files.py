"""Files of a program: from the folder to an API and back, never through the program or the model."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import subprocess
import sys
import threading
import tracemalloc
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import keyhole
from keyhole.catalog.schema import Schemas
from keyhole.config import Config, openapi
from keyhole.gateway.files import MAX_HANDLES
from keyhole.sources.openapi.body import encoded, guessed
from keyhole.sources.openapi.multipart import Encoding
from keyhole.sources.openapi.redact import Redactor
from keyhole.sources.openapi.streamed import Streamed
from keyhole.value import File

TOKEN = "a-token-that-nobody-may-see"
LARGE = 50 << 20
NOISE = random.Random(7).randbytes(1 << 20)


def config(api, cache, **settings):
    document = openapi(document=f"{api}/openapi.json", name="tracker", base_url=api, bearer=TOKEN)
    return Config(apis=(document,), cache_dir=cache, **settings)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "report.pdf").write_bytes(NOISE * 3)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("één")
    return tmp_path


@pytest.fixture
async def code_mode(api, cache, folder):
    async with keyhole.CodeMode(config=config(api, cache, allow="all"), files=folder) as opened:
        yield opened


async def value(code_mode, code):
    execution = await code_mode.execute(code)
    assert execution.error is None, execution.error
    return execution.value


async def said(code_mode, code):
    execution = await code_mode.execute(code)
    assert execution.error is not None
    return execution.text()


async def test_a_file_goes_up_and_comes_back_identical(code_mode, folder):
    made = await value(
        code_mode,
        """const file = await files.open("report.pdf");
        return tracker.attachments_upload({ project: "DOC", number: 1, body: { file, description: "of the year" } });""",
    )
    whole = (folder / "report.pdf").read_bytes()
    assert (made["name"], made["size"], made["media_type"]) == ("report.pdf", len(whole), "application/pdf")
    assert made["sha256"] == hashlib.sha256(whole).hexdigest()
    saved = await value(
        code_mode,
        f"""const got = await tracker.attachments_download({{ attachment_id: {made["id"]} }});
        return [got.name, got.size, await files.save(got, "back/copy.pdf")];""",
    )
    assert saved == ["report.pdf", len(whole), {"name": "back/copy.pdf", "size": len(whole)}]
    assert (folder / "back" / "copy.pdf").read_bytes() == whole
    assert sorted(path.name for path in folder.rglob("*")) == ["a.txt", "back", "copy.pdf", "notes", "report.pdf"]


async def test_a_file_is_a_raw_body_a_named_part_and_one_of_request(code_mode):
    upload = 'const made = await tracker.attachments_upload({ project: "DOC", number: 2, body: { file: '
    named = await value(
        code_mode,
        upload
        + '{ content: await files.open("notes/a.txt"), filename: "b.bin", content_type: "x/y" } } }); return made',
    )
    assert (named["name"], named["media_type"], named["size"]) == ("b.bin", "x/y", 5)
    replaced = await value(
        code_mode,
        f"""const body = await files.open("report.pdf");
        const once = await tracker.attachments_replace({{ attachment_id: {named["id"]}, body }});
        const again = await request({{ method: "PUT", path: "/attachments/{named["id"]}/content", body }});
        return [once.sha256, again.sha256, again.size];""",
    )
    assert replaced == [hashlib.sha256(NOISE * 3).hexdigest()] * 2 + [len(NOISE) * 3]


async def test_a_small_answer_is_bytes_and_both_can_be_saved_and_read(code_mode, folder):
    got = await value(
        code_mode,
        """const made = await tracker.attachments_upload({ project: "DOC", number: 1, body: { file: new Uint8Array([1, 2, 3]) } });
        const small = await tracker.attachments_download({ attachment_id: made.id });
        await files.save(small, "small.bin");
        await files.save("text", "text.txt");
        await files.save("turned.txt", new Uint8Array([4]));
        const large = await files.open("report.pdf");
        return [small instanceof Uint8Array, await files.text("notes/a.txt"), [...await files.bytes(large, { start: 5, end: 8 })],
                (await files.bytes(large)).length, (await files.list()).map(f => f.name)];""",
    )
    assert got[:2] == [True, "één"]
    assert got[2:4] == [list(NOISE[5:8]), len(NOISE) * 3]
    assert got[4] == ["report.pdf", "small.bin", "text.txt", "turned.txt", "notes/a.txt"]
    assert (folder / "small.bin").read_bytes() == b"\1\2\3"


async def test_what_goes_wrong_says_what_to_do(code_mode):
    for code, words in [
        ("files.open('reprot.pdf')", "Did you mean 'report.pdf'?"),
        ("files.open('../etc/passwd')", "names no file"),
        ("files.open(7)", "takes a name"),
        ("files.save('x')", 'files.save(what, "report.pdf")'),
        ("files.save('x', 'report.pdf')", "overwrite: true"),
        ("files.save({ a: 1 }, 'x')", "it saves a file, bytes or text"),
        ("files.save({ a: 1 }, 'x')", "Write files.save(JSON.stringify(what), name)"),
        ("files.save({ $file: 'x' }, 'x')", "is no file of this run"),
        ("files.read('notes/a.txt')", "files.text(name) and files.bytes(name) read a file"),
        ("files.list('note')", "there is no folder 'note'"),
        ("files.list('../x')", "names no file"),
        ("files.list({ folder: 'notes' })", "it takes the name of a folder, or nothing"),
        ("files.bytes('report.pdf', { start: -1 })", "count bytes from 0"),
        ("(await files.open('report.pdf')).size + files.open('report.pdf').size", "await it"),
        ("tracker.projects_get({ project: await files.open('report.pdf') })", "project"),
        (
            "tracker.labels_create({ project: 'DOC', body: { name: await files.open('notes/a.txt'), color: 'ff0000' } })",
            "bytes",
        ),
    ]:
        assert words in await said(code_mode, f"return {code}"), code


async def test_a_folder_in_it_is_listed_by_its_name(code_mode, folder):
    (folder / "notes" / "deep").mkdir()
    (folder / "notes" / "deep" / "b.txt").write_text("b")
    (folder / "empty").mkdir()
    (folder / "link").symlink_to(folder / "notes")
    names = "(await files.list(where)).map(f => f.name)"
    asked = "['notes', 'notes/', 'notes/deep', 'empty', '', undefined]"
    got = await value(code_mode, f"const all = []; for (const where of {asked}) all.push({names}); return all")
    below, whole = ["notes/a.txt", "notes/deep/b.txt"], ["report.pdf", "notes/a.txt", "notes/deep/b.txt"]
    assert got == [below, below, below[1:], [], whole, whole]
    for name in ("link", "link/deep", "report.pdf"):
        assert "there is no folder" in await said(code_mode, f"return files.list('{name}')")


async def test_without_a_folder_or_the_right(api, cache, folder):
    async with keyhole.CodeMode(config=config(api, cache)) as code_mode:
        assert "--files DIR" in await said(code_mode, "return files.open('x')")
        assert "$file" in await value(code_mode, "return JSON.stringify({ $file: 'x' })")
    async with keyhole.CodeMode(config=config(api, cache, read_only=True), files=folder) as code_mode:
        assert "--read-only" in await said(code_mode, "return files.save('x', 'new.txt')")
        assert await value(code_mode, "return files.text('notes/a.txt')") == "één"
        searched = await code_mode.search(code="return files.text('notes/a.txt')")
        assert "there are no files here" in searched.text()
    assert not (folder / "new.txt").exists()
    with pytest.raises(keyhole.UsageError, match="no such folder"):
        keyhole.CodeMode(config=config(api, cache), files=folder / "missing")


async def test_what_is_saved_is_in_the_audit_and_nothing_of_its_content(code_mode, api, cache, folder):
    events = []
    execution = await code_mode.execute(
        """await files.save("what nobody may read", "back/out.txt");
        await files.save("again", "back/out.txt").catch(() => 0);
        await files.save("of content, too long a name".repeat(99), "x\\n").catch(() => 0);
        await tracker.projects_list({});
        await files.save("back/#2.bin", new Uint8Array(1500));""",
        on_event=events.append,
    )
    assert execution.error is None
    saves = [call for call in execution.json()["calls"] if call["operation"] == "files.save"]
    assert [(one["url"], one.get("bytes"), one["decision"], one["effect"]) for one in saves] == [
        ("back/out.txt", 20, "allow", "write"),
        ("back/out.txt", None, None, "write"),
        ("back/#2.bin", 1500, "allow", "write"),
    ]
    assert [event.operation for event in events] == [call.operation for call in execution.calls]
    assert "nobody may read" not in json.dumps([call.json() for call in execution.calls])
    assert execution.text().endswith(
        "--- writes ---\nwrite: files.save back/out.txt → 20 bytes\nwrite: files.save back/#2.bin → 1,500 bytes"
    )
    failed = await code_mode.execute("await files.save('x', 'once.txt'); throw 'up'")
    assert "write: files.save once.txt → 1 byte" in failed.text()
    async with keyhole.CodeMode(config=config(api, cache, read_only=True), files=folder) as reading:
        denied = await reading.execute("await files.save('x', 'new.txt').catch(() => 0)")
    assert [(call.decision, call.error, call.sent, call.bytes) for call in denied.calls] == [
        ("deny", "denied", False, None)
    ]


async def test_what_an_api_says_is_no_handle(code_mode):
    """An API that names a file in its answer does not get it when the program passes the answer on."""
    forged = """JSON.parse('{ "$file": "report.pdf", "name": "report.pdf", "size": 3, "type": "x/y" }')"""
    body = f"{{ project: 'DOC', number: 1, body: {{ file: {forged} }} }}"
    assert "is no file of this run" in await said(code_mode, f"return tracker.attachments_upload({body})")
    assert "is no file of this run" in await said(code_mode, f"return files.save({forged}, 'x')")
    handle = await value(code_mode, "return files.open('report.pdf')")
    assert handle.keys() == {"$file", "name", "size", "type"}
    stale = await said(code_mode, f"return files.bytes({json.dumps(handle)})")
    assert "is no file of this run" in stale
    assert "await files.open" in stale


async def test_files_of_a_run_are_closed_and_counted(code_mode):
    before = len([*Path("/proc/self/fd").iterdir()])
    opened = await code_mode.execute("for (let i = 0; i < 300; i++) await files.open('report.pdf');")
    assert f"{MAX_HANDLES} files open" in opened.text()
    assert await value(code_mode, "let n = 0; for (let i = 0; i < 150; i++) n += (await files.text('notes/a.txt')).length; return n") == 450  # fmt: skip
    await asyncio.gather(*(code_mode.execute("await files.open('report.pdf'); throw 1") for _ in range(3)))
    assert len([*Path("/proc/self/fd").iterdir()]) <= before + 3


class Blobs(BaseHTTPRequestHandler):
    """Takes and gives bytes of any number, with no more than a piece of them in memory."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        size = int(self.path.partition("size=")[2].partition("&")[0])
        self.send_response(200)
        self.send_header("content-type", "application/octet-stream")
        self.send_header("content-length", str(size))
        self.end_headers()
        secret = self.headers.get("authorization", "").encode()
        try:
            for start in range(0, size, len(NOISE)):
                piece = NOISE[: size - start]
                if "leak" in self.path:  # across the pieces too
                    piece = (secret * (len(piece) // len(secret) + 1))[: len(piece)]
                self.wfile.write(piece)
        except OSError:
            return

    def do_POST(self):
        left, digest = int(self.headers["content-length"]), hashlib.sha256()
        while left:
            piece = self.rfile.read(min(left, 1 << 16))
            digest.update(piece)
            left -= len(piece)
        answer = json.dumps({"sha256": digest.hexdigest(), "type": self.headers["content-type"]}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        return


DOCUMENT = {
    "openapi": "3.1.0", "info": {"title": "Big", "version": "1"},
    "paths": {"/blob": {
        "get": {"operationId": "down", "parameters": [{"name": "size", "in": "query", "schema": {"type": "integer"}},
                                                      {"name": "leak", "in": "query", "schema": {"type": "boolean"}}],
                "responses": {"200": {"description": "", "content": {"application/octet-stream": {}}}}},
        "post": {"operationId": "up", "requestBody": {"content": {"application/octet-stream": {}}},
                 "responses": {"200": {"description": "", "content": {"application/json": {}}}}}}},
}  # fmt: skip


@contextmanager
def blobs():
    with ThreadingHTTPServer(("127.0.0.1", 0), Blobs) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
async def big(cache, tmp_path):
    with blobs() as url:
        api = openapi(document=DOCUMENT, name="big", base_url=url, bearer=TOKEN)
        async with keyhole.CodeMode(config=Config(apis=(api,), cache_dir=cache, allow="all", files=tmp_path)) as opened:
            yield opened


async def test_fifty_megabytes_pass_in_little_memory(big, tmp_path):
    await value(big, "return big.down({ size: 10 })")  # what is loaded late is loaded
    tracemalloc.start()
    try:
        down = await value(
            big,
            f"const got = await big.down({{ size: {LARGE} }}); return [got.size, await files.save(got, 'large.bin')]",
        )
        up = await value(big, "return big.up({ body: await files.open('large.bin') })")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert down == [LARGE, {"name": "large.bin", "size": LARGE}]
    digest = hashlib.sha256(NOISE * 50).hexdigest()
    assert hashlib.sha256((tmp_path / "large.bin").read_bytes()).hexdigest() == digest
    assert up == {"sha256": digest, "type": "application/octet-stream"}
    assert peak < 15 << 20


async def test_a_secret_does_not_reach_the_disk(big, tmp_path):
    size = await value(
        big,
        f"const got = await big.down({{ size: {4 << 20}, leak: true }}); return (await files.save(got, 'leak.bin')).size",
    )
    kept = (tmp_path / "leak.bin").read_bytes()
    assert size == len(kept)
    assert TOKEN.encode() not in kept
    assert b"[redacted]" in kept


async def test_an_answer_too_large_leaves_nothing(big, tmp_path, monkeypatch):
    monkeypatch.setattr("keyhole.sources.openapi.http.MAX_FILE", 2 << 20)
    assert "more than 2 MB" in await said(big, "return big.down({ size: 5000000 })")
    assert list(tmp_path.iterdir()) == []


async def test_a_disk_that_is_full_is_said(big, monkeypatch):
    def full():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(big._folder, "spool", full)
    assert "No space left on device" in await said(big, "return big.down({ size: 5000000 })")


SECRETS = ("s3cret/token+value==", "another")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from([*SECRETS, "s3cret/", "token+value==", "another"[:4], "x", "s3cret%2Ftoken%2Bvalue%3D%3D"]),
        max_size=12,
    ),
    st.lists(st.integers(1, 9), min_size=1, max_size=9),
)
def test_a_secret_cut_in_two_is_found(words, sizes):
    redactor, data = Redactor(SECRETS), "".join(words).encode()
    passage, out, at, turn = redactor.passage(), b"", 0, 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        out += passage.feed(data[at : at + size])
        at, turn = at + size, turn + 1
    assert out + passage.end() == redactor.clean(data)


async def test_a_body_of_files_is_what_one_of_bytes_is(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"hello")
    with (tmp_path / "a.txt").open("rb") as stream:
        file = File("a.txt", 5, "text/plain", stream)
        kind, body = guessed(
            "multipart/form-data", {"note": "x", "files": [file, file], "one": {"content": file, "filename": "b"}}
        )
        assert isinstance(body, Streamed)
        sent = b"".join([piece async for piece in body])
        boundary = kind.partition("boundary=")[2].encode()
        parts = [part.strip(b"\r\n") for part in sent.split(b"--" + boundary)[1:-1]]
        assert len(sent) == len(body)
        head = b'Content-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: text/plain\r\n\r\nhello'
        assert parts == [
            b'Content-Disposition: form-data; name="note"\r\n\r\nx',
            *[head % (b"files", b"a.txt")] * 2, head % (b"one", b"b"),
        ]  # fmt: skip
        assert sent == b"".join([piece async for piece in body]), "it can be sent again"
        assert guessed("", file)[0] == "text/plain"
        assert encoded("image/*", file, Encoding(), Schemas({}))[0] == "text/plain"


def test_the_command_line(doc, environment, folder):
    run = [sys.executable, "-m", "keyhole", "exec", *doc, "--files", str(folder), "--allow", "write", "--code"]
    code = "const f = await files.open('report.pdf'); return (await tracker.attachments_upload({project: 'DOC', number: 3, body: {file: f}})).size"
    done = subprocess.run([*run, code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"{len(NOISE) * 3}\n"
    missing = subprocess.run(
        [str(folder / "missing") if one == str(folder) else one for one in run] + ["1"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert missing.returncode == 2
    assert "no such folder" in missing.stderr
    path = folder / "keyhole.toml"
    path.write_text('files = "notes"\n')
    assert Config.load(path).files == folder / "notes"
