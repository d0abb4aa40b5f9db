"""Fetching documents from a real server that answers, says that nothing changed, fails, hangs, or breaks off."""

from __future__ import annotations

import json
import logging
import os
import shutil
import ssl
import stat
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from bad_server import Handler, Server

from keyhole.errors import DocumentError
from keyhole.sources.openapi import fetch, load
from keyhole.sources.openapi.copies import Copies, Copy
from keyhole.sources.openapi.fetch import read_file
from keyhole.sources.openapi.transport import ssl_context

SECRET = "s3cret-token-value"


def described(*names, **more):
    paths = {f"/{name}": {"get": {"operationId": name, "responses": {}}} for name in names}
    return json.dumps({"openapi": "3.1.0", "info": {"title": "T"}, "paths": paths, **more}).encode()


class Versioned(Handler):
    """Serves `files` with ETags, unless the server's `mode` says how to fail."""

    def handle_any(self):
        mode = self.server.mode
        seen = {"path": self.path, "headers": {name.lower(): value for name, value in self.headers.items()}}
        self.server.seen.append(seen)
        found = self.server.files.get(self.path)
        if mode == "hang":
            self.server.release.wait(5)
        elif mode == "close":
            self.close_connection = True
        elif mode == "half":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
            self.close_connection = True
        elif isinstance(mode, int):
            self.answer(mode, b"{}")
        elif found is None:
            super().handle_any()
        elif seen["headers"].get("if-none-match") == found[0]:
            self.answer(304, b"", "", ETag=found[0])
        else:
            self.answer(200, found[1], "application/json", ETag=found[0], **self.server.more)

    do_GET = handle_any  # noqa: N815


@pytest.fixture
def place(tmp_path):
    """A server with one document, and a folder for copies."""
    server = Server()
    server.RequestHandlerClass = Versioned
    server.mode, server.more = "", {}
    server.files["/api.json"] = ('"1"', described("first"))
    server.cache = tmp_path / "cache" / "documents"
    yield server
    server.close()


def ids(place, path="/api.json", **options):
    options = {"cache": place.cache, "timeout_s": 0.5, **options}
    return [one.id for one in load(f"{place.url}{path}", **options).operations()]


def test_a_document_that_has_not_changed_is_not_sent_again(place):
    assert ids(place) == ids(place) == ["first"]
    assert [one["headers"].get("if-none-match") for one in place.seen] == [None, '"1"']
    place.files["/api.json"] = ('"2"', described("second"))
    assert ids(place) == ids(place) == ["second"]
    assert [one["headers"].get("if-none-match") for one in place.seen[2:]] == ['"1"', '"2"']


def test_a_date_will_do_where_there_is_no_tag(place):
    place.files["/api.json"] = ("", described("first"))
    place.more = {"Last_Modified": "Fri, 27 Nov 2026 12:00:00 GMT"}
    ids(place)
    ids(place)
    assert place.seen[1]["headers"]["if-modified-since"] == "Fri, 27 Nov 2026 12:00:00 GMT"
    assert "if-none-match" not in place.seen[1]["headers"]


@pytest.mark.parametrize("mode", ["hang", "close", "half", 500, 503, 429])
def test_the_last_good_copy_is_used_when_nobody_answers(place, caplog, mode):
    ids(place)
    (file,) = place.cache.iterdir()
    os.utime(file, (time.time() - 3 * 3600,) * 2)
    place.mode = mode
    with caplog.at_level(logging.WARNING):
        assert ids(place) == ["first"]
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "an old copy of the document is used" in record.message
    assert "3 hours" in record.message
    assert place.url in record.message
    place.mode = ""
    caplog.clear()
    assert ids(place) == ["first"]
    assert not caplog.records
    assert time.time() - file.stat().st_mtime < 60  # the server has said that it is still good


def test_the_last_good_copy_is_used_when_the_server_is_gone(place, caplog):
    ids(place)
    place.release.set()
    place.shutdown()
    place.server_close()
    assert ids(place) == ["first"]
    assert "refused the connection" in caplog.text


