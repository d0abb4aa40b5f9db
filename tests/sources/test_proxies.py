from __future__ import annotations

import socket

import pytest

from keyhole.catalog.call import Call, Credentials
from keyhole.errors import DocumentError, Unreachable
from keyhole.sources.openapi.source import load
from keyhole.sources.openapi.transport import proxy_for

DOCUMENT = {"openapi": "3.1.0", "info": {"title": "T"}, "paths": {"/x": {"get": {"operationId": "x"}}}}


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> str:
    """Name a proxy in the environment where nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:pass@{address}")
    monkeypatch.setenv("HTTP_PROXY", f"http://user:pass@{address}")
    return address


def test_loopback_goes_past_the_proxy(nobody: str) -> None:
    for host in ("127.0.0.1", "127.1.2.3", "localhost", "::1"):
        assert proxy_for(("http", host, 80)) is None
    assert proxy_for(("http", "192.0.2.1", 80)) == f"http://user:pass@{nobody}"


async def test_a_proxy_that_is_down_is_named_without_its_password(nobody: str) -> None:
    source = load(DOCUMENT, base_url="http://192.0.2.1")
    (operation,) = source.operations()
    with pytest.raises(Unreachable) as caught:
        await source.send(Call(operation, {}), Credentials())
    assert f"the proxy {nobody} refused the connection" in str(caught.value)
    assert "pass" not in str(caught.value)
    assert not caught.value.sent
    await source.aclose()


async def test_a_socks_proxy_is_said_to_be_none(nobody: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "socks5://user:pass@127.0.0.1:1080")
    source = load(DOCUMENT, base_url="http://192.0.2.1")
    (operation,) = source.operations()
    with pytest.raises(Unreachable, match="socks5, not an HTTP proxy"):
        await source.send(Call(operation, {}), Credentials())
    await source.aclose()
    with pytest.raises(DocumentError, match="socks5, not an HTTP proxy"):
        load("http://192.0.2.1/openapi.json")
