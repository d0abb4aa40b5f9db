"""Access tokens of OAuth 2 clients (RFC 6749 section 4.4): fetched, kept until they end, never shown."""

from __future__ import annotations

import asyncio
import base64
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote_plus, urlencode

from keyhole.catalog.call import Credentials
from keyhole.errors import CredentialError, Unreachable
from keyhole.sources.openapi.guard import origin_of, origin_text
from keyhole.sources.openapi.request import Outgoing

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Awaitable, Callable

    from keyhole.catalog.call import Result
    from keyhole.catalog.scheme import ClientCertificate, SchemeSecret
    from keyhole.sources.openapi.http import Sender

MAX_TOKEN_ANSWER = 1 << 20
_TOKEN = re.compile(r"[!-~]{1,16000}")
_ERROR = re.compile(r"[a-z_]{1,40}")  # RFC 6749 section 5.2 and its registry
_EARLY_S = 30.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a token comes from, and the certificate that is shown there."""

    url: str
    certificate: ClientCertificate | None = None


class Tokens:
    """The tokens of one API, in memory only. `sender` makes what sends to a token URL, and nowhere else.

    `issued` gets every token: an API may repeat in an answer what it got with another call.
    """

    def __init__(self, sender: Callable[[str], Sender], issued: deque[str]) -> None:
        self._sender = sender
        self._senders: dict[str, Sender] = {}
        self._kept: dict[tuple[str, SchemeSecret], tuple[float, str]] = {}
        self._lock = asyncio.Lock()
        self.issued = issued

    async def token(
        self, name: str, client: SchemeSecret, place: Callable[[], Awaitable[Place]], operation: str, *,
        stale: tuple[str, ...] = (),
    ) -> str:  # fmt: skip
        """Give the token of the scheme `name`: the kept one unless it is `stale`, or a new one from `place`.

        One fetch at a time: who waited takes what it brought. Raises `CredentialError`.
        """
        async with self._lock:
            now = time.monotonic()
            self._kept = {one: (end, token) for one, (end, token) in self._kept.items() if end > now}
            if (kept := self._kept.get((name, client))) and kept[1] not in stale:
                return kept[1]
            token, lifetime_s = await self._fetch(client, await place(), operation)
            self._kept[name, client] = (now + lifetime_s, token)
            self.issued.append(token)
            return token

    async def _fetch(self, client: SchemeSecret, place: Place, operation: str) -> tuple[str, float]:
        url = place.url
        if url not in self._senders:
            self._senders[url] = self._sender(url)
        outgoing, credentials = _asked(client, place)
        origin = origin_of(url)
        where = origin_text(origin) if origin else "the token URL"
        try:
            result = await self._senders[url].send(outgoing, credentials, operation=operation)
        except Unreachable as error:
            # What came back may hold a token, also where it is broken: nothing of it is told.
            why = "its answer cannot be read" if error.sent else error.message
            raise CredentialError(
                f"no token was had from {where}: {why}", hint="Tell the user.", operation=operation
            ) from None
        return _read(result, where, operation)

    async def aclose(self) -> None:
        """Close connections. Idempotent."""
        for sender in self._senders.values():
            await sender.aclose()


def _asked(client: SchemeSecret, place: Place) -> tuple[Outgoing, Credentials]:
    """Give the request for a token, and the client's own credential beside it."""
    form = {"grant_type": "client_credentials"}
    if client.scopes:
        form["scope"] = " ".join(client.scopes)
    headers: dict[str, str] = {}
    pair = f"{quote_plus(client.user)}:{quote_plus(client.secret)}"  # RFC 6749 section 2.3.1: encoded, then Basic
    packed = base64.b64encode(pair.encode()).decode()
    if client.in_body:
        form |= {"client_id": client.user, "client_secret": client.secret}
    else:
        headers["Authorization"] = f"Basic {packed}"
    sent = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    outgoing = Outgoing("POST", place.url, place.url, sent, (), urlencode(form).encode(), frozenset())
    return outgoing, Credentials(headers, secrets=(client.secret, packed), certificate=place.certificate)


def _read(result: Result, where: str, operation: str) -> tuple[str, float]:
    """Give the token and the seconds that it may be kept (RFC 6749 section 5.1)."""
    body: Any = result.body
    answer = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    token, kind = answer.get("access_token"), answer.get("token_type", "bearer")
    if result.status == 200 and isinstance(token, str) and _TOKEN.fullmatch(token) and str(kind).lower() == "bearer":
        return token, _lifetime(answer.get("expires_in"))
    error = answer.get("error")
    said = f" ({error})" if isinstance(error, str) and _ERROR.fullmatch(error) else ""
    raise CredentialError(
        f"{where} answered {result.status}{said} and gave no bearer token",
        hint="The operator checks client_id, client_secret, scopes and token_url. Tell the user.",
        operation=operation,
    )


def _lifetime(expires_in: Any) -> float:
    try:
        seconds = float(expires_in)
    except (TypeError, ValueError):
        return float("inf")  # not said: until the API refuses it
    return max(0.0, seconds - min(_EARLY_S, seconds / 10))
