"""How lists come in pages: which arguments ask for one, where an answer holds its list, what it says of the next.

Nothing here is certain: documents name these things as they like, and say little. `paging` is what a document
promises; what an answer says (`gateway/pager.py`) goes before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from keyhole.catalog.naming import loose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from keyhole.catalog.operation import Operation
    from keyhole.catalog.schema import Schemas

Path = tuple[str, ...]


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Names are compared by their letters and digits alone: next_page_token, nextPageToken and $nextPageToken are one.
_CURSOR = _set(
    """
    cursor nextcursor startcursor pagecursor aftercursor pagetoken nextpagetoken nexttoken startingtoken continue
    continuation continuationtoken marker scrollid bookmark exclusivestartkey startkey skiptoken pageafter pagestate
    paginationtoken nextkey nextpageid pageid next nextpage
    """
)
_ROLES: dict[str, frozenset[str]] = {
    "cursor": _CURSOR,
    "last": _set("startingafter after afterid lastid sinceid"),
    "before": _set("before beforeid"),
    "page": _set("page pagenumber pageno pagenum pageindex p currentpage pagepage"),
    "offset": _set("offset skip start startat startindex startindexfrom from firstresult pageoffset"),
    "size": _set(
        """
        perpage pagesize limit maxresults count size top pagelimit maxitems maxpagesize resultsperpage itemsperpage
        hitsperpage maxkeys rows take first pageperpage pagecount
        """
    ),
}
_NUMBERS = frozenset({"p", "from", "start", "first", "take", "rows", "skip", "pageindex"})
"""Names that mean other things too: they count where they are numbers."""

URLS = _set("nextlink nexturl nexturi nexthref nextpageurl nextpageuri nextpagelink nextpagepath odatanextlink")
"""Fields whose value is the URL of the next page, or null on the last one."""
CURSORS = _set(
    """
    nextcursor nextpagetoken nexttoken nextpagecursor continuationtoken continue nextmarker endcursor nextkey
    scrollid bookmark lastevaluatedkey nextcontinuationtoken nextpagestate nextstartkey startingafter nextpageid
    """
)
"""Fields whose value is given back as the cursor."""
VAGUE = _set("next nextpage after cursor marker nextoffset skiptoken")
"""Fields that may hold a URL, a cursor or a number, as their value says."""
MORE = _set("hasmore hasnext hasnextpage more moreitems hasmoreitems istruncated truncated morerecords")
LAST = _set("last islast islastpage lastpage")
PAGES = _set("totalpages pagecount pages numpages lastpage pagestotal totalpagecount maxpage")
TOTALS = _set("totalcount totalresults totalitems totalrecords totalsize totalhits totalelements xtotalcount numfound")
VAGUE_TOTALS = _set("total")
"""May also count what is on this page."""
_CONTAINERS = _set(
    """
    meta metadata responsemetadata paging pagination pageinfo page pages links link resultinfo cursor cursors result
    results response data searchmetadata listmetadata d next paginginfo pagingmetadata
    """
)
_ENVELOPES = _set("data result results response d hits embedded payload body page collection feed list resultset")
_LISTS = _set(
    """
    items data results result value values records entries rows hits list content contents objects resources elements
    edges nodes members docs documents messages
    """
)
_ASIDE = _set("errors warnings facets aggregations links includes included")
_AROUND = TOTALS | _set("prev previous count")
_IDENTITY = ("id", "_id", "uuid", "node_id")
_DEPTH = 3
_MAX_FIELDS = 400


@dataclass(frozen=True, slots=True)
class Handles:
    """The arguments that ask for a page, as paths into them: `("page",)`, `("body", "start_cursor")`, () for none."""

    cursor: Path = ()
    last: Path = ()
    """Takes the id of the last item of the page before."""
    before: Path = ()
    page: Path = ()
    offset: Path = ()
    size: Path = ()

    def any(self) -> bool:
        """Say whether there is one that moves on."""
        return bool(self.cursor or self.last or self.before or self.page or self.offset)


@dataclass(frozen=True, slots=True)
class Paging:
    """What a document promises of a list.

    `way` is how it goes on, `by` the argument for that ("" for URLs), `size` the one of a page's size, `items` where
    the list stands in the answer, None where the document does not say.
    """

    way: str
    by: str
    size: str
    items: Path | None


def handles(operation: Operation) -> Handles:
    """Find the arguments of an operation that ask for a page, in its query, or in the body of what is no GET."""
    signature = operation.signature
    found: dict[str, Path] = {}
    reads = operation.method in ("GET", "HEAD")
    for one in signature.parameters:
        if one.place == "query" and reads:
            _note(found, (one.name,), one.schema, signature.schemas)
    if signature.body and not reads:
        for name, schema in signature.schemas.fields(signature.body.schema).items():
            _note(found, ("body", name), schema, signature.schemas)
    return Handles(**found)


def _note(found: dict[str, Path], path: Path, schema: Any, schemas: Schemas) -> None:
    resolved = schemas.resolve(schema)
    kind = resolved.get("type")
    plain = loose("".join(path[path[0] == "body" :]))
    if kind == "object" or "properties" in resolved:
        if plain == "page" and len(path) == 1:  # page[number], page[size], page[cursor] of JSON:API
            for name, inner in schemas.properties(resolved).items():
                _note(found, (*path, name), inner, schemas)
        return
    if kind in ("array", "boolean") or "enum" in resolved:
        return
    if plain in _NUMBERS and kind not in ("integer", "number"):
        return
    for role, names in _ROLES.items():
        if plain in names:
            found.setdefault(role, path)


def paging(operation: Operation) -> Paging | None:
    """Say how an operation pages, as far as its document tells; None where it tells of no list, or of no pages."""
    if operation.method not in ("GET", "POST"):
        return None
    has = operation.handles
    signature = operation.signature
    shape = None if signature.output is None else _outline(signature.schemas, signature.output, _DEPTH)
    items = place_of_list(shape, operation)
    if items is None and operation.method == "POST":
        return None
    if shape is not None and items is None:
        said = signature.schemas.resolve(signature.output)
        if _has_list(shape) or said.get("additionalProperties") in (None, False) or not (has.cursor and has.size):
            return None
    way, by = _way(operation, has, signals(shape), typed=shape is not None)
    return Paging(way, ".".join(by), ".".join(has.size), items) if way else None


def _way(operation: Operation, has: Handles, said: dict[str, Any], *, typed: bool) -> tuple[str, Path]:
    """Give how a list goes on, and the argument for it; "" where nothing tells."""
    reads = operation.method == "GET"
    ways: tuple[tuple[Any, str, Path], ...] = (
        (reads and said.keys() & URLS, "next URL", ()),
        (has.cursor, "cursor", has.cursor),
        (has.last and said.keys() & MORE, "last id", has.last),
        (has.last and said.keys() & CURSORS, "cursor", has.last),
        (has.page, "page", has.page),
        (has.offset, "offset", has.offset),
        (has.size and typed and (has.last or has.before), "last id", has.last or has.before),
        (reads and "next" in said and said.keys() & _AROUND, "next URL", ()),
    )
    return next(((way, by) for true, way, by in ways if true), ("", ()))


def _has_list(shape: Any) -> bool:
    return isinstance(shape, list) or (
        isinstance(shape, dict) and any(_has_list(held) for held in cast("dict[str, Any]", shape).values())
    )


def _outline(schemas: Schemas, schema: Any, depth: int) -> Any:
    """Make a value of the shape of a schema: an array is [], what is neither array nor object is None."""
    found = schemas.resolve(schema)
    if found.get("type") == "array" or ("items" in found and "properties" not in found):
        return []
    for keyword in ("oneOf", "anyOf"):
        for option in cast("list[Any]", found[keyword])[:4] if isinstance(found.get(keyword), list) else ():
            if isinstance(inner := _outline(schemas, option, depth - 1) if depth > 0 else None, list):
                return cast("Any", inner)
    if depth < 0:
        return None
    fields = schemas.fields(found)
    if not fields:
        return None
    return {name: _outline(schemas, value, depth - 1) for name, value in [*fields.items()][:_MAX_FIELDS]}


def place_of_list(value: Any, operation: Operation, depth: int = _DEPTH) -> Path | None:
    """Say where in an answer its list is: () for the answer itself. None where there is none, or which is not plain."""
    if isinstance(value, list):
        return ()
    if not isinstance(value, dict) or depth < 0:
        return None
    fields = cast("dict[str, Any]", value)
    hints = _hints(operation)
    lists = [name for name, held in fields.items() if isinstance(held, list)]
    if "errors" in lists and "messages" in lists:
        lists.remove("messages")  # what is said beside the result
    ranked = sorted(((_rank(name, hints), name) for name in lists), key=lambda one: -one[0])
    # What one thing holds is not a list of things, unless it is called so.
    single = operation.path.rstrip("/").endswith("}") and not operation.handles.any()
    one = single or any(name in fields for name in _IDENTITY)
    unique = len(ranked) == 1 or (len(ranked) > 1 and ranked[0][0] > ranked[1][0])
    if unique and (ranked[0][0] > 2 or (ranked[0][0] > 0 and not one)):
        return (ranked[0][1],)
    for name, held in fields.items():
        inner = place_of_list(held, operation, depth - 1) if isinstance(held, dict) and _holds(name, hints) else None
        if inner is not None:
            return (name, *inner)
    return None


def _holds(name: str, hints: Mapping[str, int]) -> bool:
    return loose(name) in _ENVELOPES or loose(name) in hints


def _hints(operation: Operation) -> dict[str, int]:
    """Give what a list may be called after its path: the last name of it counts most."""
    literal = [loose(part) for part in re.split(r"[/.]", operation.path) if part and "{" not in part]
    return {name: 5 if name == literal[-1] else 4 for name in literal}


def _rank(name: str, hints: Mapping[str, int]) -> int:
    plain = loose(name)
    if plain in hints:
        return hints[plain]
    return 3 if plain in _LISTS else 0 if plain in _ASIDE else 2


def signals(body: Any) -> dict[str, Any]:
    """Give what an answer says beside its items, by plain names: of itself first, then of `meta` and its kind."""
    found: dict[str, Any] = {}
    for plain, value in _said(body, _DEPTH):
        found.setdefault(plain, value)
    return found


def _said(body: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if not isinstance(body, dict) or depth < 0:
        return
    fields = cast("dict[str, Any]", body)
    for name, value in fields.items():
        if not isinstance(value, dict | list):
            yield loose(name), value
        elif loose(name) == "next" and isinstance(value, dict):  # {"next": {"href": …}}
            held = cast("dict[str, Any]", value)
            link = next((held[key] for key in ("href", "url", "link") if isinstance(held.get(key), str)), None)
            if link is not None:
                yield "nexturl", link
    for name, value in fields.items():
        if loose(name) in _CONTAINERS:
            yield from _said(value, depth - 1)


def at(value: Any, path: Path) -> Any:
    """Give what stands at a path of fields; None where there is nothing."""
    for step in path:
        value = cast("dict[str, Any]", value).get(step) if isinstance(value, dict) else None
    return value


def put(arguments: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """Give arguments with one more at a path; what was there gives way."""
    first, *rest = path
    if rest:
        inner = arguments.get(first)
        value = put(cast("dict[str, Any]", inner) if isinstance(inner, dict) else {}, tuple(rest), value)
    return {**arguments, first: value}
