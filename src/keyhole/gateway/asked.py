"""What a program's call asks for: which operation, and what of its arguments is written into a path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from pydantic_core import to_json

from keyhole.errors import InvalidArguments, counted
from keyhole.value import File

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keyhole.catalog.catalog import Catalog
    from keyhole.catalog.operation import Operation
    from keyhole.value import Value

METHODS = frozenset({"GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS"})
_MAX_TEXT = 16_000
"""Characters of a name, a path or a query: finding what is nearest to one takes time in its length."""


def named(
    catalog: Catalog, api: str, name: str, local: Callable[[str], str | None] | None = None
) -> tuple[Operation, dict[str, Value]]:
    """Give the operation that `api.name(…)` or `api.get(path)` ("GET /path") calls, and what the path says of it.

    `local` gives the path of a URL of the API's own. Raises UnknownOperation with the nearest names, InvalidArguments
    for a name beyond all measure.
    """
    bounded("the name of an operation", name)
    method, space, path = name.partition(" ")
    if space and method in METHODS:
        path = rooted(path, local)
        name = f"{method} {path}"
    path, query = split(path)
    matched = catalog.match(api, method, path) if path.startswith("/") else None
    if matched is None:
        return catalog.get(api, name), {}
    operation, values = matched
    return operation, as_arguments(operation, values, {"query": query})


def rooted(path: str, local: Callable[[str], str | None] | None) -> str:
    """Give a path that begins with "/", for one that does not or for a whole URL of the API's own.

    Raises InvalidArguments for a URL of another place.
    """
    path = path.strip()
    if "://" not in path.partition("?")[0]:
        return path if path.startswith("/") else f"/{path}"
    found = local(path) if local else None
    if found is None:
        raise InvalidArguments(
            f"{brief(path, 200)} is outside of the API's own address",
            hint="Give a path of this API, such as /things/1; there is no way to other places.",
        )
    return found


def no_object(api: str, name: str, arguments: Value) -> InvalidArguments:
    """Make the error for arguments that are no object."""
    return InvalidArguments(
        f"{api}.{name} was given {brief(arguments)}: arguments are one object",
        hint=f"Write {api}.{name}({{ name: value }}); `await describe({name!r})` shows the names.",
        operation=f"{api}.{name}",
    )


def as_arguments(operation: Operation, values: Mapping[str, str], parts: Mapping[str, Any]) -> dict[str, Value]:
    """Say a raw request in the operation's own arguments; what it does not know keeps its name, to be refused."""
    arguments: dict[str, Value] = dict(values)
    for part, place in (("query", "query"), ("headers", "header")):
        fold: Callable[[str], str] = str.lower if place == "header" else str
        names = {fold(p.wire): p.name for p in operation.signature.parameters if p.place == place}
        given: Mapping[str, Value] = parts.get(part, {})
        arguments |= {names.get(fold(wire), wire): value for wire, value in given.items()}
    if "body" in parts:
        arguments["body"] = parts["body"]
    return arguments


def split(path: str) -> tuple[str, dict[str, Value]]:
    """Take the query string off a path: a name given once is a text, given more often a list of them."""
    path, _, text = path.partition("?")
    given = parse_qs(text.partition("#")[0], keep_blank_values=True)
    return path, {name: values[0] if len(values) == 1 else list(values) for name, values in given.items()}


def bounded(what: str, text: str) -> None:
    """Raise InvalidArguments for a text that is too long to be looked for."""
    if len(text) > _MAX_TEXT:
        raise InvalidArguments(f"{what} has {len(text):,} characters; the most is {_MAX_TEXT:,}")


def brief(value: Value, limit: int = 80) -> str:
    """Show a value in at most `limit` characters."""
    if isinstance(value, bytes | File):
        return f"[{counted(len(value) if isinstance(value, bytes) else value.size, 'byte')}]"
    text = value if isinstance(value, str) and limit > 80 else to_json(value, fallback=str).decode("utf-8", "replace")
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"
