"""Where an identity provider gives tokens, by its own metadata: OpenID Connect Discovery 1.0 section 4, RFC 8414."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

from keyhole.catalog.call import Credentials
from keyhole.errors import CredentialError, Unreachable
from keyhole.sources.openapi.guard import origin_of, origin_text
from keyhole.sources.openapi.http import is_within
from keyhole.sources.openapi.request import Outgoing

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyhole.sources.openapi.http import Sender

_WELL_KNOWN = "/.well-known/"
_FRESH_S = 3600.0


def metadata_of(issuer: str) -> str:
    """Give the URL of an issuer's metadata; a URL of metadata itself stays as it is."""
    return issuer if _WELL_KNOWN in issuer else f"{issuer.rstrip('/')}{_WELL_KNOWN}openid-configuration"


class Discovery:
    """The token URLs of providers, each kept an hour. `sender` makes what sends to one URL's origin, nowhere else."""

    def __init__(self, sender: Callable[[str], Sender]) -> None:
        self._sender = sender
        self._senders: dict[str, Sender] = {}
        self._kept: dict[str, tuple[float, str]] = {}

    async def token_url(self, metadata: str, operation: str) -> str:
        """Fetch `metadata`, without credentials, and give the token URL that it names. Raises `CredentialError`.

        A client's secret goes there: so it has to be of the origin that the metadata came from, the one that the
        operator or the pinned base stands for. Nothing else of the answer is believed, and nothing of it is told.
        """
        kept = self._kept.get(metadata)
        if kept and kept[0] > time.monotonic():
            return kept[1]
        origin = origin_of(metadata)
        home = origin_text(origin) if origin else metadata
        if metadata not in self._senders:
            self._senders[metadata] = self._sender(metadata)
        outgoing = Outgoing("GET", home, metadata, {"accept": "application/json"}, (), b"", frozenset())
        try:
            result = await self._senders[metadata].send(outgoing, Credentials(), operation=operation)
        except Unreachable as error:
            why = "its answer cannot be read" if error.sent else error.message
            raise _failed(home, why, operation) from None
        body: Any = result.body
        answer = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
        found = answer.get("token_endpoint")
        if result.status != 200 or not isinstance(found, str):
            raise _failed(home, f"it answered {result.status} and named no token_endpoint", operation)
        if not is_within(found, home):
            raise _failed(home, "it names one of another origin, and the client's secret is not sent there", operation)
        self._kept[metadata] = (time.monotonic() + _FRESH_S, found)
        return found

    async def aclose(self) -> None:
        """Close connections. Idempotent."""
        for sender in self._senders.values():
            await sender.aclose()


def _failed(home: str, why: str, operation: str) -> CredentialError:
    return CredentialError(
        f"no token URL was had from the metadata of {home}: {why}",
        hint="The operator gives the provider's `token_url` beside the client_id. Tell the user.", operation=operation,
    )  # fmt: skip
