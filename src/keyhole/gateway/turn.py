"""What one answer says of the next page: a link, a cursor, that there is more, how many there are, or nothing."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, cast
from urllib.parse import urljoin

from pydantic_core import to_json

from keyhole.catalog.naming import loose
from keyhole.catalog.paging import (
    CURSORS,
    LAST,
    MORE,
    PAGES,
    TOTALS,
    URLS,
    VAGUE,
    VAGUE_TOTALS,
    Path,
    at,
    put,
    signals,
)
from keyhole.errors import CallError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyhole.catalog.call import Result
    from keyhole.catalog.operation import Operation
    from keyhole.value import Value

_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:\"[^\"]*\"|[^\s;,\"]*))?)*)")
_REL = re.compile(r"""\brel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))""", re.IGNORECASE)
_URL_HEADERS = ("next-page", "x-next-page", "x-next", "x-next-url")
_TOTAL_HEADERS = ("x-total-count", "x-total", "x-total-pages", "x-next-page")


@dataclass(frozen=True, slots=True)
class Before:
    """What came before an answer.

    `number` is that of its page, from 1, `asked` the operation that is read in pages, `seen` the number of items until
    then, `first` that of the first page, `mark` a digest of those of the last one, `by` what led to this page:
    "answer" where the one before told of it, "total" where only its total did, "number" for a guess by page number.
    """

    number: int
    asked: Operation
    seen: int = 0
    first: int = 0
    mark: str = ""
    by: str = ""


class StuckError(Exception):
    """There is more, and no way to ask for it. The text says what tells so."""


class Turn:
    """What one answer says of the next page."""

    def __init__(self, before: Before, sent: Mapping[str, Value], result: Result, items: list[Value]) -> None:
        self._page = before
        self._operation = before.asked
        self._sent = sent
        self._result = result
        self._items = items
        self._seen = before.seen + len(items)
        self._has = before.asked.handles
        self._said = {**signals(result.body)}
        for name in _TOTAL_HEADERS:
            if (text := result.headers.get(name, "")).isdigit():
                self._said.setdefault(loose(name).removeprefix("x"), int(text))
        self.mark = ""
        self.by = "answer"

    def next(self) -> dict[str, Any] | None:
        """Give the change of state that leads to the next page, None where this was the last.

        Raises StuckError where there is more that cannot be asked for, CallError for a page that came before.
        """
        url, definite = self._url()
        if url:
            return {"url": _joined(self._result.url, url)}
        cursor, known = self._cursor()
        if cursor is not None:
            return cursor
        more = self._more()
        if more:
            return self._moved() or self._stuck("says that there is more")
        if more is False or definite or known or self._page.by == "answer":
            return None  # where a page told of the next one, the one that does not is the last
        self.by = "number" if self._has.page else ""
        return self._moved() if self._maybe_more() else None

    def _url(self) -> tuple[str, bool]:
        """Give the URL of the next page, and whether the answer is one that would have it if there were one."""
        links = _links(self._result.headers.get("link", ""))
        if self._operation.method != "GET":
            return "", False
        if links:
            return links.get("next", ""), bool({"next", "prev", "first", "last", "previous"} & links.keys())
        for name in _URL_HEADERS:
            if re.match("https?://|/", value := self._result.headers.get(name, "")):
                return value, True
        told = False
        for name in (*URLS, *VAGUE):
            value = self._said.get(name)
            if isinstance(value, str) and value and (name in URLS or self._is_url(name, value)):
                return value, True
            told = told or (name in (*URLS, "next") and name in self._said and not value)
        return "", told

    def _is_url(self, name: str, value: str) -> bool:
        if re.match("https?://", value):
            return True
        return name in ("next", "nextpage") and value[0] in "/?" and ("?" in value or not self._has.cursor)

    def _cursor(self) -> tuple[dict[str, Any] | None, bool]:
        """Give the change that a cursor in the answer asks for, and whether the answer has a field for one."""
        known = False
        for name in (*CURSORS, *VAGUE):
            if name not in self._said:
                continue
            value = self._said[name]
            if value is None or value == "" or isinstance(value, bool | dict | list):
                known = known or name in CURSORS or name in ("next", "nextpage", "nextoffset")
                continue
            handle = self._handle_for(name, value)
            if handle and at(self._sent, handle) == value and not self._items:
                return None, True  # some APIs end by giving the same cursor for ever
            if handle:
                return {"set": put({}, handle, value)}, True
            if name in CURSORS or name in ("next", "nextpage"):
                self._stuck(f"gives {name!r}")
        return None, known

    def _handle_for(self, name: str, value: Any) -> Path:
        has, number = self._has, isinstance(value, int) or str(value).isdigit()
        if name == "nextoffset":
            return has.offset or has.cursor
        if name in ("cursor", "marker", "after", "skiptoken"):
            # The name of what is asked with too: it says where the next page is only where it is given back as such.
            return has.cursor if name != "after" else has.last or has.cursor
        if name in ("next", "nextpage") and number:
            return has.page or has.cursor or has.offset
        named = has.page and schema_of(self._operation, has.page).get("type") not in ("integer", "number")
        return has.cursor or has.last or (has.page if number or named else ())

    def _more(self) -> bool | None:
        for names, sign in ((MORE, True), (LAST, False)):
            for name in names:
                if isinstance(value := self._said.get(name), bool):
                    return value is sign
        return None

    def _moved(self) -> dict[str, Any] | None:
        """Give the change for the next number, offset or id."""
        has = self._has
        if has.page:
            now = at(self._sent, has.page)
            return {"set": put({}, has.page, (_number(now) if now is not None else self._first_page()) + 1)}
        if has.offset:
            now = at(self._sent, has.offset)
            start = _number(now) if now is not None else self._default(has.offset, 0)
            return {"set": put({}, has.offset, start + len(self._items))}
        return self._by_id()

    def _by_id(self) -> dict[str, Any] | None:
        has = self._has
        ids = [_id(item) for item in self._items]
        if not ids or None in ids or not self._takes(has.last or has.before, ids[-1]):
            return None
        if self._more() and has.last:
            return {"set": put({}, has.last, ids[-1])}
        if len(ids) == 1 and has.last and has.before:
            self._stuck("holds one item, which does not tell the order")
        order = [(len(str(one)), str(one)) for one in ids]
        if has.last and order == sorted(order):
            return {"set": put({}, has.last, ids[-1])}
        if has.before and order == sorted(order, reverse=True):
            return {"set": put({}, has.before, ids[-1])}
        return None

    def _takes(self, handle: Path, value: str | int | None) -> bool:
        """Say whether an argument may be an id like this: one that is a number (a time, a version) takes no text."""
        numeric = schema_of(self._operation, handle).get("type") in ("integer", "number")
        return not numeric or isinstance(value, int) or str(value).isdigit()

    def _first_page(self) -> int:
        if not self._has.page:
            return 1
        said = next((self._said[name] for name in ("page", "currentpage", "pagenumber") if name in self._said), None)
        return said if isinstance(said, int) and said in (0, 1) else self._default(self._has.page, 1)

    def _default(self, handle: Path, otherwise: int) -> int:
        schema = schema_of(self._operation, handle)
        for key in ("default", "minimum"):
            if isinstance(found := schema.get(key), int) and (key == "default" or found == 1):
                return found
        return 1 if loose(handle[-1]) == "startindex" else otherwise

    def _maybe_more(self) -> bool:
        """Say whether there may be a next page, where the answer does not tell by itself."""
        if not self._items:
            return False
        if self._has.page or self._has.offset:
            self.mark = _digest(self._items)
            if self.mark == self._page.mark:
                name = (self._has.page or self._has.offset)[-1]
                raise CallError(
                    f"page {self._page.number} holds the same items as the page before: the API does not heed {name!r}",
                    hint="Call the operation once, without .items, and look at what it answers.",
                    operation=self._operation.qualified,
                )
            if (ended := self._by_totals()) is not None:
                self.by = "total"
                return not ended
        size = self._size()
        if size is not None:
            return len(self._items) >= size
        return len(self._items) >= self._page.first

    def _by_totals(self) -> bool | None:
        """Say whether the totals that the answer tells are reached; None where it tells none."""
        handle = self._has.page
        now = at(self._sent, handle) if handle else None
        number = _number(now) if now is not None else self._first_page()
        for name in PAGES:
            if handle and isinstance(pages := self._said.get(name), int) and not isinstance(pages, bool):
                return number + (self._first_page() == 0) >= pages
        if now is not None and self._page.seen == 0 and number > 1:
            return None  # not from the beginning: how many came before is not known
        start = at(self._sent, self._has.offset) if self._has.offset and not handle else None
        reached = self._seen if start is None else _number(start) + len(self._items)
        for name in (*TOTALS, *VAGUE_TOTALS, "count"):
            total = self._said.get(name)
            if not isinstance(total, int) or isinstance(total, bool) or total < len(self._items):
                continue
            vague = name not in TOTALS and total == len(self._items)
            if name == "count" and vague:
                continue  # it counts this page
            if vague and len(self._items) >= (self._size() or 1 << 62):
                continue  # it may, and the page is full
            return reached >= total
        return None

    def _size(self) -> int | None:
        """Give the size that a page has but for the last, if that is certain."""
        for name in ("perpage", "pagesize", "limit", "itemsperpage"):
            if isinstance(said := self._said.get(name), int) and not isinstance(said, bool) and said > 0:
                return said
        if not self._has.size:
            return None
        schema = schema_of(self._operation, self._has.size)
        given = at(self._sent, self._has.size)
        if given is None:
            default = schema.get("default")
            return default if isinstance(default, int) and default > 0 else None
        size, most = _number(given), schema.get("maximum")
        return size if size > 0 and isinstance(most, int | float) and size <= most else None

    def _stuck(self, why: str) -> NoReturn:
        raise StuckError(
            f"page {self._page.number} {why}, but {self._operation.qualified} has no argument to ask for it"
        )


def _joined(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:
        return url


def schema_of(operation: Operation, handle: Path) -> dict[str, Any]:
    """Give the schema of an argument that a handle names."""
    schemas = operation.signature.schemas
    if handle and handle[0] == "body":
        body = operation.signature.body
        return schemas.resolve(schemas.fields(body.schema).get(handle[-1]) if body else None)
    found = next((one.schema for one in operation.signature.parameters if handle and one.name == handle[0]), None)
    for step in handle[1:]:
        found = schemas.properties(found).get(step)
    return schemas.resolve(found)


def _links(header: str) -> dict[str, str]:
    """Read a Link header (RFC 8288): relation → URL."""
    found: dict[str, str] = {}
    for match in _LINK.finditer(header[:16_000]):
        rel = _REL.search(match[2])
        for name in ((rel[1] or rel[2] or "") if rel else "").lower().split():
            found.setdefault(name, match[1].strip())
    return found


def _id(item: Any) -> str | int | None:
    if not isinstance(item, dict):
        return None
    fields = cast("dict[str, Any]", item)
    found = fields.get("id", at(fields, ("user", "id")))
    return found if isinstance(found, str | int) and not isinstance(found, bool) else None


def _digest(items: list[Value]) -> str:
    return hashlib.blake2b(to_json(items, fallback=str), digest_size=8).hexdigest()


def _number(value: Any) -> int:
    return int(value) if isinstance(value, int | float) or str(value).lstrip("-").isdigit() else 0
