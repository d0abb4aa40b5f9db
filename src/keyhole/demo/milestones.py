"""Milestones: goals with a date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyhole.demo.endpoint import Endpoint, Query, Reply, Request, conflict, missing
from keyhole.demo.projects import project
from keyhole.demo.schemas import ref

if TYPE_CHECKING:
    from keyhole.demo.store import Row, Store

_SELECT = """
SELECT id, project, title, description, due_on, state,
  (SELECT count(*) FROM issues WHERE milestone_id = id AND issues.state <> 'closed') AS open_issues,
  (SELECT count(*) FROM issues WHERE milestone_id = id AND issues.state = 'closed') AS closed_issues
FROM milestones"""


def milestone(store: Store, key: str, milestone_id: int) -> Row:
    """Find one milestone of a project, or refuse with 404."""
    row = store.row(f"{_SELECT} WHERE project = ? AND id = ?", key, milestone_id)
    return row or missing("milestone", milestone_id)


def _free(store: Store, key: str, title: str) -> None:
    if store.row("SELECT 1 FROM milestones WHERE project = ? AND title = ?", key, title):
        conflict(f"Project {key!r} has a milestone {title!r} already.")


def _list(store: Store, request: Request) -> Reply:
    key, state = project(store, request.path["project"])["key"], request.query.get("state")
    rows = store.rows(f"{_SELECT} WHERE project = ? ORDER BY due_on IS NULL, due_on, id", key)
    return Reply([row for row in rows if state in (None, row["state"])])


def _create(store: Store, request: Request) -> Reply:
    key, body = project(store, request.path["project"])["key"], request.body
    _free(store, key, body["title"])
    row = {"title": body["title"], "description": body.get("description", ""), "due_on": body.get("due_on")}
    made = store.insert("milestones", {"project": key, **row, "state": "open"})
    return Reply(milestone(store, key, made), headers={"Location": f"/projects/{key}/milestones/{made}"})


def _get(store: Store, request: Request) -> Reply:
    return Reply(milestone(store, request.path["project"], request.path["milestone_id"]))


def _update(store: Store, request: Request) -> Reply:
    key, found = request.path["project"], request.path["milestone_id"]
    row = milestone(store, key, found)
    if request.body.get("title", row["title"]) != row["title"]:
        _free(store, key, request.body["title"])
    store.update("milestones", request.body, {"id": found})
    return Reply(milestone(store, key, found))


def _delete(store: Store, request: Request) -> Reply:
    found = milestone(store, request.path["project"], request.path["milestone_id"])
    store.run("DELETE FROM milestones WHERE id = ?", found["id"])
    return Reply()


_ALL = "/projects/{project}/milestones"
_ONE = "/projects/{project}/milestones/{milestone_id}"

ENDPOINTS = (
    Endpoint(
        "milestones/list", "GET", _ALL, "List a project's milestones", _list, answer="Milestone[]",
        query=(Query("state", ref("MilestoneState"), "Only those in this state."),), description="By due date.",
    ),
    Endpoint(
        "milestones/create", "POST", _ALL, "Create a milestone", _create, body="MilestoneCreate", answer="Milestone",
        status=201, refuses=(409,),
    ),
    Endpoint("milestones/get", "GET", _ONE, "Get a milestone", _get, answer="Milestone"),
    Endpoint(
        "milestones/update", "PATCH", _ONE, "Update or close a milestone", _update, body="MilestoneUpdate",
        answer="Milestone", refuses=(409,),
    ),
    Endpoint(
        "milestones/delete", "DELETE", _ONE, "Delete a milestone", _delete, status=204,
        description="Its issues stay, without a milestone.",
    ),
)  # fmt: skip
