"""Which addresses may be connected to: what a document or a redirect brings must be public.

What the operator typed need not be. The check is made on the address that is then connected to, so a name cannot change
its answer in between (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urljoin, urlsplit

import anyio
import httpcore2

if TYPE_CHECKING:
    from collections.abc import Iterable

    from httpcore2 import SOCKET_OPTION

Origin = tuple[str, str, int]
"""Scheme, host (lower case), port."""

_PORTS = {"http": 80, "https": 443}
# RFC 6052: IPv4 addresses behind NAT64.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class PrivateAddressError(Exception):
    """A host that nobody typed resolves to a private, loopback or link-local address."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host


def origin_of(url: str) -> Origin | None:
    """Give the origin of an absolute http or https URL, None for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    return parts.scheme, parts.hostname.lower().rstrip("."), port or _PORTS[parts.scheme]


def joined(base: str, url: str) -> str:
    """Resolve `url` against `base` (RFC 3986 section 5), without its fragment; empty where it cannot be read."""
    try:
        return urljoin(base, url).partition("#")[0]
    except ValueError:
        return ""


def climbs(path: str) -> bool:
    """Say whether some server reads a segment of this encoded path as `.` or `..`, and so another path.

    Servers decode once or twice, take a backslash for a slash, drop `;parameters`, and stop at a NUL.
    """
    segments = re.split(r"[/\\]", unquote(unquote(path)))
    return any(re.split(r"[;\0]", segment, maxsplit=1)[0].strip() in (".", "..") for segment in segments)


def origin_text(origin: Origin) -> str:
    """Give an origin as people write it: no default port."""
    scheme, host, port = origin
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" if port == _PORTS[scheme] else f"{scheme}://{shown}:{port}"


def is_loopback(host: str) -> bool:
    """Say whether a host is written as a loopback address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the open internet, also where it hides an IPv4 address in an IPv6 one."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class Guard:
    """Decides by host and port. `trusted` are the origins that the operator typed; `allow_private` lets all through."""

    def __init__(self, trusted: Iterable[Origin], *, allow_private: bool = False) -> None:
        self._trusted = frozenset((host, port) for _, host, port in trusted)
        self._allow_private = allow_private

    def trusts(self, host: str, port: int) -> bool:
        """Say whether any address of this host will do."""
        return self._allow_private or (host.lower().rstrip("."), port) in self._trusted

    def refuse_literal(self, origin: Origin) -> None:
        """Raise `PrivateAddressError` for an origin that is private by its name: all that is known behind a proxy."""
        _, host, port = origin
        if self.trusts(host, port):
            return
        try:
            ipaddress.ip_address(host)
        except ValueError:
            # RFC 6761; and spellings like 0x7f.1 or 2130706433, which resolvers read as IPv4.
            if host == "localhost" or host.endswith(".localhost") or host.rpartition(".")[2][:1].isdigit():
                raise PrivateAddressError(host) from None
            return
        if not is_public(host):
            raise PrivateAddressError(host)


def _public(host: str, found: Iterable[Any]) -> list[str]:
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    # One private answer among public ones is refused too: which of them is used would be chance.
    if not addresses or not all(is_public(address) for address in addresses):
        raise PrivateAddressError(host)
    return addresses


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Connects as httpcore does, to addresses that the guard lets through."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner: httpcore2.AsyncNetworkBackend = cast("Any", httpcore2.AnyIOBackend)()  # conditional: hard to type

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (httpcore's interface)
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Resolve, check, connect to what was checked. Raises `PrivateAddressError`."""
        addresses = [host]
        if not self._guard.trusts(host, port):
            try:
                found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            except OSError as error:
                raise httpcore2.ConnectError(f"getaddrinfo: {error}") from None
            addresses = _public(host, found)
        for address in addresses[:-1]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)


class GuardedSyncBackend(httpcore2.NetworkBackend):
    """The same for the fetching of documents, which happens before a server runs."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Resolve, check, connect to what was checked. Raises `PrivateAddressError`."""
        addresses = [host]
        if not self._guard.trusts(host, port):
            try:
                found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            except OSError as error:
                raise httpcore2.ConnectError(f"getaddrinfo: {error}") from None
            addresses = _public(host, found)
        for address in addresses[:-1]:
            try:
                return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return self._inner.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)
