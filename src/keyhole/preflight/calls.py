"""Calls of operations, read before they are made: what the gateway will refuse, said in its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from keyhole.catalog.declare import usage
from keyhole.errors import CallError, InvalidArguments, UnknownOperation
from keyhole.gateway.asked import as_arguments, named, no_object, rooted, split
from keyhole.gateway.foresight import foresee
from keyhole.preflight.flow import bare
from keyhole.value import Unseen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from keyhole.catalog.catalog import Catalog
    from keyhole.catalog.operation import Operation
    from keyhole.preflight.literal import Literals
    from keyhole.preflight.reference import Reference
    from keyhole.value import Value


class Calls:
    """Reads calls against a catalog."""

    def __init__(self, catalog: Catalog, literals: Literals) -> None:
        self._catalog = catalog
        self._literals = literals

    def operation(self, reference: Reference, call: Node) -> Operation | None:
        """Give the operation that a call names, if it is certain and exists."""
        name = self._name(reference, _given(call))
        try:
            return named(self._catalog, reference.api, name)[0] if name and name != "request" else None
        except CallError:
            return None

    def problem(self, reference: Reference, call: Node) -> tuple[CallError, Node] | None:
        """Give what this call will certainly be refused with, and the node that is wrong; None where it may pass."""
        given = _given(call)
        name = self._name(reference, given)
        if not name or any(one.type == "spread_element" for one in given) or name == "request":
            return self._request(reference, given) if name == "request" else None
        argument = next((bare(one) for one in given[reference.takes_path :]), None)
        arguments, closed = self._arguments(argument)
        try:
            operation, written = named(self._catalog, reference.api, name)
            if isinstance(arguments, dict):
                foresee(operation, {**written, **cast("dict[str, Value]", arguments)}, closed=closed)
            elif argument is not None and not isinstance(arguments, Unseen):
                error = no_object(reference.api, name, arguments)
                error.hint = f"Write {usage(operation)}"
                return error, argument
        except UnknownOperation as error:
            self._offer(error)
            of_that_name = reference.paged and self._exists(reference.api, f"{name}.items")
            return None if of_that_name else (error, reference.node)
        except CallError as error:
            return error, self._wrong(error, argument) or reference.node
        return None

    def _exists(self, api: str, name: str) -> bool:
        try:
            return bool(self._catalog.get(api, name))
        except UnknownOperation:
            return False

    def _offer(self, error: UnknownOperation) -> None:
        """Say how the nearest operation is called: that saves asking for it."""
        if error.nearest:
            nearest = self._catalog.lookup(error.nearest[0])
            error.hint = f"Did you mean {usage(nearest)}? {error.hint}"

    def _name(self, reference: Reference, given: list[Node]) -> str | None:
        """Give the name by which the gateway will be asked: the operation's, or "GET /path"."""
        if not reference.takes_path:
            return reference.name
        path = self._literals.value(given[0]) if given else None
        known = isinstance(path, str) and "://" not in path  # whose address that is, is not known here
        return f"{reference.name.upper()} {path}" if known else None

    def _arguments(self, node: Node | None) -> tuple[Value, bool]:
        """Give the arguments by name, and whether these are all; `Unseen` where not even that is certain."""
        if node is None or node.type == "undefined":
            return {}, True
        if node.type == "object":
            return self._literals.fields(node)
        return self._literals.value(node), True

    def _request(self, reference: Reference, given: list[Node]) -> tuple[CallError, Node] | None:
        """`api.request({ method, path, … })`: a path that is an operation's is checked as the operation is."""
        asked, closed = self._arguments(bare(given[0]) if given else None)
        if not closed or not isinstance(asked, dict) or "api" in asked:
            return None
        options = cast("dict[str, Value]", asked)
        method, path = options.get("method", "GET"), options.get("path")
        parts = {key: options[key] for key in ("query", "headers", "body") if options.get(key) is not None}
        plain = all(isinstance(parts.get(key, {}), dict) for key in ("query", "headers"))
        if not isinstance(method, str) or not isinstance(path, str) or not plain or "://" in path:
            return None
        path, query = split(rooted(path, None))
        matched = self._catalog.match(reference.api, method.upper(), path)
        if matched is None:
            return None
        parts["query"] = {**query, **parts.get("query", {})}
        try:
            foresee(matched[0], as_arguments(*matched, parts))
        except CallError as error:
            return error, self._wrong(error, given[0]) or reference.node
        return None

    def _wrong(self, error: CallError, argument: Node | None) -> Node | None:
        """Give the argument that an error is about, where it is written in the call."""
        written = dict(self._keys(argument))
        names = error.at if isinstance(error, InvalidArguments) else ()
        return next((written[name] for name in names if name in written), None)

    def _keys(self, argument: Node | None) -> Iterator[tuple[str, Node]]:
        for child in argument.named_children if argument is not None and argument.type == "object" else ():
            key = self._literals.key(child) if child.type != "comment" else None
            if key is not None:
                yield key, child


def _given(call: Node) -> list[Node]:
    arguments = call.child_by_field_name("arguments")
    return [one for one in arguments.named_children if one.type != "comment"] if arguments is not None else []
