"""Events: what happened in a project, newest first. The one list that is paged by cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyhole.demo.endpoint import Endpoint, Query, Reply, Request
from keyhole.demo.projects import project
from keyhole.demo.queries import PER_PAGE
from keyhole.demo.schemas import ref

if TYPE_CHECKING:
    from keyhole.demo.store import Store


_CURSOR = "^e[0-9]{1,16}$"


def _list(store: Store, request: Request) -> Reply:
    key, query = project(store, request.path["project"])["key"], request.query
    cursor = query.get("cursor", "e9007199254740991")
    kind = query.get("kind")
    rows = store.rows(
        "SELECT * FROM events WHERE project = ? AND id < ? AND (? IS NULL OR kind = ?) ORDER BY id DESC LIMIT ?",
        key, int(cursor[1:]), kind, kind, query["per_page"] + 1,
    )  # fmt: skip
    shown = rows[: query["per_page"]]
    more = f"e{shown[-1]['id']}" if len(rows) > len(shown) else None
    return Reply({"items": [{"issue": row.pop("number"), **row} for row in shown], "next_cursor": more})


ENDPOINTS = (
    Endpoint(
        "events/list-for-project", "GET", "/projects/{project}/events", "List what happened in a project", _list,
        answer="EventPage", description="Newest first, by cursor.",
        query=(
            Query("kind", ref("EventKind"), "Only events of this kind."),
            Query("cursor", {"type": "string", "pattern": _CURSOR}, "The `next_cursor` of the page before."),
            PER_PAGE,
        ),
    ),
)  # fmt: skip
