"""The one file that sends calls: credentials to the pinned origin only, bounded, no secret on the way back."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import anyio
import httpx2
from anyio import to_thread

from keyhole.catalog.call import Result
from keyhole.errors import CredentialError, InvalidArguments, Unreachable
from keyhole.sources.openapi.answer import MalformedError, hides, is_binary, value_of, whole
from keyhole.sources.openapi.broken import reason
from keyhole.sources.openapi.certificate import CertificateError
from keyhole.sources.openapi.guard import PrivateAddressError, climbs, joined, origin_of, origin_text
from keyhole.sources.openapi.inflate import ACCEPTED, EncodingError, Inflate, TooLargeError
from keyhole.sources.openapi.media import is_events, is_ndjson
from keyhole.sources.openapi.operations import spelt
from keyhole.sources.openapi.redact import Redactor
from keyhole.sources.openapi.spool import MAX_FILE, spooled
from keyhole.sources.openapi.transport import Transports
from keyhole.value import File

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import BinaryIO

    from keyhole.catalog.call import Credentials
    from keyhole.sources.openapi.guard import Guard, Origin
    from keyhole.sources.openapi.request import Outgoing

_MAX_REDIRECTS = 5
_LARGE = 1 << 18
CUT = "x-keyhole-cut"
"""The header of an answer that is the beginning of a stream: which bound it met."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_DROPPED = frozenset({"set-cookie", "set-cookie2", "content-encoding", "transfer-encoding", "connection", "keep-alive"})


def user_agent() -> str:
    """Give the User-Agent of every request."""
    try:
        return f"keyhole/{version('keyhole')}"
    except PackageNotFoundError:  # run from a source tree
        return "keyhole"


