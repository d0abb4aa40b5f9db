"""Texts in the place of a file: the name of one would be sent as its content, and that is seldom what is meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from keyhole.errors import InvalidArguments
from keyhole.gateway.problems import place, shown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from keyhole.catalog.operation import Body, Operation
    from keyhole.catalog.schema import Schemas
    from keyhole.gateway.problems import Path
    from keyhole.value import Value

_NAME = re.compile(r"[^\s:?*<>|\"][^\r\n\t:?*<>|\"]{0,198}\.[A-Za-z][A-Za-z0-9]{0,5}")
_MAX_NAME = 1_700


async def named_files(
    operation: Operation, body: Body, given: Value, holds: Callable[[str], Awaitable[bool]] | None
) -> list[str]:
    """Give the places of texts that go out as the content of a file and look like the name of one.

    `holds` says whether programs can open a file of a name. Raises `InvalidArguments` where they can: what the text
    says is then in doubt, and bytes say the same without.
    """
    doubtful: list[str] = []
    for path, text in _texts(body, given, operation.signature.schemas):
        where, name = place("body", path), text.removeprefix("@").removeprefix("./")
        if holds and len(name) < _MAX_NAME and await holds(name):
            raise InvalidArguments(
                f"{operation.qualified} was not called: {where} is the text {shown(text)}, "
                "which would be all that is uploaded, and there is a file of that name",
                hint=f"Write await files.open({shown(name)}); if that text is meant: "
                f"new TextEncoder().encode({shown(text)}).",
                operation=operation.qualified,
            )
        if _NAME.fullmatch(text):
            doubtful.append(where)
    return doubtful


def _texts(body: Body, given: Value, schemas: Schemas) -> Iterator[tuple[Path, str]]:
    found = schemas.resolve(body.schema)
    if _is_binary(found) or body.content_type.lower().startswith("multipart/"):
        yield from _below(given, found, schemas, ())


def _below(value: Value, schema: Any, schemas: Schemas, path: Path) -> Iterator[tuple[Path, str]]:
    found = schemas.resolve(schema)
    if isinstance(value, str):
        if _is_binary(found):
            yield path, value
    elif isinstance(value, list):
        first = cast("list[Any]", found.get("prefixItems") or ())
        for at, one in enumerate(cast("list[Value]", value)):
            yield from _below(one, first[at] if at < len(first) else found.get("items"), schemas, (*path, at))
    elif isinstance(value, dict):
        fields = schemas.fields(found)
        for name, one in cast("dict[str, Value]", value).items():
            if name in fields and (not path or name == "content"):  # what is deeper is JSON, and takes no file
                yield from _below(one, fields[name], schemas, (*path, name))


def _is_binary(found: dict[str, Any]) -> bool:
    """Say whether a schema is of a file, as `catalog/files.py` and the source write it."""
    forms = cast("list[dict[str, Any]]", found.get("anyOf") or [found])
    return forms[0].get("format") == "binary"
