"""A real HTTP server on loopback that behaves as badly as it is told: each path is a behaviour."""

from __future__ import annotations

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def answer(self, status: int, body: bytes = b"", content_type: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        if content_type:
            self.send_header("Content-Type", content_type)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        path = urlsplit(self.path).path
        self.server.seen.append(
            {
                "method": self.command,
                "path": self.path,
                "headers": {k.lower(): v for k, v in self.headers.items()},
                "body": body,
            }
        )
        if path in self.server.files:
            content_type, data = self.server.files[path]
            self.answer(200, data, content_type)
        else:
            self.behave(path.rpartition("/")[2], path)

    def behave(self, name: str, path: str) -> None:  # noqa: PLR0912
        headers = {k.lower(): v for k, v in self.headers.items()}
        seen = self.server.seen[-1]
        if name == "echo":
            shown = {
                "method": self.command,
                "path": self.path,
                "headers": headers,
                "body": seen["body"].decode("latin-1"),
            }
            self.answer(
                200, json.dumps(shown).encode(), Set_Cookie="session=abc", X_Echo=headers.get("authorization", "")
            )
        elif name == "slow":
            self.server.release.wait(5)
            self.answer(200, b"{}")
        elif name == "half":
            self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"a":')
            self.close_connection = True
        elif name == "hangup":
            self.close_connection = True
        elif name == "garbage":
            self.wfile.write(b"I do not speak HTTP\r\n\r\n")
            self.close_connection = True
        elif name == "html":
            self.answer(200, b"<html>Sign in</html>", "text/html")
        elif name == "broken-json":
            self.answer(200, b'{"a": oops', "application/json")
        elif name == "fail":
            self.answer(500, b'{"message": "on fire"}', Retry_After="7")
        elif name in ("events", "endless-lines", "endless-bytes"):
            kind = "text/event-stream" if name == "events" else "application/x-ndjson"
            head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n"
            self.wfile.write(head.encode())
            self.close_connection = True
            if name == "events":
                self.wfile.write(b'\xef\xbb\xbf: hello\n\nevent: a\nid: 1\ndata: {"n":\ndata:1}\n\n')
                self.wfile.write(b"retry: 9\r\ndata: two\r\n\r\nevent: none\n\ndata: half")
                self.wfile.flush()
            elif name == "endless-lines":
                self.wfile.write(b'{"a":1}\n{"a":2}\n{"a":')
                self.wfile.flush()
            try:
                while name == "endless-bytes":
                    self.wfile.write(b'{"a":1}\n' * 10_000)
            except OSError:
                return
            self.server.release.wait(5)
        elif name == "limited":
            self.answer(429, b"{}", Retry_After="7", RateLimit_Reset="30")
        elif name == "linked":
            self.answer(200, b"{}", Link='<http://x.test/?page=2>; rel="next"', X_RateLimit_Remaining="0")
        elif name == "empty":
            self.answer(204, b"", "")
        elif name == "ndjson":
            self.answer(200, b'{"a":1}\n{"a":2}\n', "application/x-ndjson")
        elif name == "binary":
            self.answer(200, b"\x00\x01\xff", "application/octet-stream")
        elif name == "latin":
            self.answer(200, "é".encode("latin-1"), "text/plain; charset=iso-8859-1")
        elif name == "text-json":
            self.answer(200, b' {"a": 1}', "text/plain")
        elif name == "gzip":
            self.answer(200, gzip.compress(b'{"packed": true}'), Content_Encoding="gzip")
        elif name == "bomb":
            self.answer(200, gzip.compress(b" " * (4 << 20)), Content_Encoding="gzip")
        elif name == "brotli":
            self.answer(200, b"\x8b\x02\x80{}\x03", Content_Encoding="br")
        elif name == "big":
            self.answer(200, b'"' + b"x" * (2 << 20) + b'"')
        elif name in self.server.redirects:
            status, location = self.server.redirects[name]
            self.answer(status, b"", "", Location=location)
        else:
            self.answer(404, b'{"message": "no such path"}')

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = handle_any  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[dict[str, Any]] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self.redirects: dict[str, tuple[int, str]] = {}
        self.release = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that gives up is what the tests are about

    def close(self) -> None:
        self.release.set()
        self.shutdown()
        self.server_close()
        self.thread.join()