@dataclass(slots=True)
class _Attempt:
    """What is known of a call while it runs."""

    operation: str
    url: str
    redactor: Redactor
    spool: Callable[[], BinaryIO] | None = None
    sent: bool = False

    def unreachable(self, message: str, hint: str = "") -> Unreachable:
        return Unreachable(
            self.redactor.clean_text(message),
            hint=self.redactor.clean_text(hint),
            operation=self.operation,
            sent=self.sent,
            url=self.redactor.clean_text(self.url),
        )

    async def trace(self, event: str, _info: Mapping[str, Any]) -> None:
        """Take httpcore's word on how far it came."""
        if event.endswith("send_request_headers.started"):
            self.sent = True


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came back. `location` is as it came; all else is without secrets."""

    status: int
    location: str
    headers: dict[str, str]
    data: bytes | File

    @property
    def size(self) -> int:
        return self.data.size if isinstance(self.data, File) else len(self.data)


class Sender:
    """Sends the calls of one API. `pinned` is the base URL that credentials are for, empty where none is known.

    Of one event loop. `timeout_s` bounds a whole call with its redirects, `max_bytes` an unpacked answer.
    """

    def __init__(
        self, guard: Guard, pinned: str, *, timeout_s: float, connect_timeout_s: float, max_bytes: int
    ) -> None:
        self._transports = Transports(guard)
        self._pinned = pinned
        self._timeout_s = timeout_s
        self._connect_timeout_s = connect_timeout_s
        self._max_bytes = max_bytes
        self._agent = user_agent()
        self._known: tuple[tuple[str, ...], Redactor] = ((), Redactor(()))

    async def send(
        self,
        outgoing: Outgoing,
        credentials: Credentials,
        *,
        operation: str,
        spool: Callable[[], BinaryIO] | None = None,
    ) -> Result:
        """Send. With a `spool`, a large binary answer becomes a `File` in it.

        Raises `Unreachable`, `CredentialError`, `InvalidArguments`; none of them holds a secret.
        """
        started = time.perf_counter()
        outgoing = _with_more(outgoing, credentials)
        if self._known[0] != credentials.secrets:  # mostly they are those of the call before
            self._known = credentials.secrets, Redactor(credentials.secrets)
        attempt = _Attempt(operation, outgoing.url, self._known[1], spool)
        _check_own(outgoing, credentials, operation)
        try:
            with anyio.fail_after(self._timeout_s):
                answer, url = await self._follow(outgoing, credentials, attempt)
        except TimeoutError:
            raise attempt.unreachable(
                f"{_host(outgoing.url)} did not answer in {self._timeout_s:g} s",
                "ask for less (a filter, a smaller page), or raise the API's timeout",
            ) from None
        if answer.size > _LARGE:  # on a thread: other runs must not wait
            return await to_thread.run_sync(self._result, outgoing, answer, url, attempt, started)
        return self._result(outgoing, answer, url, attempt, started)

    async def aclose(self) -> None:
        """Close connections. Idempotent."""
        await self._transports.aclose()

    async def _follow(self, outgoing: Outgoing, credentials: Credentials, attempt: _Attempt) -> tuple[_Answer, str]:
        url = outgoing.url
        for _ in range(_MAX_REDIRECTS + 1):
            answer = await self._once(outgoing, url, credentials, attempt)
            if answer.status not in _REDIRECTS or not answer.location:
                return answer, url
            target = _without(joined(url, answer.location), credentials.query)
            if not is_within(target, outgoing.base):
                where = origin_of(target)
                raise attempt.unreachable(
                    f"{_host(url)} answered {answer.status} and redirects to "
                    f"{origin_text(where) if where else 'no http URL'}, outside of {outgoing.base}",
                    _moved(target, outgoing.base),
                )
            if outgoing.method not in ("GET", "HEAD") and answer.status not in (307, 308):
                return answer, url
            url = target
        raise attempt.unreachable(f"{_host(url)} redirects more than {_MAX_REDIRECTS} times")

    async def _once(self, outgoing: Outgoing, url: str, credentials: Credentials, attempt: _Attempt) -> _Answer:
        origin = origin_of(url)
        if origin is None:
            raise attempt.unreachable(
                f"{_host(url)!r} is not an http or https URL", "give --base-url https://HOST/PATH"
            )
        url, headers = self._with_credentials(outgoing, url, origin, credentials, attempt)
        timeout = httpx2.Timeout(self._timeout_s, connect=min(self._connect_timeout_s, self._timeout_s)).as_dict()
        try:
            request = _request(outgoing, url, headers, origin, {"timeout": timeout, "trace": attempt.trace})
            transport = await self._transports.for_origin(origin, credentials.certificate)
            response = await transport.handle_async_request(request)
            try:
                return await self._read(response, outgoing, attempt)
            finally:
                with anyio.CancelScope(shield=True):
                    await response.aclose()
        except PrivateAddressError as error:
            raise attempt.unreachable(
                f"{error.host} is a private address that the document names and nobody typed",
                f"if that is where the API is, say so with --base-url {outgoing.base}",
            ) from None
        except CertificateError as error:
            raise CredentialError(
                f"the client certificate for {origin_text(origin)} cannot be used: {error}",
                hint="The operator mends it. Tell the user.", operation=attempt.operation,
            ) from None  # fmt: skip
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError) as error:
            message, hint = reason(error, origin_text(origin), self._transports.proxy(origin))
            raise attempt.unreachable(message, f"{hint}; if trying again does not help, tell the user") from None

    def _with_credentials(
        self, outgoing: Outgoing, url: str, origin: Origin, credentials: Credentials, attempt: _Attempt
    ) -> tuple[str, list[tuple[bytes, bytes]]]:
        """Add the credentials, where the final URL is within the pinned base; without credentials, any base will do."""
        headers = {
            "host": origin_text(origin).partition("://")[2],
            "user-agent": self._agent,
            "accept-encoding": ACCEPTED,
        }
        headers |= outgoing.headers
        if outgoing.content or outgoing.method in ("POST", "PUT", "PATCH"):
            headers["content-length"] = str(len(outgoing.content))
        cookies = list(outgoing.cookies)
        if credentials.headers or credentials.query or credentials.cookies or credentials.certificate:
            if not self._pinned or not is_within(url, self._pinned):
                raise CredentialError(
                    f"{attempt.operation} is at {origin_text(origin)}, outside of {self._pinned or 'any base URL'}: "
                    "the API's credentials are not sent there",
                    hint="serve that part of the API as another source, with a --base-url of its own",
                    operation=attempt.operation,
                )
            headers |= {name.lower(): value for name, value in credentials.headers.items()}
            cookies += [f"{name}={value}" for name, value in credentials.cookies.items()]
            more = "&".join(
                f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in credentials.query.items()
            )
            if more:
                url += ("&" if "?" in url else "?") + more
        if cookies:
            headers["cookie"] = "; ".join([headers["cookie"], *cookies] if "cookie" in headers else cookies)
        if any(char in value for value in headers.values() for char in "\r\n\0"):
            raise CredentialError(
                "a credential holds a line break",
                hint="check the file or command it comes from",
                operation=attempt.operation,
            )
        return url, [(name.encode("ascii"), value.encode("utf-8")) for name, value in headers.items()]

    async def _read(self, response: httpx2.Response, outgoing: Outgoing, attempt: _Attempt) -> _Answer:
        """Read the body within its bound, and take the secrets out before anybody looks."""
        kind = response.headers.get("content-type", "")
        spool = attempt.spool if response.is_success and outgoing.method != "HEAD" and is_binary(kind) else None
        bound, answered = (
            MAX_FILE if spool else self._max_bytes,
            f"{_host(outgoing.url)} answered {response.status_code}",
        )
        try:
            inflate = Inflate(response.headers.get("content-encoding", ""), bound)
            if spool:
                (data, file), cut = await spooled(response, inflate, attempt.redactor, spool, url=attempt.url), ""
            else:
                (data, cut), file = await self._body(response, inflate, outgoing), None
        except TooLargeError:
            raise attempt.unreachable(
                f"{answered} with more than {bound >> 20} MB", "ask for less: a filter, a smaller page, fewer fields"
            ) from None
        except EncodingError as error:
            raise attempt.unreachable(f"{answered} with {error}") from None
        except OSError as error:
            raise attempt.unreachable(
                f"{answered}, and there is no room for it in the folder of --files: {error.strerror}", "tell the user"
            ) from None
        headers: dict[str, str] = {}
        for name, value in response.headers.multi_items():
            if name.lower() not in _DROPPED:
                headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
        if cut:
            data, headers[CUT] = whole(data, kind), cut
        clean = attempt.redactor.clean_text
        headers = {clean(name): clean(value) for name, value in headers.items()}
        body = file or attempt.redactor.clean(data)
        return _Answer(response.status_code, response.headers.get("location", ""), headers, body)

    async def _body(self, response: httpx2.Response, inflate: Inflate, outgoing: Outgoing) -> tuple[bytes, str]:
        """Give the body, and which bound cut it, if it is a stream that one cut."""
        kind = response.headers.get("content-type", "")
        if outgoing.method == "HEAD":
            return b"", ""
        if is_events(kind) or is_ndjson(kind):
            return await self._stream(response, inflate)
        async for chunk in response.aiter_raw():
            inflate.feed(chunk)
        return inflate.finish(), ""

    async def _stream(self, response: httpx2.Response, inflate: Inflate) -> tuple[bytes, str]:
        """Read a stream to its end or to a bound, whichever comes first; say which bound it was."""
        deadline = anyio.current_effective_deadline() - self._timeout_s / 10
        with anyio.CancelScope(deadline=deadline) as scope:
            try:
                async for chunk in response.aiter_raw():
                    inflate.feed(chunk)
            except TooLargeError:
                return inflate.so_far(), f"more than {self._max_bytes >> 20} MB"
        if scope.cancelled_caught:
            return inflate.so_far(), f"longer than {self._timeout_s * 0.9:g} s"
        return inflate.finish(), ""

    def _result(self, outgoing: Outgoing, answer: _Answer, url: str, attempt: _Attempt, started: float) -> Result:
        content_type = answer.headers.get("content-type", "")
        try:
            body = answer.data
            if isinstance(body, bytes):
                body = value_of(body, content_type, expect_json=outgoing.json_answer)
        except MalformedError as error:
            if answer.status < 400:
                raise attempt.unreachable(
                    f"{_host(url)} answered {answer.status} with {content_type}, but it is not JSON: {error}",
                    "the API is at fault; try again, or ask for another format with an Accept header",
                ) from None
            body = cast("bytes", answer.data).decode("utf-8", "replace")  # the status says more than the body
        if isinstance(answer.data, bytes) and hides(answer.data, content_type):
            body = attempt.redactor.clean_value(body)
        return Result(
            status=answer.status, headers=answer.headers, body=body, url=attempt.redactor.clean_text(url),
            ms=round((time.perf_counter() - started) * 1000, 3), size=answer.size,
        )  # fmt: skip


def _request(
    outgoing: Outgoing, url: str, headers: list[tuple[bytes, bytes]], origin: Origin, extensions: dict[str, Any]
) -> httpx2.Request:
    request = httpx2.Request(outgoing.method, url, headers=headers, content=outgoing.content, extensions=extensions)
    if (request.url.host.lower().rstrip("."), request.url.port or origin[2]) != origin[1:]:
        raise httpx2.InvalidURL("two parsers differ on its host")
    return request


def _moved(target: str, base: str) -> str:
    to, here = origin_of(target), origin_of(base)
    if to and here and to[1] == here[1] and is_within(target, origin_text(to) + urlsplit(base).path):
        return f"give --base-url {origin_text(to)}{urlsplit(base).path}"
    return "redirects to other places are not followed; if the API has moved, give --base-url"


def _without(url: str, names: Mapping[str, str]) -> str:
    """Give a redirect's URL without the query parameters that the credential adds again."""
    if not names or not url:
        return url
    parts = urlsplit(url)
    kept = [part for part in parts.query.split("&") if unquote(part.partition("=")[0]) not in names]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "&".join(kept), ""))


