"""Getting documents: from a file or over HTTP, bounded, and never from where the operator did not point."""

from __future__ import annotations

import base64
import time
from contextlib import closing
from difflib import get_close_matches
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx2

from keyhole.errors import DocumentError
from keyhole.sources.openapi.broken import reason
from keyhole.sources.openapi.guard import Guard, PrivateAddressError, joined, origin_of, origin_text
from keyhole.sources.openapi.inflate import ACCEPTED, EncodingError, Inflate, TooLargeError
from keyhole.sources.openapi.transport import sync_transport

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from keyhole.sources.openapi.guard import Origin

MAX_BYTES = 64 << 20
_MAX_REDIRECTS = 5
_CONNECT_S = 10.0
_ACCEPT = "application/json, application/yaml, application/openapi+json, text/yaml;q=0.9, */*;q=0.5"
_DEFAULT_AGENT = "keyhole"


class Fetcher:
    """Fetches one document and what it refers to. Not safe to share between threads.

    `typed` are the URLs that the operator typed: their origins may be private, and `headers` go to the first one's.
    """

    def __init__(  # noqa: PLR0913  (what a fetch needs to know, by name)
        self,
        typed: Iterable[str] = (),
        *,
        headers: Mapping[str, str] | None = None,
        allow_private: bool = False,
        timeout_s: float = 60.0,
        max_bytes: int = MAX_BYTES,
        user_agent: str = _DEFAULT_AGENT,
    ) -> None:
        origins = [origin for url in typed if (origin := origin_of(url))]
        self._home: Origin | None = origins[0] if origins else None
        self._headers = dict(headers or {})
        self._guard = Guard(origins, allow_private=allow_private)
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._agent = user_agent

    def get(self, url: str) -> tuple[str, bytes]:
        """Give the URL that answered in the end and its bytes. Raises `DocumentError`."""
        if origin_of(url) is None:
            raise DocumentError(f"{shown(url)} is not an http or https URL", hint="write it as https://HOST/PATH")
        url, secret = _without_userinfo(url)
        deadline = time.monotonic() + self._timeout_s
        for _ in range(_MAX_REDIRECTS + 1):
            origin = origin_of(url)
            assert origin is not None
            status, location, data = self._once(url, origin, secret, deadline)
            if location is None:
                if status != 200:
                    raise _refused(url, status)
                return url, data
            target = joined(url, location)
            if origin_of(target) is None:
                raise DocumentError(f"{shown(url)} redirects to no http or https URL")
            url = _without_userinfo(target)[0]
        raise DocumentError(f"{shown(url)} redirects more than {_MAX_REDIRECTS} times")

    def _once(self, url: str, origin: Origin, secret: str, deadline: float) -> tuple[int, str | None, bytes]:
        headers = {
            "host": origin_text(origin).partition("://")[2],
            "accept": _ACCEPT,
            "accept-encoding": ACCEPTED,
            "user-agent": self._agent,
        }
        if origin == self._home:
            headers |= {name.lower(): value for name, value in self._headers.items()}
            if secret:
                headers.setdefault("authorization", secret)
        left = max(0.1, deadline - time.monotonic())
        timeout = httpx2.Timeout(left, connect=min(left, _CONNECT_S)).as_dict()
        try:
            request = httpx2.Request("GET", url, headers=headers, extensions={"timeout": timeout})
            transport = sync_transport(self._guard, origin)
            with transport, closing(transport.handle_request(request)) as response:
                location = response.headers.get("location") if 300 <= response.status_code < 400 else None
                data = b"" if location or response.status_code != 200 else self._body(url, response, deadline)
                return response.status_code, location, data
        except PrivateAddressError as error:
            raise DocumentError(
                f"refused to fetch {shown(url)}: {error.host} is a private address that nobody typed",
                hint="give that URL itself as the document, or set allow_private for this API if you trust it",
            ) from None
        except (httpx2.TimeoutException, TimeoutError):
            raise DocumentError(f"{shown(url)} did not answer in {self._timeout_s:g} s") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            message, hint = reason(error, origin_text(origin))
            raise DocumentError(f"cannot fetch {shown(url)}: {message}", hint=hint) from None

    def _body(self, url: str, response: httpx2.Response, deadline: float) -> bytes:
        try:
            inflate = Inflate(response.headers.get("content-encoding", ""), self._max_bytes)
            for chunk in response.iter_raw():
                inflate.feed(chunk)
                if time.monotonic() > deadline:
                    raise TimeoutError
            return inflate.finish()
        except TooLargeError:
            raise DocumentError(f"{shown(url)} is larger than {self._max_bytes >> 20} MB") from None
        except EncodingError as error:
            raise DocumentError(f"cannot read {shown(url)}: {error}") from None


def read_file(path: Path, *, max_bytes: int = MAX_BYTES) -> bytes:
    """Give a file's bytes. Raises `DocumentError`, with the nearest name in the folder where there is no such file."""
    try:
        if path.is_dir():
            raise DocumentError(f"{path} is a folder, not a document", hint="name the file in it")
        if path.stat().st_size > max_bytes:
            raise DocumentError(f"{path} is larger than {max_bytes >> 20} MB")
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except FileNotFoundError:
        names = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        near = get_close_matches(path.name, names, n=1)
        hint = f"did you mean {path.parent / near[0]}?" if near else "give the path of a file, or an http(s) URL"
        raise DocumentError(f"no such file: {path}", hint=hint) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise DocumentError(f"cannot read {path}: {reason}") from None
    if len(data) > max_bytes:
        raise DocumentError(f"{path} is larger than {max_bytes >> 20} MB")
    return data


def shown(url: str) -> str:
    """Give a URL as an error may show it: no user, no password, no query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return repr(url.rpartition("@")[2][:200])
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))[:200]


def _without_userinfo(url: str) -> tuple[str, str]:
    """Give the URL without its user and password, and these as a Basic header (RFC 7617)."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    plain = urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))
    return plain, "Basic " + base64.b64encode(unquote(user).encode()).decode() if user else ""


def _refused(url: str, status: int) -> DocumentError:
    hints = {
        401: "it wants a credential: --doc-header 'Authorization: {env:NAME}'",
        403: "it wants a credential: --doc-header 'Authorization: {env:NAME}'",
        404: "check the URL; documents are often at /openapi.json, /swagger.json or /v3/api-docs",
        406: "check the URL; documents are often at /openapi.json, /swagger.json or /v3/api-docs",
    }
    return DocumentError(
        f"{shown(url)} answered {status}", hint=hints.get(status, "check the URL, or save the document to a file")
    )
