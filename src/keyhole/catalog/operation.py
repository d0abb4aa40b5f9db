"""One thing an API can do, in one neutral form, whatever source it came from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from keyhole.catalog.files import with_files
from keyhole.catalog.paging import handles, paging

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keyhole.catalog.paging import Handles, Paging
    from keyhole.catalog.schema import Schemas

Schema = dict[str, Any]
"""A JSON Schema (or its OpenAPI 3.0 / Swagger 2.0 dialect) as the document has it, `$ref`s unresolved."""

Place = Literal["path", "query", "header", "cookie", "argument"]


_TAG = re.compile(r"</?(?:p|br|a|b|i|em|strong|code|pre|ul|ol|li|div|span|h[1-6])(?:\s[^<>]{0,200})?/?>", re.IGNORECASE)
"""HTML, in which some documents write their texts."""


class Effect(StrEnum):
    """What a call does to the world behind the API."""

    READ = "read"
    WRITE = "write"
    DESTRUCTIVE = "destructive"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One flat argument. Programs write `name`, `wire` is sent; they differ where two places share a name."""

    name: str
    wire: str
    place: Place
    required: bool
    schema: Schema
    description: str = ""
    deprecated: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """The `body` argument: the schema of the content type that Keyhole sends unless the program names another.

    `others` is the same argument as each of the other content types takes it. `part_headers` are the schemas of the
    headers that parts of a multipart body take: by field, or by index and "*" of a list.
    """

    required: bool
    schema: Schema
    content_type: str
    content_types: tuple[str, ...] = ()
    description: str = ""
    others: tuple[Body, ...] = ()
    part_headers: Mapping[str, Schema] = field(default_factory=dict[str, Schema])

    def sent_as(self, content_type: str) -> Body:
        """Give the body of another content type, whatever its parameters; this one where it has no such."""
        wanted = _essence(content_type)
        return next((one for one in (self, *self.others) if _essence(one.content_type) == wanted), self)


def _essence(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Signature:
    """What goes in and comes out. `schemas` resolves the `$ref`s of every schema in here.

    `output` is None where the document does not say; `empty` says that it promises no content (204, 205).
    """

    parameters: tuple[Parameter, ...]
    body: Body | None
    output: Schema | None
    schemas: Schemas
    empty: bool = False


@dataclass(frozen=True)
class Operation:
    """One operation. Cheap to make: the signature is only read where somebody looks.

    `api` and `name` are valid JavaScript identifiers: a program calls `api.name(args)`. `id` is the document's own
    operationId, or "METHOD /path" where it has none (or has it twice). `auth` names the security schemes it wants,
    `security` says how: alternatives (OR) of schemes that go together (AND), an empty one where none is needed.
    `origin` is the source's own record, for its `send`; nobody else looks into it.
    """

    api: str
    name: str
    id: str
    method: str
    path: str
    effect: Effect
    summary: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    deprecated: bool = False
    auth: tuple[str, ...] = ()
    security: tuple[tuple[str, ...], ...] = ()
    load: Callable[[], Signature] = field(repr=False, compare=False, kw_only=True)
    origin: Any = field(default=None, repr=False, compare=False, kw_only=True)

    @cached_property
    def signature(self) -> Signature:
        """The signature, read from the source on first use."""
        return with_files(self.load())

    @cached_property
    def handles(self) -> Handles:
        """The arguments that ask for a page of a list."""
        return handles(self)

    @cached_property
    def paging(self) -> Paging | None:
        """How its list comes in pages, as far as the document tells; None where it tells of none."""
        return paging(self)

    @property
    def qualified(self) -> str:
        """What a program writes and an error names: "api.name"."""
        return f"{self.api}.{self.name}"

    @property
    def ad_hoc(self) -> bool:
        """Whether this stands for a `request()` to a path that the document lacks: no operation has that name."""
        return self.name == "request"

    def record(self) -> dict[str, Any]:
        """Give the flat JSON record that a program sees in `ops` and gets from `find`."""
        return {
            "api": self.api, "name": self.name, "id": self.id, "method": self.method, "path": self.path,
            "tags": list(self.tags), "summary": _TAG.sub("", self.summary), "effect": str(self.effect),
        }  # fmt: skip