def is_within(url: str, base: str) -> bool:
    """Say whether `url` has the scheme, host and port of `base`, and a path at or under its path."""
    if origin_of(url) is None or origin_of(url) != origin_of(base):
        return False
    netloc, path, root = urlsplit(url).netloc, urlsplit(url).path, urlsplit(base).path.rstrip("/")
    if "@" in netloc or "\\" in netloc:  # parsers differ on where it leads
        return False
    return not climbs(path) and (path == root or path.startswith(root + "/"))


def below(url: str, base: str) -> str | None:
    """Give what of `url` comes after `base`: path and query. None where it is not within it, but for http and https."""
    try:
        parts, root = urlsplit(url), urlsplit(base)
        if {parts.scheme, root.scheme} == {"http", "https"} and parts.port in (None, 80, 443) and root.port is None:
            # Behind a proxy an API may not know by which of them it was asked; nothing is ever sent to this URL.
            netloc = parts.netloc.rpartition(":")[0] if parts.port else parts.netloc
            url = urlunsplit((root.scheme, netloc, parts.path, parts.query, ""))
    except ValueError:
        return None
    if not base or not is_within(url, base):
        return None
    path = urlsplit(url).path[len(root.path.rstrip("/")) :] or "/"
    return f"{path}?{parts.query}" if parts.query else path


