"""Runs the demo API on a free loopback port, in a thread of this process, for as long as somebody wants it."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from threading import Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING

import uvicorn

from keyhole.demo.app import create_app

if TYPE_CHECKING:
    from collections.abc import Generator

_START_S = 20.0


def server(token: str) -> uvicorn.Server:
    """Make a quiet uvicorn for a fresh demo API; whoever runs it gives it its socket."""
    return uvicorn.Server(
        uvicorn.Config(
            create_app(token=token),
            log_level="error",
            access_log=False,
            timeout_graceful_shutdown=2,
        )
    )


def listen(port: int = 0) -> tuple[socket.socket, str]:
    """Bind a loopback port (0: a free one); give the socket and the URL."""
    # With the protocol named, asyncio turns Nagle's algorithm off; without it every answer waits 40 ms for an ACK.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", port))
        sock.listen(128)
    except OSError:
        sock.close()
        raise
    return sock, f"http://127.0.0.1:{sock.getsockname()[1]}"


@contextmanager
def running(token: str, *, port: int = 0) -> Generator[str]:
    """Serve a fresh demo API and give its URL (no slash at the end); stopped, and its port free, on the way out.

    The document is at `/openapi.json`. Raises `OSError` where the port is taken, `RuntimeError` where it
    does not start.
    """
    sock, url = listen(port)
    with sock:
        uvi = server(token)
        thread = Thread(target=uvi.run, kwargs={"sockets": [sock]}, name="demo-api", daemon=True)
        thread.start()
        try:
            _wait(uvi, thread)
            yield url
        finally:
            uvi.should_exit = True
            thread.join(_START_S)


def _wait(uvi: uvicorn.Server, thread: Thread) -> None:
    deadline = monotonic() + _START_S
    while not uvi.started:
        if not thread.is_alive() or monotonic() > deadline:
            raise RuntimeError("the demo API did not start")
        sleep(0.005)
