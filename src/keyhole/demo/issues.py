"""Issues: things to be done, in a project or across all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyhole.demo import labels
from keyhole.demo.endpoint import Endpoint, Query, Reply, Request, invalid, missing
from keyhole.demo.milestones import milestone
from keyhole.demo.projects import project
from keyhole.demo.queries import PAGE, like, sort, text
from keyhole.demo.schemas import ref
from keyhole.demo.store import now
from keyhole.demo.users import user

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyhole.demo.store import Row, Store

_SELECT = """
SELECT issues.*,
  (SELECT count(*) FROM comments c WHERE c.project = issues.project AND c.number = issues.number) AS comments,
  (SELECT count(*) FROM attachments a WHERE a.project = issues.project AND a.number = issues.number) AS attachments
FROM issues"""

_URGENCY = "CASE priority WHEN 'low' THEN 0 WHEN 'normal' THEN 1 WHEN 'high' THEN 2 ELSE 3 END"
_LABELLED = (
    "EXISTS (SELECT 1 FROM issue_labels l WHERE (l.project, l.number, l.label) = (issues.project, issues.number, ?))"
)


def issue(store: Store, key: str, number: int) -> Row:
    """Find one issue, or refuse with 404."""
    project(store, key)
    row = store.row(f"{_SELECT} WHERE project = ? AND number = ?", key, number)
    return _shown(store, row) if row else missing("issue", f"{key}-{number}")


def _shown(store: Store, row: Row) -> Row:
    found = row.pop("milestone_id")
    return {
        **row,
        "reporter": user(store, row["reporter"]),
        "assignee": user(store, row["assignee"]) if row["assignee"] else None,
        "labels": labels.of_issue(store, row["project"], row["number"]),
        "milestone": milestone(store, row["project"], found) if found else None,
    }


def _listing(store: Store, query: Mapping[str, Any], tests: list[str], values: list[Any]) -> Reply:
    """Answer the page of issues that `query` asks for, of those for which `tests` hold."""
    for column in ("priority", "milestone_id", "reporter"):
        if column in query:
            tests.append(f"{column} = ?")
            values.append(query[column])
    if "assignee" in query:
        tests.append("assignee IS NULL" if query["assignee"] == "none" else "assignee = ?")
        values += [] if query["assignee"] == "none" else [query["assignee"]]
    if query["state"] != "all":
        tests.append("state = ?")
        values.append(query["state"])
    for name in query.get("label", ()):
        tests.append(_LABELLED)
        values.append(name)
    if "updated_before" in query:
        tests.append("updated_at < ?")
        values.append(query["updated_before"])
    if "q" in query:
        tests.append("(title LIKE ? ESCAPE '\\' OR body LIKE ? ESCAPE '\\')")
        values += [like(query["q"])] * 2
    column = _URGENCY if query["sort"] == "priority" else query["sort"]
    order = f"{column} {query['direction']}, project, number"
    rows, page = store.page(f"{_SELECT} WHERE {' AND '.join(tests)} ORDER BY {order}", values, query)
    return Reply([_shown(store, row) for row in rows], page=page)


def _search(store: Store, request: Request) -> Reply:
    return _listing(store, request.query, ["1"], [])


def _list(store: Store, request: Request) -> Reply:
    key = project(store, request.path["project"])["key"]
    return _listing(store, request.query, ["project = ?"], [key])


def _check(store: Store, key: str, body: Mapping[str, Any]) -> None:
    """Refuse with 422 an assignee who is no member, and a milestone of another project."""
    assignee, found = body.get("assignee"), body.get("milestone_id")
    if assignee and not store.row("SELECT 1 FROM members WHERE project = ? AND username = ?", key, assignee):
        invalid("assignee", f"{assignee!r} is no member of project {key!r}.")
    if found and not store.row("SELECT 1 FROM milestones WHERE project = ? AND id = ?", key, found):
        invalid("milestone_id", f"project {key!r} has no milestone {found}.")


def _create(store: Store, request: Request) -> Reply:
    key, body = project(store, request.path["project"])["key"], request.body
    _check(store, key, body)
    number = store.value(
        "UPDATE projects SET next_number = next_number + 1 WHERE key = ? RETURNING next_number - 1", key
    )
    optional = {name: body.get(name) for name in ("assignee", "milestone_id", "estimate_hours")}
    text_of = {"title": body["title"], "body": body.get("body", ""), "priority": body.get("priority", "normal")}
    state = {"state": "open", "reporter": request.user, "created_at": now(), "updated_at": now()}
    store.insert("issues", {"project": key, "number": number, **text_of, **optional, **state})
    labels.put_on_issue(store, key, number, body.get("labels", ()))
    store.record(key, number, "issue_created", request.user, body["title"])
    return Reply(issue(store, key, number), headers={"Location": f"/projects/{key}/issues/{number}"})


def _get(store: Store, request: Request) -> Reply:
    return Reply(issue(store, request.path["project"], request.path["number"]))


def _update(store: Store, request: Request) -> Reply:
    key, number, body = request.path["project"], request.path["number"], dict(request.body)
    before = issue(store, key, number)
    _check(store, key, body)
    if "labels" in body:
        labels.put_on_issue(store, key, number, body.pop("labels"))
    kind = "issue_updated"
    if (state := body.get("state", before["state"])) != before["state"]:
        body["closed_at"] = now() if state == "closed" else None
        if state == "closed":
            kind = "issue_closed"
        elif before["state"] == "closed":
            kind = "issue_reopened"
    store.update("issues", {**body, "updated_at": now()}, {"project": key, "number": number})
    store.record(key, number, kind, request.user, ", ".join(sorted(request.body)))
    return Reply(issue(store, key, number))


def _delete(store: Store, request: Request) -> Reply:
    key, number = request.path["project"], request.path["number"]
    found = issue(store, key, number)
    store.run("DELETE FROM issues WHERE project = ? AND number = ?", key, number)
    store.record(key, number, "issue_deleted", request.user, found["title"])
    return Reply()


def _labels(store: Store, request: Request) -> Reply:
    return Reply(issue(store, request.path["project"], request.path["number"])["labels"])


def _set_labels(store: Store, request: Request) -> Reply:
    key, number = request.path["project"], request.path["number"]
    issue(store, key, number)
    labels.put_on_issue(store, key, number, request.body["labels"])
    store.update("issues", {"updated_at": now()}, {"project": key, "number": number})
    return Reply(labels.of_issue(store, key, number))


_STATE = {"type": "string", "enum": ["open", "in_progress", "closed", "all"], "default": "all"}

_FILTERS = (
    Query("state", _STATE, "Only those in this state."),
    Query("priority", ref("Priority"), "Only those of this priority."),
    Query("assignee", {"type": "string"}, "Only those of this user; `none` for nobody's.", example="ada"),
    Query("reporter", {"type": "string"}, "Only those reported by this user."),
    Query("label", {"type": "array", "items": {"type": "string"}}, "Only those with every one of these labels."),
    Query("updated_before", {"type": "string", "format": "date-time"}, "Only those last touched before."),
    text("title or body"),
    *sort("created_at", "updated_at", "priority", "estimate_hours", direction="desc"),
    *PAGE,
)  # fmt: skip

_ALL = "/projects/{project}/issues"
_ONE = "/projects/{project}/issues/{number}"

ENDPOINTS = (
    Endpoint(
        "issues/search", "GET", "/issues", "Search issues across all projects", _search, query=_FILTERS,
        answer="Issue[]", paged=True,
    ),
    Endpoint(
        "issues/list-for-project", "GET", _ALL, "List a project's issues", _list, answer="Issue[]", paged=True,
        query=(*_FILTERS, Query("milestone_id", {"type": "integer"}, "Only those of this milestone.")),
    ),
    Endpoint(
        "issues/create", "POST", _ALL, "Create an issue", _create, body="IssueCreate", answer="Issue", status=201,
        description="The caller becomes its reporter.",
    ),
    Endpoint("issues/get", "GET", _ONE, "Get an issue", _get, answer="Issue"),
    Endpoint(
        "issues/update", "PATCH", _ONE, "Update, assign, close or reopen an issue", _update, body="IssueUpdate",
        answer="Issue", description="Only what is given changes; null clears.",
    ),
    Endpoint(
        "issues/delete", "DELETE", _ONE, "Delete an issue", _delete, status=204,
        description="With its comments and attachments.",
    ),
    Endpoint("issues/list-labels", "GET", f"{_ONE}/labels", "List an issue's labels", _labels, answer="Label[]"),
    Endpoint(
        "issues/set-labels", "PUT", f"{_ONE}/labels", "Replace an issue's labels", _set_labels, body="LabelNames",
        answer="Label[]",
    ),
)  # fmt: skip
