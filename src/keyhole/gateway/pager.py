"""One page of a list and where the next one is: decided by what the answer says, before what the document promises.

A program walks a list by asking for page after page (`.items()`). What it gives back to go on, and every `next` that an
API answers, is taken as arguments of the same operation, or of another one of the same API, and goes the way of any
call: a URL in an answer decides neither where a request goes nor what it carries along.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl

from keyhole.catalog.call import Call
from keyhole.catalog.naming import loose
from keyhole.catalog.operation import Effect
from keyhole.catalog.paging import Handles, Path, at, place_of_list, put
from keyhole.errors import CallError, InvalidArguments
from keyhole.gateway.asked import brief
from keyhole.gateway.mending import from_text
from keyhole.gateway.turn import Before, StuckError, Turn, schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keyhole.catalog.call import Result
    from keyhole.catalog.catalog import Catalog
    from keyhole.catalog.operation import Operation, Parameter
    from keyhole.value import Value

_LARGEST = 100
"""The size of a page that is asked for where the program does not say, and the document allows it."""
_MAX_MORE = 20
_MASKED = "[redacted]"


@dataclass(frozen=True, slots=True)
class Page:
    """One page: what came before it, the call that asks for it, where in the answer its list is if that is known."""

    before: Before
    call: Call
    items: Path | None

    def beyond(self, result: Result) -> bool:
        """Say whether the answer means that there is no such page: nothing but a full page before led to its number."""
        return result.status == 404 and self.before.by == "number"


class Pager:
    """Reads one list, a page at a time. `local` gives the path and query of a URL that is an operation's API's own."""

    def __init__(self, catalog: Catalog, local: Callable[[Operation, str], str | None]) -> None:
        self._catalog = catalog
        self._local = local

    def page(self, operation: Operation, given: Mapping[str, Value], state: Mapping[str, Any]) -> Page:
        """Give the page that `state` (what `next` gave with the page before; empty for the first) leads to.

        Raises InvalidArguments where there is none: nothing is sent then.
        """
        promised = operation.paging
        has = operation.handles
        if operation.effect is not Effect.READ and promised is None:
            raise InvalidArguments(
                f"{operation.qualified} was not called: it is a {operation.effect} call, and no list in pages",
                hint=f"Call it without .items: await {operation.qualified}({{…}}).",
                operation=operation.qualified,
            )
        given = _sized(operation, _exact(given, has), has.size)
        if isinstance(stuck := state.get("stuck"), str):
            raise CallError(
                stuck[:500],
                hint="error.items holds what came so far. Look at one call's answer, and ask for the rest yourself.",
                operation=operation.qualified,
            )
        number, seen, first = (_count(state.get(key)) for key in ("number", "seen", "first"))
        place = state.get("items")
        known = isinstance(place, list) and all(isinstance(step, str) for step in cast("list[Any]", place))
        items = tuple(cast("list[str]", place)) if known else promised.items if promised else None
        call = Call(operation, given)
        if isinstance(url := state.get("url"), str):
            call = self._followed(operation, given, url, number)
        elif isinstance(change := state.get("set"), dict):
            call = Call(operation, _changed(operation, given, cast("dict[str, Value]", change)))
        mark, by = (str(state.get(key, "")) for key in ("mark", "by"))
        return Page(Before(max(number, 1), operation, seen, first, mark, by), call, items)

    def _followed(self, operation: Operation, given: Mapping[str, Value], url: str, number: int) -> Call:
        """Give the call that a `next` URL asks for: its query, as far as it says where the next page is."""
        local = self._local(operation, url)
        if local is None:
            raise _astray(operation, url, number, "outside of the API's own address")
        path, _, query = local.partition("?")
        pairs = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if _MASKED not in value]
        matched = self._catalog.match(operation.api, operation.method, path)
        arguments, more = _queried(operation, given, pairs)
        if matched is not None and matched[0] is not operation and (more or not pairs):
            other, values = matched
            arguments, more = _queried(other, values, pairs)
            return Call(other, arguments, more=more)
        if more and matched is None:
            raise _astray(operation, url, number, "no path of an operation")
        return Call(operation, arguments, more=more)

    def turn(self, page: Page, result: Result) -> tuple[list[Value], dict[str, Any] | None]:
        """Give the items of an answer, and the state of the next page, None where this one was the last.

        Raises CallError where there is no list in it, or the one that came before.
        """
        place = _place(page, result.body)
        if place is None:
            raise _no_list(page.call.operation, result.body)
        items = cast("list[Value]", at(result.body, place) or [])
        before = page.before
        turn = Turn(before, page.call.arguments, result, items)
        try:
            change = turn.next()
        except StuckError as stuck:  # the items that came are given out first
            change = {"stuck": str(stuck)}
        if change is None:
            return items, None
        counts = {"number": before.number + 1, "seen": before.seen + len(items), "first": before.first or len(items)}
        return items, {**counts, "mark": turn.mark, "by": turn.by, "items": list(place), **change}


def _exact(given: Mapping[str, Value], has: Handles) -> dict[str, Value]:
    """Give the arguments with those that ask for pages by their exact names, so that none is given twice."""
    exact = {
        loose(path[0]): path[0] for path in (has.cursor, has.last, has.before, has.page, has.offset, has.size) if path
    }
    return {name if name in exact.values() else exact.get(loose(name), name): value for name, value in given.items()}


def _sized(operation: Operation, given: Mapping[str, Value], handle: Path) -> dict[str, Value]:
    """Ask for larger pages where the program does not say how large, and the document how large they may be."""
    if not handle or at(given, handle) is not None or operation.method != "GET":
        return dict(given)
    schema = schema_of(operation, handle)
    most, usual = schema.get("maximum"), schema.get("default")
    if not isinstance(most, int) or isinstance(most, bool) or (isinstance(usual, int) and usual >= most):
        return dict(given)
    wanted = min(most, max(_LARGEST, usual if isinstance(usual, int) else 0))
    return put(given, handle, wanted) if wanted > 0 else dict(given)


def _changed(operation: Operation, given: Mapping[str, Value], change: Mapping[str, Value]) -> dict[str, Value]:
    """Put the next cursor, number or id into the arguments, as the type that the document gives it."""
    changed = dict(given)
    for name, value in change.items():
        if isinstance(value, dict):
            inner = changed.get(name)
            held = cast("dict[str, Value]", inner) if isinstance(inner, dict) else {}
            changed[name] = {**held, **cast("dict[str, Value]", value)}
        else:
            changed[name] = _typed(operation, name, value)
    return changed


def _typed(operation: Operation, name: str, value: Value) -> Value:
    parameter = next((one for one in operation.signature.parameters if one.name == name), None)
    kind = operation.signature.schemas.resolve(parameter.schema).get("type") if parameter else None
    if kind == "string" and isinstance(value, int):
        return str(value)
    return from_text(value, {kind}) if isinstance(kind, str) and isinstance(value, str) else value


def _queried(
    operation: Operation, given: Mapping[str, Value], pairs: list[tuple[str, str]]
) -> tuple[dict[str, Value], dict[str, str]]:
    """Give the arguments that a next URL's query adds to those of the program, and what of it the document lacks."""
    has = operation.handles
    turning = {path[0] for path in (has.cursor, has.last, has.before, has.page, has.offset) if path}
    known: dict[str, Parameter] = {one.wire: one for one in operation.signature.parameters if one.place == "query"}
    arguments, more = dict(given), dict[str, str]()
    for wire, value in pairs:
        base, _, inner = wire.partition("[")
        if (parameter := known.get(wire)) is not None:
            schema = operation.signature.schemas.resolve(parameter.schema)
            if parameter.name in turning or (parameter.name not in given and schema.get("type") not in _HELD):
                arguments[parameter.name] = _typed(operation, parameter.name, value)
        elif inner and base in known:
            if base in turning:
                arguments = put(arguments, (known[base].name, inner.rstrip("]")), value)
        elif len(more) < _MAX_MORE and not (inner == "]" and base in known):
            more[wire] = value
    return arguments, more


