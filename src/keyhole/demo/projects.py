"""Projects: bodies of work with their own issues, members, labels and milestones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyhole.demo.endpoint import Endpoint, Query, Reply, Request, conflict, invalid, missing
from keyhole.demo.queries import PAGE, like, sort, text
from keyhole.demo.schemas import ref
from keyhole.demo.store import now
from keyhole.demo.users import user

if TYPE_CHECKING:
    from keyhole.demo.store import Row, Store

_SELECT = """
SELECT key, name, description, status, lead, created_at,
  (SELECT count(*) FROM issues WHERE project = key AND state <> 'closed') AS open_issues
FROM projects"""


def shown(store: Store, row: Row) -> Row:
    """Give a row as the API shows it: with its lead."""
    return {**row, "lead": user(store, row["lead"])}


def project(store: Store, key: str) -> Row:
    """Find one project, or refuse with 404."""
    row = store.row(f"{_SELECT} WHERE key = ?", key)
    return shown(store, row) if row else missing("project", key)


def known_user(store: Store, field: str, username: str) -> str:
    """Give `username` back if there is such a user, or refuse with 422."""
    if store.row("SELECT 1 FROM users WHERE username = ?", username) is None:
        invalid(field, f"there is no user {username!r}.")
    return username


def _list(store: Store, request: Request) -> Reply:
    query = request.query
    tests, values = ["1"], list[Any]()
    for column in ("status", "lead"):
        if column in query:
            tests.append(f"{column} = ?")
            values.append(query[column])
    if "q" in query:
        tests.append("(name LIKE ? ESCAPE '\\' OR description LIKE ? ESCAPE '\\')")
        values += [like(query["q"])] * 2
    order = f"{query['sort']} {query['direction']}, key"
    rows, page = store.page(f"{_SELECT} WHERE {' AND '.join(tests)} ORDER BY {order}", values, query)
    return Reply([shown(store, row) for row in rows], page=page)


def _create(store: Store, request: Request) -> Reply:
    body = request.body
    key = body["key"]
    if store.row("SELECT 1 FROM projects WHERE key = ?", key):
        conflict(f"There is a project {key!r} already.")
    lead = known_user(store, "lead", body.get("lead", request.user))
    row = {"name": body["name"], "description": body.get("description", ""), "status": body.get("status", "planned")}
    store.insert("projects", {"key": key, **row, "lead": lead, "created_at": now()})
    store.insert("members", {"project": key, "username": lead, "role": "owner", "since": now()})
    store.record(key, None, "project_created", request.user, body["name"])
    return Reply(project(store, key), headers={"Location": f"/projects/{key}"})


def _get(store: Store, request: Request) -> Reply:
    return Reply(project(store, request.path["project"]))


def _update(store: Store, request: Request) -> Reply:
    key, body = request.path["project"], request.body
    project(store, key)
    if "lead" in body:
        known_user(store, "lead", body["lead"])
    store.update("projects", body, {"key": key})
    store.record(key, None, "project_updated", request.user, ", ".join(sorted(body)))
    return Reply(project(store, key))


def _delete(store: Store, request: Request) -> Reply:
    key = request.path["project"]
    if (count := project(store, key)["open_issues"]) and not request.query["force"]:
        conflict(f"Project {key!r} has {count} issues that are not closed; give force=true to delete them too.")
    store.run("DELETE FROM projects WHERE key = ?", key)
    return Reply()


def _stats(store: Store, request: Request) -> Reply:
    key = request.path["project"]
    project(store, key)

    def counts(column: str, where: str = "1") -> dict[str, int]:
        rows = store.rows(
            f"SELECT {column} AS name, count(*) AS n FROM issues WHERE project = ? AND {where} GROUP BY 1 ORDER BY 1",  # noqa: S608  (columns are the code's own)
            key,
        )
        return {row["name"]: row["n"] for row in rows}

    overdue = (
        "SELECT count(*) FROM issues JOIN milestones ON milestones.id = milestone_id "
        "WHERE issues.project = ? AND issues.state <> 'closed' AND due_on < date('now')"
    )
    unassigned = "SELECT count(*) FROM issues WHERE project = ? AND state <> 'closed' AND assignee IS NULL"
    hours = "SELECT coalesce(sum(estimate_hours), 0) FROM issues WHERE project = ? AND state <> 'closed'"
    by_state = counts("state")
    return Reply({
        "key": key,
        "total": sum(by_state.values()),
        "overdue": store.value(overdue, key),
        "unassigned": store.value(unassigned, key),
        "by_state": by_state,
        "by_priority": counts("priority"),
        "by_assignee": counts("assignee", "assignee IS NOT NULL AND state <> 'closed'"),
        "estimate_hours": store.value(hours, key),
    })  # fmt: skip


ENDPOINTS = (
    Endpoint(
        "projects/list", "GET", "/projects", "List projects", _list, answer="Project[]", paged=True,
        query=(
            Query("status", ref("ProjectStatus"), "Only those of this status."),
            Query("lead", {"type": "string"}, "Only those led by this user.", example="ada"),
            text("name or description"), *sort("key", "name", "created_at", "open_issues"), *PAGE,
        ),
    ),
    Endpoint(
        "projects/create", "POST", "/projects", "Create a project", _create, body="ProjectCreate", answer="Project",
        status=201, refuses=(409,), description="The lead (by default the caller) becomes its first owner.",
    ),
    Endpoint("projects/get", "GET", "/projects/{project}", "Get a project", _get, answer="Project"),
    Endpoint(
        "projects/update", "PATCH", "/projects/{project}", "Update a project", _update, body="ProjectUpdate",
        answer="Project", description="Only what is given changes.",
    ),
    Endpoint(
        "projects/delete", "DELETE", "/projects/{project}", "Delete a project", _delete, status=204,
        refuses=(409,), description="With everything in it. There is no way back.",
        query=(Query("force", {"type": "boolean", "default": False}, "Delete it even if issues are not closed."),),
    ),
    Endpoint(
        "projects/get-stats", "GET", "/projects/{project}/stats", "Count a project's issues", _stats,
        answer="ProjectStats",
    ),
)  # fmt: skip
