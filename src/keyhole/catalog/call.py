"""What passes between the gateway and a source: a call on the way out, a result on the way back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyhole.catalog.scheme import ClientCertificate, SchemeSecret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import BinaryIO

    from keyhole.catalog.operation import Operation
    from keyhole.value import Value


@dataclass(frozen=True, slots=True)
class Call:
    """One operation with its arguments, by program names: parameters flat, the request body under `body`.

    An ad-hoc call (`request()` to a path that is no operation) has an operation made by `Source.ad_hoc` and the
    arguments `query`, `headers`, `body`. `spool` gives a file on disk for a large binary answer: then the body is a
    `File`. `more` is of the query that an answer gave for its next page, by the names on the wire, and that the
    document does not describe.
    """

    operation: Operation
    arguments: Mapping[str, Value]
    spool: Callable[[], BinaryIO] | None = None
    more: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Result:
    """What the API answered, whatever the status. Header names are lower-case; `url` is without credentials.

    `mismatches` says how the body differs from what the document promises: types and places, no values.
    """

    status: int
    headers: Mapping[str, str]
    body: Value
    url: str
    ms: float = 0.0
    size: int = 0
    mismatches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is added to a request for the pinned origin, and nowhere else. Never printed.

    `schemes` are for the source to place as its document says; `certificate` is what the server is shown when a
    connection is made; `secrets` is what no answer may show.
    """

    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    cookies: Mapping[str, str] = field(default_factory=dict[str, str])
    secrets: tuple[str, ...] = ()
    schemes: Mapping[str, SchemeSecret] = field(default_factory=dict[str, SchemeSecret])
    certificate: ClientCertificate | None = None

    def __repr__(self) -> str:
        return (
            f"Credentials(headers={sorted(self.headers)}, query={sorted(self.query)}, cookies={sorted(self.cookies)})"
        )