_HELD = ("array", "object")


def _place(page: Page, body: Any) -> Path | None:
    """Say where in this answer the list is; an empty one may be null, or left out, where it is known to be."""
    if page.items is not None:
        held = at(body, page.items) if page.items else body
        if isinstance(held, list):
            return page.items
        if held is None and (not page.items or isinstance(at(body, page.items[:-1]), dict)):
            return place_of_list(body, page.before.asked) or page.items
    return place_of_list(body, page.before.asked)


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _astray(operation: Operation, url: str, number: int, why: str) -> CallError:
    return CallError(
        f"page {number} was not asked for: the answer says that it is at {brief(url, 200)}, which is {why}",
        hint="What came so far is in error.items.",
        operation=operation.qualified,
    )


def _no_list(operation: Operation, body: Any) -> CallError:
    """Say what was found where a list was wanted."""
    name = operation.qualified
    if isinstance(body, dict):
        fields = cast("dict[str, Any]", body)
        lists = [key for key, value in fields.items() if isinstance(value, list)]
        shown = ", ".join(brief(key, 40).strip('"') for key in [*fields][:8])
        what = f"an object ({shown}{', …' if len(fields) > 8 else ''})"
        hint = f"Call it without .items: (await {name}({{…}})).{lists[0] if lists else 'field'}."
        return CallError(f"{name} answered {what}, and none of it is plainly its list", hint=hint, operation=name)
    return CallError(
        f"{name} answered {brief(body)}, which is no list", hint=f"Call it without .items: await {name}({{…}}).",
        operation=name,
    )  # fmt: skip