def _with_more(outgoing: Outgoing, credentials: Credentials) -> Outgoing:
    """Add the query that an answer gave for its next page, but for what the credentials add by themselves."""
    own = set(map(spelt, credentials.query))
    parts = [part for name, part in outgoing.more if spelt(name) not in own]
    if not parts:
        return outgoing
    return replace(outgoing, url=outgoing.url + ("&" if "?" in outgoing.url else "?") + "&".join(parts))


def _check_own(outgoing: Outgoing, credentials: Credentials, operation: str) -> None:
    """Refuse a program's header, query parameter or cookie that a credential fills in, in any spelling."""
    cookies = "; ".join(value for name, value in credentials.headers.items() if name.lower() == "cookie").split(";")
    taken = (
        (credentials.headers, outgoing.headers),
        (credentials.query, outgoing.query_names),
        ([*credentials.cookies, *map(_cookie_name, cookies)], [*map(_cookie_name, outgoing.cookies)]),
    )
    clashes = [name for own, given in taken for name in own if spelt(name) in set(map(spelt, given))]
    for name in clashes:
        raise InvalidArguments(
            f"{name} is set by the API's credential",
            hint="leave it out: it is added when the call is sent",
            operation=operation,
        )


def _cookie_name(pair: str) -> str:
    return pair.partition("=")[0].strip()


def _host(url: str) -> str:
    origin = origin_of(url)
    return origin_text(origin) if origin else "the API"
