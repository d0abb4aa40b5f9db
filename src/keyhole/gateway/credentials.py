"""Credentials: added when the program's part is over, and handed to the source, which pins them to its origin."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from keyhole.catalog.call import Credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyhole.catalog.call import Call, Result
    from keyhole.catalog.operation import Operation
    from keyhole.sources.source import Source

CredentialsOf = Callable[["Operation"], Awaitable[Credentials]]
"""Gives the credentials of an operation. Raises `CredentialError` where a reference cannot be read."""


class Send:
    """The last step: reads the operation's credentials and lets its source send the call."""

    def __init__(self, sources: Mapping[str, Source], credentials_of: CredentialsOf) -> None:
        self._sources = sources
        self._credentials_of = credentials_of

    async def __call__(self, call: Call) -> Result:
        """Send the call. Raises what `Source.send` and `CredentialsOf` raise."""
        operation = call.operation
        return await self._sources[operation.api].send(call, await self._credentials_of(operation))
