"""Where operations come from. The seam for OpenAPI documents, MCP servers, Python functions, GraphQL endpoints."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from keyhole.catalog.call import Call, Credentials, Result
    from keyhole.catalog.mismatch import Mismatch
    from keyhole.catalog.operation import Operation
    from keyhole.catalog.scheme import Kind
    from keyhole.catalog.spot import Spot


@dataclass(frozen=True, slots=True)
class Notice:
    """Something of a document that was skipped or mended: said once, with its JSON pointer.

    `rule` says which kind of thing it is, for machines.
    """

    pointer: str
    message: str
    rule: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A credential that an API asks for by `name`: `what` it is in words, the `place` and `key` that it is sent in.

    `kind` is what an operator gives for it, None where there is no way. `settings` must be given beside it, by the
    document; `trouble` says why what is given would not be sent, empty where it would.
    """

    name: str
    what: str
    place: str
    key: str
    kind: Kind | None
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    trouble: str = ""


class Source(Protocol):
    """One API. `name` is its global in programs; `document` is what programs see as `spec`."""

    @property
    def name(self) -> str:
        """The API's global in programs: a valid identifier."""
        ...

    @property
    def title(self) -> str:
        """What the API calls itself."""
        ...

    @property
    def document(self) -> dict[str, Any]:
        """The document, for `spec`: JSON, `$ref`s unresolved, external files folded in."""
        ...

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What was skipped or mended."""
        ...

    @property
    def overlays(self) -> tuple[str, ...]:
        """What has been applied to the document before it was read, a line each."""
        ...

    def wanted(self) -> tuple[Wanted, ...]:
        """Give every credential that the operations name in `security`."""
        ...

    def operations(self) -> Iterable[Operation]:
        """Give every operation, in the document's order."""
        ...

    def ad_hoc(self, method: str, path: str) -> Operation:
        """Make the operation that stands for a request to a path that the document does not describe."""
        ...

    def path(self, call: Call) -> str:
        """Give the path of what `call` of a described operation goes to, below the base. Raises `InvalidArguments`."""
        ...

    def local(self, url: str, operation: Operation | None = None) -> str | None:
        """Give path and query of a URL at the API's own address, as `ad_hoc` takes them; None for another place.

        An `operation` may have an address of its own.
        """
        ...

    def promised(self, operation: Operation, status: int, content_type: str) -> tuple[Spot, bool] | None:
        """Give the schema that the document promises of an answer, and whether it is that of each item of a list."""
        ...

    def mends(self, mismatch: Mismatch) -> list[dict[str, Any]]:
        """Give the actions of an overlay that would make the document say what was found; none where that is open."""
        ...

    async def send(self, call: Call, credentials: Credentials) -> Result:
        """Send one call. Raises `Unreachable`, `CredentialError`, `InvalidArguments`; an error status is a Result."""
        ...

    async def aclose(self) -> None:
        """Close connections. Idempotent."""
        ...