@pytest.mark.parametrize("mode", [401, 403, 404, 410, 304])
def test_a_server_that_says_no_is_believed(place, mode):
    ids(place)
    place.files["/api.json"] = ('"2"', described("second"))
    if mode == 304:
        shutil.rmtree(place.cache)
    place.mode = mode
    with pytest.raises(DocumentError, match=f"answered {mode}"):
        ids(place)


@pytest.mark.parametrize("bad", [b"<html>Sign in</html>", b"{", b'{"openapi": "3.1.0", "paths": {}}'])
def test_what_is_no_document_does_not_take_the_place_of_one(place, bad):
    ids(place)
    place.files["/api.json"] = ('"2"', bad)
    with pytest.raises(DocumentError):
        ids(place)
    place.mode = 500
    assert ids(place) == ["first"]


def test_what_must_not_be_stored_is_not(place):
    place.more = {"Cache_Control": "private, No-Store"}
    ids(place)
    assert not list(place.cache.iterdir())


def test_nobody_reads_back_what_only_a_credential_gets(place):
    host = place.url.removeprefix("http://")
    private = f"http://user:{SECRET}@{host}/api.json?sig={SECRET}"
    load(f"{place.url}/api.json?sig=x", cache=place.cache, doc_headers={"X-Token": SECRET})
    load(private, cache=place.cache)
    place.mode = 500
    for url, headers in (
        ("/api.json?sig=x", {}), ("/api.json?sig=x", {"X-Token": "other"}), ("/api.json?sig=x", {"X-Other": SECRET}),
        (f"/api.json?sig={SECRET}", {}), (f"/api.json?sig={SECRET}", {"X-Token": SECRET}), ("/api.json", {}),
    ):  # fmt: skip
        with pytest.raises(DocumentError, match="answered 500"):
            load(place.url + url, cache=place.cache, doc_headers=headers)
    assert load(f"{place.url}/api.json?sig=x", cache=place.cache, doc_headers={"x-token": SECRET}).operations()
    assert load(private, cache=place.cache).operations()
    files = list(place.cache.iterdir())
    assert len(files) == 2
    for file in files:
        assert SECRET.encode() not in file.read_bytes()
        assert SECRET not in file.name
        assert b"sig=" not in file.read_bytes()


def test_copies_are_the_users_own(place, caplog):
    ids(place)
    assert stat.S_IMODE(place.cache.stat().st_mode) == 0o700
    (file,) = place.cache.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    place.mode = 500
    file.chmod(0o666)
    with pytest.raises(DocumentError):
        ids(place)
    file.chmod(0o600)
    assert ids(place) == ["first"]
    place.cache.chmod(0o777)
    caplog.clear()
    with pytest.raises(DocumentError):
        ids(place)
    assert "writable by others" in caplog.text


def test_a_damaged_copy_is_none(place):
    ids(place)
    (file,) = place.cache.iterdir()
    whole = file.read_bytes()
    place.mode = 500
    for damaged in (whole[:-1], whole.replace(b"first", b"other"), b"", b"{}\n", b"[]", b"\xff\n{}"):
        file.write_bytes(damaged)
        with pytest.raises(DocumentError, match="answered 500"):
            ids(place)


def test_without_a_folder_nothing_is_kept(place):
    blocked = place.cache.parent.parent / "file"
    blocked.write_text("")
    assert ids(place, cache=blocked / "documents") == ["first"]
    assert ids(place, cache=None) == ["first"]


def test_every_file_of_a_document_is_kept_and_a_silent_server_is_asked_once(place, caplog):
    place.files["/api.json"] = ('"1"', described(components={"schemas": {"A": {"$ref": "a.json"}}}).replace(b'"paths": {}', b'"paths": {"/b": {"$ref": "b.json"}}'))  # fmt: skip
    place.files["/a.json"] = ('"a"', b'{"type": "string"}')
    place.files["/b.json"] = ('"b"', b'{"get": {"operationId": "b"}}')
    assert ids(place) == ["b"]
    place.mode = "hang"
    before = len(place.seen)
    source = load(f"{place.url}/api.json", cache=place.cache, timeout_s=0.3)
    assert not source.notices
    assert sorted(source.document["x-keyhole-files"]) == [f"{place.url}/a.json", f"{place.url}/b.json"]
    assert len(place.seen) == before + 1
    assert len(caplog.records) == 1


