"""Getting documents: from a file or over HTTP, bounded, and never from where the operator did not point."""

from __future__ import annotations

import base64
import os
import stat
import time
from contextlib import closing
from difflib import get_close_matches
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx2

from keyhole.errors import DocumentError
from keyhole.log import logger
from keyhole.sources.openapi.broken import reason
from keyhole.sources.openapi.copies import Copy, bare
from keyhole.sources.openapi.guard import Guard, PrivateAddressError, joined, origin_of, origin_text
from keyhole.sources.openapi.inflate import ACCEPTED, EncodingError, Inflate, TooLargeError
from keyhole.sources.openapi.transport import sync_transport

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from keyhole.sources.openapi.copies import Copies
    from keyhole.sources.openapi.guard import Origin

log = logger(__name__)

MAX_BYTES = 64 << 20
_MAX_REDIRECTS = 5
_CONNECT_S = 10.0
_NOBODY_S = 5.0
_SILENT_S = 60.0
_ACCEPT = "application/json, application/yaml, application/openapi+json, text/yaml;q=0.9, */*;q=0.5"
_DEFAULT_AGENT = "keyhole"


class _NoAnswer(DocumentError):  # noqa: N818  (never leaves this room as more than a DocumentError)
    """Nobody answered, or nobody who could: a copy is better than nothing."""


class _Response:
    """What one request was answered. `location` is where it redirects to, None where it does not."""

    def __init__(self, status: int, location: str | None, data: bytes, headers: Mapping[str, str]) -> None:
        self.status = status
        self.location = location
        self.data = data
        asks = {"etag": "if-none-match", "last-modified": "if-modified-since"}
        self.validators = {asking: headers[name] for name, asking in asks.items() if headers.get(name)}
        self.may_be_kept = "no-store" not in headers.get("cache-control", "").lower()


