"""Transports that connect through the guard, or through the proxy that the environment names.

One level below a client on purpose: a client would keep cookies between runs, follow redirects, add headers of its own.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING
from urllib.request import getproxies, proxy_bypass

import httpcore2
import httpx2

from keyhole.sources.openapi.guard import Guard, GuardedBackend, GuardedSyncBackend, is_loopback

if TYPE_CHECKING:
    import ssl

    from keyhole.sources.openapi.guard import Origin

# Its DEBUG lines hold the headers of answers as they came, and an API may repeat a credential there.
logging.getLogger("httpcore2").setLevel(logging.INFO)

_CONNECTIONS = 100
_KEPT = 20
_KEEP_S = 30.0


@cache
def ssl_context() -> ssl.SSLContext:
    """Give the system's trust store, or what SSL_CERT_FILE names. Made once a process."""
    return httpx2.create_ssl_context()


def proxy_for(origin: Origin) -> str | None:
    """Give the proxy that the environment (HTTPS_PROXY, NO_PROXY, ... or the system's settings) wants for an origin.

    Raises `httpx2.UnsupportedProtocol` for a proxy that does not speak HTTP.
    """
    scheme, host, port = origin
    if host == "localhost" or is_loopback(host):  # no proxy reaches what is meant by it
        return None
    proxies = getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy or proxy_bypass(f"{host}:{port}") or proxy_bypass(host):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if not proxy.lower().startswith(("http://", "https://")):
        kind = proxy.partition("://")[0][:20]
        raise httpx2.UnsupportedProtocol(f"the environment names a proxy of the kind {kind}, not an HTTP proxy")
    return proxy


class GuardedTransport(httpx2.AsyncHTTPTransport):
    """HTTP/1.1 with kept connections."""

    def __init__(self, guard: Guard) -> None:
        super().__init__(verify=ssl_context())
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=ssl_context(),
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_KEPT,
            keepalive_expiry=_KEEP_S,
            network_backend=GuardedBackend(guard),
        )


class GuardedSyncTransport(httpx2.HTTPTransport):
    """The same for the fetching of documents."""

    def __init__(self, guard: Guard) -> None:
        super().__init__(verify=ssl_context())
        self._pool = httpcore2.ConnectionPool(ssl_context=ssl_context(), network_backend=GuardedSyncBackend(guard))


class Transports:
    """The transport for each origin, by the environment's proxies."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._by_proxy: dict[str | None, httpx2.AsyncHTTPTransport] = {}
        self._proxies: dict[Origin, str | None] = {}

    def for_origin(self, origin: Origin) -> httpx2.AsyncHTTPTransport:
        """Give the transport. Raises `PrivateAddressError` where the origin's name alone is refused."""
        self._guard.refuse_literal(origin)
        if origin not in self._proxies:
            self._proxies[origin] = proxy_for(origin)
        proxy = self._proxies[origin]
        if proxy not in self._by_proxy:
            made = (
                httpx2.AsyncHTTPTransport(verify=ssl_context(), proxy=proxy) if proxy else GuardedTransport(self._guard)
            )
            self._by_proxy[proxy] = made
        return self._by_proxy[proxy]

    def proxy(self, origin: Origin) -> str | None:
        """Give the proxy that calls to an origin go through, as an error may show it."""
        proxy = self._proxies.get(origin)
        return proxy and proxy.partition("://")[2].rpartition("@")[2]

    async def aclose(self) -> None:
        """Close every connection. Idempotent."""
        while self._by_proxy:
            _, transport = self._by_proxy.popitem()
            await transport.aclose()


def sync_transport(guard: Guard, origin: Origin) -> httpx2.HTTPTransport:
    """Give a transport for one document. The caller closes it."""
    guard.refuse_literal(origin)
    proxy = proxy_for(origin)
    return httpx2.HTTPTransport(verify=ssl_context(), proxy=proxy) if proxy else GuardedSyncTransport(guard)
