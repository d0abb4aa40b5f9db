"""Serving any number of clients over streamable HTTP at `/mcp`, without sessions."""

from __future__ import annotations

import secrets
import socket
from contextlib import contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING

import anyio
import uvicorn
from mcp.server.transport_security import TransportSecuritySettings

from keyhole.errors import UsageError
from keyhole.serve.mcp import SESSION_HEADER, Face

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from keyhole.codemode import CodeMode

PATH = "/mcp"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
GRACE_S = 3


async def serve_http(
    code_mode: CodeMode, bound: socket.socket, *, hosts: Sequence[str] = (), ready: Callable[[], None] | None = None
) -> None:
    """Serve on a listening socket until cancelled; runs in flight are then stopped, and their clients told so.

    `hosts` are the names under which clients may address the server, besides those of the loopback interface and the
    bound address itself. `ready` is called when the first request can be answered.
    """
    face = Face(code_mode)
    app = face.server().streamable_http_app(
        streamable_http_path=PATH, stateless_http=True, transport_security=security([_literal(bound), *hosts])
    )
    config = uvicorn.Config(
        Sessionless(app), log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=GRACE_S
    )
    server = _Server(config)
    server.ready = ready
    async with anyio.create_task_group() as tasks:

        async def serving() -> None:
            with anyio.CancelScope(shield=True):  # ends by `should_exit`, so that answers under way are finished
                await server.serve(sockets=[bound])
            tasks.cancel_scope.cancel()

        tasks.start_soon(serving)
        try:
            await anyio.sleep_forever()
        finally:
            face.runs.stop_all()
            server.should_exit = True


def listen(address: str) -> socket.socket:
    """Bind `HOST:PORT` (port 0: any free one). Raises `UsageError`."""
    host, separator, port = address.rpartition(":")
    host = host.strip("[]")
    if not separator or not host or not port.isdigit() or int(port) > 65535:
        raise UsageError(f"{address!r} is not HOST:PORT", hint="For example: --http 127.0.0.1:8321")
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(target)
            bound.listen(128)
        except OSError:
            bound.close()
            raise
    except OSError as error:
        raise UsageError(
            f"cannot listen on {address}: {error.strerror or error}", hint="Take another port; 0 is any free one."
        ) from None
    return bound


def url(bound: socket.socket) -> str:
    """Give the address of the endpoint, as a client on this machine writes it."""
    host = _literal(bound)
    if ip_address(host.strip("[]")).is_unspecified:
        host = "127.0.0.1"
    return f"http://{host}:{bound.getsockname()[1]}{PATH}"


def is_loopback(bound: socket.socket) -> bool:
    """Say whether only this machine can reach the socket."""
    return ip_address(_literal(bound).strip("[]")).is_loopback


def security(hosts: Sequence[str]) -> TransportSecuritySettings:
    """Give the allow-list of Host and Origin: what keeps a web page from talking to us through a rebound name."""
    names = [*dict.fromkeys([*LOOPBACK, *hosts])]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[form for name in names for form in (name, f"{name}:*")],
        allowed_origins=[
            f"{scheme}://{form}" for scheme in ("http", "https") for name in names for form in (name, f"{name}:*")
        ],
    )


def _literal(bound: socket.socket) -> str:
    host: str = bound.getsockname()[0]
    return f"[{host}]" if ":" in host else host


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it: one place decides what ends the process, and with which exit code."""

    ready: Callable[[], None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.ready and not self.should_exit:
            self.ready()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


class Sessionless:
    """Gives handshake clients (2025 and before) a session id that the server does not keep.

    Without one, a client's `notifications/cancelled` could not be told from another client's, as all number their
    requests from zero. With it, the id is only a name that the client made its calls under; any replica takes any id.
    There is no stream to GET and no session to DELETE: both answer 405, as the transport's specification provides.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] != PATH:
            return await self._app(scope, receive, send)
        if scope["method"] != "POST":
            headers = [(b"allow", b"POST"), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 405, "headers": headers})
            return await send({"type": "http.response.body", "body": b""})
        given = {name for name, _ in scope["headers"]}
        if SESSION_HEADER.encode() in given or b"mcp-protocol-version" in given:
            return await self._app(scope, receive, send)
        return await self._app(scope, receive, _named(send))  # an `initialize`: later requests carry the version


def _named(send: Send) -> Send:
    """Add a fresh session id to a response."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            name = (SESSION_HEADER.encode(), secrets.token_hex(16).encode())
            message = {**message, "headers": [*message.get("headers", []), name]}
        await send(message)

    return sending