class Fetcher:
    """Fetches one document and what it refers to. Not safe to share between threads.

    `typed` are the URLs that the operator typed: their origins may be private, and `headers` go to the first one's.
    With `copies`, what is fetched may be kept, and is used again where nobody answers.
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
        copies: Copies | None = None,
    ) -> None:
        origins = [origin for url in typed if (origin := origin_of(url))]
        self._home: Origin | None = origins[0] if origins else None
        self._headers = dict(headers or {})
        self._guard = Guard(origins, allow_private=allow_private)
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._agent = user_agent
        self._copies = copies
        self._fresh: list[tuple[str, dict[str, str], Copy]] = []
        self._silent: set[Origin] = set()

    def get(self, url: str) -> tuple[str, bytes]:
        """Give the URL that answered in the end and its bytes, or the last good copy of both where nobody answers.

        Raises `DocumentError`.
        """
        if origin_of(url) is None:
            raise DocumentError(f"{shown(url)} is not an http or https URL", hint="write it as https://HOST/PATH")
        url, secret = _without_userinfo(url)
        origin = origin_of(url)
        assert origin is not None
        secrets = self._secrets(origin, secret)
        copy = self._copies.find(url, secrets) if self._copies else None
        if copy and origin in self._silent:
            return copy.location, copy.data
        try:
            found = self._follow(url, origin, secret, copy)
        except _NoAnswer as error:
            if copy is None:
                raise
            self._say_stale(url, copy, error)
            self._silent.add(origin)
            return copy.location, copy.data
        if self._copies and found is copy:
            self._copies.confirm(url, secrets)
        elif found.checked:  # 0: the server forbade to keep it
            self._fresh.append((url, secrets, found))
        return found.location, found.data

    def keep(self) -> None:
        """Keep a copy of all that was fetched: for the caller to say once it knows that it is good."""
        for url, secrets, copy in self._fresh if self._copies else ():
            cast("Copies", self._copies).keep(url, secrets, copy)
        self._fresh.clear()

    def _secrets(self, origin: Origin, secret: str) -> dict[str, str]:
        """Give the headers that only this origin gets; what the operator wrote beats the user in the URL."""
        if origin != self._home:
            return {}
        headers = {name.lower(): value for name, value in self._headers.items()}
        return {"authorization": secret, **headers} if secret else headers

    def _say_stale(self, url: str, copy: Copy, error: DocumentError) -> None:
        if not self._silent:
            log.warning(
                "an old copy of the document is used", age=copy.age, why=error.message,
                hint=f"what has changed since is missing: start again when {shown(url)} answers",
            )  # fmt: skip

    def _follow(self, url: str, origin: Origin, secret: str, copy: Copy | None) -> Copy:
        """Fetch, through redirects; give `copy` itself where it is said to be still good."""
        deadline = time.monotonic() + self._timeout_s
        for _ in range(_MAX_REDIRECTS + 1):
            asked = copy.validators if copy and copy.location == bare(url) else {}
            response = self._once(url, origin, {**self._secrets(origin, secret), **asked}, deadline)
            if response.status == 304 and copy and asked:
                return copy
            if response.location is None:
                if response.status != 200:
                    raise _refused(url, response.status)
                return Copy(bare(url), response.data, response.validators, time.time() if response.may_be_kept else 0)
            target = joined(url, response.location)
            following = origin_of(target)
            if following is None:
                raise DocumentError(f"{shown(url)} redirects to no http or https URL")
            if origin[0] == "https" and following[0] == "http":
                raise DocumentError(
                    f"{shown(url)} redirects to {shown(target)}, which anybody on the way could change",
                    hint="give the URL that it should come from, or save the document to a file",
                )
            url, origin = _without_userinfo(target)[0], following
        raise DocumentError(f"{shown(url)} redirects more than {_MAX_REDIRECTS} times")

    def _once(self, url: str, origin: Origin, own: Mapping[str, str], deadline: float) -> _Response:
        headers = {
            "host": origin_text(origin).partition("://")[2],
            "accept": _ACCEPT,
            "accept-encoding": ACCEPTED,
            "user-agent": self._agent,
            **own,
        }
        left = max(0.1, deadline - time.monotonic())
        timeout = httpx2.Timeout(left, connect=min(left, _CONNECT_S)).as_dict()
        try:
            request = httpx2.Request("GET", url, headers=headers, extensions={"timeout": timeout})
            transport = sync_transport(self._guard, origin)
            with transport, closing(transport.handle_request(request)) as response:
                location = response.headers.get("location") if 300 <= response.status_code < 400 else None
                data = b"" if location or response.status_code != 200 else self._body(url, response, deadline)
                return _Response(response.status_code, location, data, response.headers)
        except PrivateAddressError as error:
            raise DocumentError(
                f"refused to fetch {shown(url)}: {error.host} is a private address that nobody typed",
                hint="give that URL itself as the document, or set allow_private for this API if you trust it",
            ) from None
        except (httpx2.TimeoutException, TimeoutError):
            raise _NoAnswer(f"{shown(url)} did not answer in {self._timeout_s:g} s") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            message, hint = reason(error, origin_text(origin))
            raise _NoAnswer(f"cannot fetch {shown(url)}: {message}", hint=hint) from None

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
        known = path.stat()
        if known.st_size > max_bytes:
            raise DocumentError(f"{path} is larger than {max_bytes >> 20} MB")
        if stat.S_ISFIFO(known.st_mode):
            data = _from_pipe(path, max_bytes + 1)
        else:
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


def _from_pipe(path: Path, most: int) -> bytes:
    """Read a pipe to its end, or `most` bytes of it. Raises `DocumentError` where nobody writes, or nobody goes on to.

    A second reading, by a reload, finds nobody there: it must not wait for ever.
    """
    found = bytearray()
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        heard = time.monotonic()
        while len(found) < most:
            try:
                data = os.read(number, most - len(found))
                patience = _NOBODY_S
            except BlockingIOError:  # somebody has it open, and writes later
                data, patience = b"", _SILENT_S
            else:
                if found and not data:
                    break
            if data:
                found += data
                heard = time.monotonic()
            elif time.monotonic() - heard > patience:
                raise DocumentError(
                    f"{path} is a pipe, and gave {'nothing' if not found else 'no end'} in {patience:g} s",
                    hint="can it be read only once? save the document to a file",
                )
            else:
                time.sleep(0.02)
    finally:
        os.close(number)
    return bytes(found)


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
    kind = _NoAnswer if status >= 500 or status == 429 else DocumentError
    return kind(
        f"{shown(url)} answered {status}", hint=hints.get(status, "check the URL, or save the document to a file")
    )
