"""Why nothing came back, in our own words: what a library says of an error may quote the request."""

from __future__ import annotations

import httpx2

_NO_NAME = ("name or service", "nodename", "getaddrinfo", "name resolution", "no address")


def reason(  # noqa: PLR0911  (one cause after another)
    error: Exception, host: str, proxy: str | None = None
) -> tuple[str, str]:
    """Give what failed and one thing to do. `host` is an origin as people write it, `proxy` what stands before it."""
    if isinstance(error, FileNotFoundError | IsADirectoryError | PermissionError):
        return "the certificates to trust cannot be read", "check SSL_CERT_FILE"
    if isinstance(error, httpx2.UnsupportedProtocol) and "proxy" in str(error):
        return str(error), "set HTTPS_PROXY to an http:// or https:// proxy, or NO_PROXY to go without"
    if isinstance(error, httpx2.ConnectTimeout):
        return f"{proxy or host} did not accept a connection in time", "is it up, and reachable from here?"
    if isinstance(error, httpx2.ProxyError):
        return f"the proxy {proxy or ''} refused to connect to {host}", "check HTTPS_PROXY and NO_PROXY"
    if asked := _of_certificate(_said(error), host):
        return asked
    if isinstance(error, httpx2.ConnectError):
        return _unconnected(_said(error), host, proxy)
    if isinstance(error, httpx2.TimeoutException):
        return f"{host} did not answer in time", "try again, or ask for less"
    if isinstance(error, httpx2.RemoteProtocolError):
        return f"{host} broke off, or did not speak HTTP", "check the address; whether it acted is not known"
    if isinstance(error, httpx2.LocalProtocolError | httpx2.InvalidURL | httpx2.UnsupportedProtocol):
        return f"the request to {host} is not valid HTTP", "check the header values and the path"
    return f"the connection to {host} broke", "try again; whether it acted is not known"


def _said(error: BaseException | None) -> str:
    """Give what an error says, and what the errors behind it say, in lower case."""
    texts: list[str] = []
    while error is not None:
        texts.append(str(error).lower())
        error = error.__cause__ or error.__context__
    return "\n".join(texts)


def _of_certificate(said: str, host: str) -> tuple[str, str] | None:
    """Say it where a server's TLS alert is about the client's certificate (RFC 8446 section 6.2).

    By TLS 1.3 it comes in place of the answer: the server has not looked at the request.
    """
    if "alert" not in said:
        return None
    if "certificate required" in said or "handshake failure" in said:
        return f"{host} asks for a client certificate", "the operator gives one: --client-cert, --client-key"
    if "certificate" in said or "unknown ca" in said:
        return f"{host} does not take the client certificate", "the operator checks who signed it and until when"
    return None


def _unconnected(said: str, host: str, proxy: str | None) -> tuple[str, str]:
    if "unexpected_eof" in said:
        why = "does it speak TLS there, or does it ask for a client certificate (--client-cert, --client-key)?"
        return f"{host} broke off while TLS was set up", why
    if "certificate" in said or "ssl" in said:
        return (
            f"{host} has a certificate that is not trusted here, or does not speak TLS",
            "for a company's own CA set SSL_CERT_FILE, or put it into the system's trust store",
        )
    if proxy:
        return f"the proxy {proxy} refused the connection", "check HTTPS_PROXY and NO_PROXY"
    if any(words in said for words in _NO_NAME):
        return f"{host} is not known (no DNS answer)", "check the name in its URL (--base-url, or the document)"
    return f"{host} refused the connection", "is it up, and is its URL right (--base-url, or the document)?"
