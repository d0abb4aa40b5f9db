from __future__ import annotations

import socket

import pytest

from keyhole.errors import UsageError
from keyhole.serve.http import is_loopback, listen, security, url


@pytest.mark.parametrize("address", ["8000", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", ":80", "127.0.0.1:http", ""])
def test_what_is_no_address(address):
    with pytest.raises(UsageError, match="HOST:PORT"):
        listen(address)


def test_a_port_that_is_taken():
    with listen("127.0.0.1:0") as bound, pytest.raises(UsageError, match="cannot listen") as caught:
        listen(f"127.0.0.1:{bound.getsockname()[1]}")
    assert "0 is any free one" in caught.value.hint


def test_a_host_that_is_not_ours():
    with pytest.raises(UsageError, match="cannot listen"):
        listen("198.51.100.1:0")


def test_the_address_as_a_client_writes_it():
    with listen("127.0.0.1:0") as bound:
        assert url(bound) == f"http://127.0.0.1:{bound.getsockname()[1]}/mcp"
        assert is_loopback(bound)
    with listen("0.0.0.0:0") as bound:
        assert url(bound).startswith("http://127.0.0.1:")
        assert not is_loopback(bound)


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 on this machine")
def test_ipv6():
    try:
        bound = listen("[::1]:0")
    except UsageError as error:
        pytest.skip(error.message)
    with bound:
        assert url(bound).startswith("http://[::1]:")
        assert is_loopback(bound)


def test_only_named_hosts_are_answered():
    settings = security(["keyhole.example"])
    assert settings.enable_dns_rebinding_protection
    assert {"localhost", "localhost:*", "keyhole.example", "keyhole.example:*"} <= set(settings.allowed_hosts)
    assert "https://keyhole.example" in settings.allowed_origins
    assert not any("*" in host.removesuffix(":*") for host in settings.allowed_hosts)
