"""One row of the demo API's table: what an endpoint is called, takes, answers, and the function that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from keyhole.demo.store import Store

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Query:
    """One query parameter; an array is sent as `name=a&name=b`. A default is in the schema."""

    name: str
    schema: Schema
    description: str
    example: Any = None


@dataclass(frozen=True, slots=True)
class Upload:
    """One file that came in, of a multipart form or as the whole body."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """What a handler gets: everything in it has been checked against the document.

    `path` and `query` hold values of the types that the document gives them, defaults filled in; `body` is the JSON
    body, the form's text fields, or None; `user` is who the token belongs to.
    """

    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Any
    user: str
    upload: Upload | None = None

    @property
    def file(self) -> Upload:
        """The file that came in; refuses with 400 where there is none."""
        if self.upload is None:
            raise Refusal(400, "bad_request", "There is no file in the body.")
        return self.upload


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list that is counted in pages; becomes the `Link` and `X-Total-Count` headers."""

    number: int
    size: int
    total: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler answers: JSON, or bytes with a media type. The status is the endpoint's."""

    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    page: Page | None = None
    media_type: str = "application/json"


class Refusal(Exception):  # noqa: N818  (it is what the API answers, not a fault)
    """The API says no: a status, a code for machines, a sentence for people, the fields concerned."""

    def __init__(self, status: int, code: str, message: str, fields: list[dict[str, str]] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "errors": fields or []}


Handler = Callable[["Store", Request], Reply]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation of the demo API.

    `body` and `answer` name a component schema (`Issue`, or `Issue[]` for a list); `refuses` are its own error
    statuses, besides those of checking what comes in. `status` is that of success, `content` the body's media type.
    """

    id: str
    method: str
    path: str
    summary: str
    handler: Handler
    description: str = ""
    query: tuple[Query, ...] = ()
    body: str = ""
    answer: str = ""
    status: int = 200
    refuses: tuple[int, ...] = ()
    content: str = "application/json"
    paged: bool = False
    public: bool = False

    @property
    def tag(self) -> str:
        """The group it belongs to: what stands before the slash of its id."""
        return self.id.partition("/")[0]


def missing(kind: str, key: object) -> NoReturn:
    """Refuse with 404."""
    raise Refusal(404, "not_found", f"There is no {kind} {key!r}.")


def conflict(message: str) -> NoReturn:
    """Refuse with 409."""
    raise Refusal(409, "conflict", message)


def invalid(field_name: str, message: str) -> NoReturn:
    """Refuse with 422, for one field of the body."""
    raise Refusal(422, "invalid", f"{field_name}: {message}", [{"field": field_name, "message": message}])
