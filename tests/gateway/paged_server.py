"""A real server whose lists come in pages in every way that there is, one path a way; and some that misbehave."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL = [{"id": 100 + n, "name": f"item {n}"} for n in range(47)]
"""What every list holds."""


def _slice(query: dict[str, str], start: int, size: str, usual: int = 10) -> list[Any]:
    return ALL[start : start + int(query.get(size, usual))]


def _page(query: dict[str, str], usual: int = 10) -> tuple[list[Any], int, int]:
    number, size = int(query.get("page", 1)), int(query.get("per_page", usual))
    return ALL[(number - 1) * size : number * size], number, -(-len(ALL) // size)


class Ways:
    """Answers by path: (status, headers, body). `base` is the server's own address."""

    def __init__(self, base: str) -> None:
        self.base = base

    def link(self, query: dict[str, str]) -> Any:
        """GitHub: a top-level list, Link with a path of its own."""
        items, number, pages = _page(query)
        link = f'<{self.base}/repositories/7/things?page={number + 1}>; rel="next", <{self.base}/x?page=1>; rel="first"'
        return 200, {"link": link if number < pages else f'<{self.base}/x?page=1>; rel="first"'}, items

    def kinto(self, query: dict[str, str]) -> Any:
        """A header with the URL of the next page, whose token no document describes; `_before` is a version, no id."""
        at = int(query.get("_token", "t0")[1:])
        more = {"next-page": f"{self.base}/kinto?_token=t{at + 10}"} if at + 10 < len(ALL) else {}
        return 200, more, {"data": ALL[at : at + 10]}

    def versions(self, query: dict[str, str]) -> Any:
        """Ids that are texts, and `_before` and `_since`, which are no ids."""
        return 200, {}, {"data": [{"id": f"p-{one['id']}"} for one in ALL[10::-1]]}

    def stripe(self, query: dict[str, str]) -> Any:
        """The id of the last item, and has_more."""
        after = query.get("starting_after")
        start = next((at + 1 for at, one in enumerate(ALL) if str(one["id"]) == after), 0)
        items = _slice(query, start, "limit")
        return 200, {}, {"object": "list", "url": "/stripe", "has_more": start + len(items) < len(ALL), "data": items}

    def cloudflare(self, query: dict[str, str]) -> Any:
        """Page numbers, and a result beside errors and messages."""
        items, number, pages = _page(query)
        info = {"page": number, "per_page": len(items), "count": len(items), "total_count": 47, "total_pages": pages}
        return 200, {}, {"result": items, "errors": [], "messages": [], "success": True, "result_info": info}

    def slack(self, query: dict[str, str]) -> Any:
        """A cursor under response_metadata, "" at the end; the second page is empty."""
        at = int(query.get("cursor", "c0")[1:])
        items = [] if at == 10 else ALL[at - (at > 10) : at - (at > 10) + 10]
        following = at + (1 if at == 10 else 10)
        cursor = f"c{following}" if following - 1 < len(ALL) else ""
        return 200, {}, {"ok": True, "channels": items, "response_metadata": {"next_cursor": cursor}}

    def kubernetes(self, query: dict[str, str]) -> Any:
        """`continue` in the metadata; the field is not there on the last page."""
        at = int(query.get("continue", "0"))
        more = {"continue": str(at + 10)} if at + 10 < len(ALL) else {}
        return (
            200,
            {},
            {
                "kind": "List",
                "apiVersion": "v1",
                "metadata": {"resourceVersion": "1", **more},
                "items": ALL[at : at + 10],
            },
        )

    def odata(self, query: dict[str, str]) -> Any:
        """An absolute URL with a parameter that no document describes."""
        at = int(query.get("$skiptoken", "0"))
        more = {"@odata.nextLink": f"{self.base}/odata?$top=10&$skiptoken={at + 10}"} if at + 10 < len(ALL) else {}
        return 200, {}, {"@odata.context": "x", "value": ALL[at : at + 10], **more}

    def twilio(self, query: dict[str, str]) -> Any:
        """A path, relative to the host, null at the end."""
        at = int(query.get("Page", "0")) * 10
        following = f"/twilio?PageSize=10&Page={at // 10 + 1}&PageToken=PA{at}" if at + 10 < len(ALL) else None
        return 200, {}, {"messages": ALL[at : at + 10], "page": at // 10, "next_page_uri": following, "uri": "/twilio"}

    def offset(self, query: dict[str, str]) -> Any:
        """Offset and limit, with a total."""
        start = int(query.get("offset", 0))
        return 200, {}, {"items": _slice(query, start, "limit"), "total": len(ALL), "offset": start}

    def bare(self, query: dict[str, str]) -> Any:
        """Page numbers, and nothing but the list: it ends where a page is short."""
        return 200, {}, _page(query)[0]

    def snowflakes(self, query: dict[str, str]) -> Any:
        """Newest first, `before` the last one: Discord's messages."""
        before = int(query.get("before", 10**9))
        return 200, {}, [one for one in reversed(ALL) if one["id"] < before][: int(query.get("limit", 10))]

    def graph(self, query: dict[str, str]) -> Any:
        """Cursors that stay the same at the end, with nothing new."""
        at = int(query.get("after", "0"))
        items = ALL[at : at + 10]
        return 200, {}, {"data": items, "paging": {"cursors": {"after": str(at + len(items))}}}

    def plain(self, query: dict[str, str]) -> Any:
        """No pages at all: PowerDNS."""
        return 200, {}, ALL

    # Lists of 30 whose last page, as full as any, says nothing of a next one; and what is beyond it.

    def _told(self, query: dict[str, str], told: Any, *, repeats: bool) -> Any:
        number = int(query.get("page", 1))
        if number > 3 and not repeats:
            return 404, {}, {"message": "no such page"}
        headers, fields = told(number + 1) if number < 3 else ({}, {})
        return 200, headers, {"items": ALL[:30][(min(number, 3) - 1) * 10 :][:10], **fields}

    def told_link(self, query: dict[str, str]) -> Any:
        return self._told(query, lambda n: ({"link": f'</told/link?page={n}>; rel="next"'}, {}), repeats=True)

    def told_url(self, query: dict[str, str]) -> Any:
        return self._told(query, lambda n: ({}, {"next": f"{self.base}/told/url?page={n}"}), repeats=True)

    def told_header(self, query: dict[str, str]) -> Any:
        return self._told(query, lambda n: ({"x-next-page": str(n)}, {}), repeats=True)

    def told_number(self, query: dict[str, str]) -> Any:
        return self._told(query, lambda n: ({}, {"next_page": n}), repeats=False)

    def told_more(self, query: dict[str, str]) -> Any:
        return self._told(query, lambda _: ({}, {"has_more": True}), repeats=False)

    def missing(self, query: dict[str, str]) -> Any:
        """Nothing is told, and there is nothing beyond."""
        return self._told(query, lambda _: ({}, {}), repeats=False)

    def short(self, query: dict[str, str]) -> Any:
        """There is nothing beyond, but the total says that there is."""
        status, headers, body = self._told(query, lambda _: ({}, {}), repeats=False)
        return status, headers, {**body, "total_count": 47}

    # What goes wrong.

    def circle(self, query: dict[str, str]) -> Any:
        at = int(query.get("cursor", "0"))
        return 200, {}, {"items": ALL[at * 10 : at * 10 + 10], "next_cursor": str((at + 1) % 3)}

    def deaf(self, query: dict[str, str]) -> Any:
        return 200, {}, {"items": ALL[:10]}

    def breaks(self, query: dict[str, str]) -> Any:
        items, number, _ = _page(query)
        return (500, {}, {"message": "no more today"}) if number == 3 else (200, {}, {"items": items, "total": 47})

    def stuck(self, query: dict[str, str]) -> Any:
        return 200, {}, {"items": ALL[:10], "has_more": True}

    def several(self, query: dict[str, str]) -> Any:
        return 200, {}, {"people": [1], "places": [2]}

    def one(self, query: dict[str, str]) -> Any:
        return 200, {}, {"id": 1, "name": "x", "tags": ["a"]}

    def empty(self, query: dict[str, str]) -> Any:
        return 200, {}, {"items": None, "next_cursor": None}

    def endless(self, query: dict[str, str]) -> Any:
        at = int(query.get("cursor", "0"))
        return 200, {}, {"items": [{"id": at}], "next_cursor": str(at + 1)}

    def astray(self, query: dict[str, str]) -> Any:
        return 200, {}, {"items": ALL[:10], "next": self.elsewhere}

    elsewhere = ""

    def limited(self, query: dict[str, str]) -> Any:
        return 429, {"retry-after": "7", "x-ratelimit-remaining": "0"}, {"message": "slow down"}


@contextmanager
def paged() -> Iterator[tuple[str, list[str], Ways]]:
    """Serve; give the address, the targets that were asked for, and what answers them."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet

        def do_GET(self) -> None:
            seen.append(f"{self.path}")
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            way = getattr(ways, parts.path.strip("/").replace("/", "_"), None)
            status, headers, body = way(query) if way else (404, {}, {"message": "nothing here"})
            data = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {
                **headers,
                "content-type": "application/json",
                "content-length": str(len(data)),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    ways = Ways(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield ways.base, seen, ways
    finally:
        server.shutdown()
        server.server_close()
