"""Who works in a project, and in which role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyhole.demo.endpoint import Endpoint, Query, Reply, Request, conflict, missing
from keyhole.demo.projects import project
from keyhole.demo.schemas import ref
from keyhole.demo.store import now
from keyhole.demo.users import user

if TYPE_CHECKING:
    from keyhole.demo.store import Row, Store


def _shown(store: Store, row: Row) -> Row:
    return {"user": user(store, row["username"]), "role": row["role"], "since": row["since"]}


def _find(store: Store, key: str, username: str) -> Row | None:
    return store.row("SELECT * FROM members WHERE project = ? AND username = ?", key, username)


def _last_owner(store: Store, key: str, member: Row) -> bool:
    owners = store.value("SELECT count(*) FROM members WHERE project = ? AND role = 'owner'", key)
    return member["role"] == "owner" and owners == 1


def _list(store: Store, request: Request) -> Reply:
    key = project(store, request.path["project"])["key"]
    rows = store.rows("SELECT * FROM members WHERE project = ? ORDER BY username", key)
    role = request.query.get("role")
    return Reply([_shown(store, row) for row in rows if role in (None, row["role"])])


def _set(store: Store, request: Request) -> Reply:
    key = project(store, request.path["project"])["key"]
    username, role = user(store, request.path["username"])["username"], request.body["role"]
    member = _find(store, key, username)
    if member is None:
        member = {"project": key, "username": username, "role": role, "since": now()}
        store.insert("members", member)
        store.record(key, None, "member_added", request.user, f"{username} as {role}")
    elif role != "owner" and _last_owner(store, key, member):
        conflict(f"{username!r} is the last owner of {key!r}; name another first.")
    store.update("members", {"role": role}, {"project": key, "username": username})
    return Reply(_shown(store, {**member, "role": role}))


def _remove(store: Store, request: Request) -> Reply:
    key, username = project(store, request.path["project"])["key"], request.path["username"]
    member = _find(store, key, username) or missing("member", username)
    if _last_owner(store, key, member):
        conflict(f"{username!r} is the last owner of {key!r}; name another first.")
    store.run("DELETE FROM members WHERE project = ? AND username = ?", key, username)
    where = "project = ? AND assignee = ? AND state <> 'closed'"
    store.run(f"UPDATE issues SET assignee = NULL, updated_at = ? WHERE {where}", now(), key, username)  # noqa: S608  (a literal)
    store.record(key, None, "member_removed", request.user, username)
    return Reply()


ENDPOINTS = (
    Endpoint(
        "members/list", "GET", "/projects/{project}/members", "List a project's members", _list, answer="Member[]",
        query=(Query("role", ref("MemberRole"), "Only those in this role."),),
    ),
    Endpoint(
        "members/set", "PUT", "/projects/{project}/members/{username}", "Add a member or change the role", _set,
        body="MemberUpdate", answer="Member", refuses=(409,),
    ),
    Endpoint(
        "members/remove", "DELETE", "/projects/{project}/members/{username}", "Remove a member", _remove, status=204,
        refuses=(409,), description="Issues assigned to the member that are not closed become unassigned.",
    ),
)  # fmt: skip
