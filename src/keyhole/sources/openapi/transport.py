"""Transports that connect through the guard, or through the proxy that the environment names.

One level below a client on purpose: a client would keep cookies between runs, follow redirects, add headers of its own.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from functools import cache
from typing import TYPE_CHECKING
from urllib.request import getproxies, proxy_bypass

import httpcore2
import httpx2
from anyio import to_thread

from keyhole.sources.openapi.certificate import load_into
from keyhole.sources.openapi.guard import Guard, GuardedBackend, GuardedSyncBackend, is_loopback

if TYPE_CHECKING:
    import ssl

    from keyhole.catalog.scheme import ClientCertificate
    from keyhole.sources.openapi.guard import Origin

# Its DEBUG lines hold the headers of answers as they came, and an API may repeat a credential there.
logging.getLogger("httpcore2").setLevel(logging.INFO)

_CONNECTIONS = 100
_KEPT = 20
_KEEP_S = 30.0
_CERTIFICATES = 4


@cache
def ssl_context() -> ssl.SSLContext:
    """Give the system's trust store, or what SSL_CERT_FILE names. Made once a process."""
    return httpx2.create_ssl_context()


def client_context(certificate: ClientCertificate | None) -> ssl.SSLContext:
    """Give what trusts the same and shows `certificate`. Blocks. Raises `CertificateError`."""
    if certificate is None:
        return ssl_context()
    context = httpx2.create_ssl_context()
    load_into(context, certificate)
    return context


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

    def __init__(self, guard: Guard, context: ssl.SSLContext) -> None:
        super().__init__(verify=context)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=context,
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
    """The transport for each origin: by the environment's proxies, and by the client certificate that is shown."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._made: dict[tuple[str | None, ClientCertificate | None], httpx2.AsyncHTTPTransport] = {}
        self._shown: OrderedDict[tuple[str | None, ClientCertificate], None] = OrderedDict()
        self._proxies: dict[Origin, str | None] = {}

    async def for_origin(
        self, origin: Origin, certificate: ClientCertificate | None = None
    ) -> httpx2.AsyncHTTPTransport:
        """Give the transport; `certificate` is shown to no other origin's, and to no proxy.

        Raises `PrivateAddressError` where the origin's name alone is refused, `CertificateError`.
        """
        self._guard.refuse_literal(origin)
        if origin not in self._proxies:
            self._proxies[origin] = proxy_for(origin)
        proxy = self._proxies[origin]
        key = (proxy, certificate)
        if key not in self._made:
            # Making one reads the whole trust store: other runs must not wait.
            context = await to_thread.run_sync(client_context, certificate) if certificate else ssl_context()
            if key not in self._made:
                self._made[key] = (
                    httpx2.AsyncHTTPTransport(verify=context, proxy=proxy)
                    if proxy
                    else GuardedTransport(self._guard, context)
                )
                await self._retire(proxy, certificate)
        return self._made[key]

    async def _retire(self, proxy: str | None, certificate: ClientCertificate | None) -> None:
        """Close what showed the oldest certificate: one that lives for minutes is soon replaced many times."""
        if certificate is None:
            return
        self._shown[proxy, certificate] = None
        if len(self._shown) > _CERTIFICATES:
            oldest, _ = self._shown.popitem(last=False)
            await self._made.pop(oldest).aclose()

    def proxy(self, origin: Origin) -> str | None:
        """Give the proxy that calls to an origin go through, as an error may show it."""
        proxy = self._proxies.get(origin)
        return proxy and proxy.partition("://")[2].rpartition("@")[2]

    async def aclose(self) -> None:
        """Close every connection. Idempotent."""
        self._shown.clear()
        while self._made:
            _, transport = self._made.popitem()
            await transport.aclose()


def sync_transport(guard: Guard, origin: Origin) -> httpx2.HTTPTransport:
    """Give a transport for one document. The caller closes it."""
    guard.refuse_literal(origin)
    proxy = proxy_for(origin)
    return httpx2.HTTPTransport(verify=ssl_context(), proxy=proxy) if proxy else GuardedSyncTransport(guard)