def test_a_copy_knows_where_it_came_from(place):
    place.redirects["moved"] = (302, "/v2/api.json?token=abc")
    place.files["/v2/api.json?token=abc"] = ('"1"', described("moved", servers=[{"url": "here"}]))
    first = load(f"{place.url}/moved", cache=place.cache)
    place.mode = 500
    copy = load(f"{place.url}/moved", cache=place.cache)
    assert first.base_url == copy.base_url == f"{place.url}/v2/here"
    assert b"abc" not in next(place.cache.iterdir()).read_bytes()


def test_the_tag_goes_where_it_came_from_only(place):
    place.redirects["moved"] = (302, "/api.json")
    ids(place, "/moved")
    ids(place, "/moved")
    assert {one["headers"].get("if-none-match") for one in place.seen if one["path"] == "/moved"} == {None}
    assert place.seen[-1]["headers"]["if-none-match"] == '"1"'


def test_redirects_end_and_each_is_looked_at(place):
    place.redirects["loop"] = (302, "/loop")
    place.redirects["metadata"] = (302, "http://169.254.169.254/latest/api.json")
    place.redirects["file"] = (302, "file:///etc/passwd")
    place.redirects["inside"] = (302, "http://10.0.0.1/api.json")
    for path, said in (
        ("/loop", "more than 5 times"), ("/metadata", "private address"), ("/file", "no http or https URL"), ("/inside", "private address"),
    ):  # fmt: skip
        with pytest.raises(DocumentError, match=said):
            ids(place, path)


def test_what_is_too_large_is_given_up(place):
    from keyhole.sources.openapi.fetch import Fetcher

    place.files["/api.json"] = ('"1"', b"x" * 5000)
    fetcher = Fetcher([place.url], max_bytes=4000)
    with pytest.raises(DocumentError, match="larger than"):
        fetcher.get(f"{place.url}/api.json")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_no_redirect_leaves_https(place, tmp_path, monkeypatch):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    server = Server()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.files["/api.json"] = ("application/json", described("safe"))
    server.redirects["away"] = (302, f"{place.url}/api.json")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    ssl_context.cache_clear()
    try:
        url = server.url.replace("http:", "https:")
        assert [one.id for one in load(f"{url}/api.json").operations()] == ["safe"]
        with pytest.raises(DocumentError, match="anybody on the way could change"):
            load(f"{url}/away", allow_private=True)
    finally:
        ssl_context.cache_clear()
        server.close()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_read_once_and_not_waited_for_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(fetch, "_NOBODY_S", 0.3)
    monkeypatch.setattr(fetch, "_SILENT_S", 0.6)
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)

    def write(*parts, wait=0.1):
        with pipe.open("wb", buffering=0) as file:
            for part in parts:
                time.sleep(wait)
                file.write(part)

    with ThreadPoolExecutor() as threads:
        writer = threads.submit(write, described("slow")[:20], described("slow")[20:])
        assert [one.id for one in load(pipe).operations()] == ["slow"]
        writer.result()
        with pytest.raises(DocumentError, match=r"is a pipe, and gave nothing in 0\.3 s"):
            load(pipe)
        writer = threads.submit(write, b"{", b"}", wait=1.0)
        with pytest.raises(DocumentError, match=r"gave nothing in 0\.6 s"):
            load(pipe)
        with pytest.raises(BrokenPipeError):
            writer.result()
        many = b" " * 4096
        writer = threads.submit(write, *[many] * 10, wait=0)
        with pytest.raises(DocumentError, match="is larger than 0 MB"):
            read_file(pipe, max_bytes=1000)


def test_old_copies_are_let_go(tmp_path):
    copies = Copies(tmp_path / "documents")
    for at in range(210):
        copies.keep("https://a.test/", {"authorization": str(at)}, Copy("https://a.test/", b"x", {}, 1.0))
    assert len(list((tmp_path / "documents").iterdir())) == 200


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(5, "5 seconds"), (300, "5 minutes"), (7300, "2 hours"), (9 * 86_400, "9 days"), (-50, "0 seconds")],
)
def test_ages(seconds, said):
    assert Copy("", b"", {}, time.time() - seconds).age == said
