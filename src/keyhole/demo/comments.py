"""Comments: what people say about an issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyhole.demo.endpoint import Endpoint, Reply, Request, missing
from keyhole.demo.issues import issue
from keyhole.demo.queries import PAGE
from keyhole.demo.store import now
from keyhole.demo.users import user

if TYPE_CHECKING:
    from keyhole.demo.store import Row, Store


def _shown(store: Store, row: Row) -> Row:
    return {"issue": row.pop("number"), **row, "author": user(store, row["author"])}


def _comment(store: Store, comment_id: int) -> Row:
    row = store.row("SELECT * FROM comments WHERE id = ?", comment_id)
    return _shown(store, row) if row else missing("comment", comment_id)


def _list(store: Store, request: Request) -> Reply:
    key, number = request.path["project"], request.path["number"]
    issue(store, key, number)
    sql = "SELECT * FROM comments WHERE project = ? AND number = ? ORDER BY id"
    rows, page = store.page(sql, [key, number], request.query)
    return Reply([_shown(store, row) for row in rows], page=page)


def _create(store: Store, request: Request) -> Reply:
    key, number, time = request.path["project"], request.path["number"], now()
    issue(store, key, number)
    row = {"project": key, "number": number, "author": request.user, "body": request.body["body"]}
    made = store.insert("comments", {**row, "created_at": time, "updated_at": time})
    store.update("issues", {"updated_at": time}, {"project": key, "number": number})
    store.record(key, number, "comment_created", request.user)
    return Reply(_comment(store, made), headers={"Location": f"/comments/{made}"})


def _get(store: Store, request: Request) -> Reply:
    return Reply(_comment(store, request.path["comment_id"]))


def _update(store: Store, request: Request) -> Reply:
    found = _comment(store, request.path["comment_id"])["id"]
    store.update("comments", {"body": request.body["body"], "updated_at": now()}, {"id": found})
    return Reply(_comment(store, found))


def _delete(store: Store, request: Request) -> Reply:
    store.run("DELETE FROM comments WHERE id = ?", _comment(store, request.path["comment_id"])["id"])
    return Reply()


_ALL = "/projects/{project}/issues/{number}/comments"
_ONE = "/comments/{comment_id}"

ENDPOINTS = (
    Endpoint(
        "comments/list-for-issue", "GET", _ALL, "List an issue's comments", _list, query=PAGE, answer="Comment[]",
        paged=True, description="Oldest first.",
    ),
    Endpoint(
        "comments/create", "POST", _ALL, "Comment on an issue", _create, body="CommentBody", answer="Comment",
        status=201,
    ),
    Endpoint("comments/get", "GET", _ONE, "Get a comment", _get, answer="Comment"),
    Endpoint(
        "comments/update", "PATCH", _ONE, "Edit a comment", _update, body="CommentBody", answer="Comment",
    ),
    Endpoint("comments/delete", "DELETE", _ONE, "Delete a comment", _delete, status=204),
)  # fmt: skip
