"""People with an account. Read only: accounts come from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyhole.demo.endpoint import Endpoint, Query, Reply, Request, missing
from keyhole.demo.queries import PAGE, like, sort, text
from keyhole.demo.schemas import ref

if TYPE_CHECKING:
    from keyhole.demo.store import Row, Store


def shown(row: Row) -> Row:
    """Give a row of `users` as the API shows it."""
    return {**row, "active": bool(row["active"])}


def user(store: Store, username: str) -> Row:
    """Find one user, or refuse with 404."""
    row = store.row("SELECT * FROM users WHERE username = ?", username)
    return shown(row) if row else missing("user", username)


def _list(store: Store, request: Request) -> Reply:
    query = request.query
    tests, values = ["1"], list[Any]()
    if "role" in query:
        tests.append("role = ?")
        values.append(query["role"])
    if "active" in query:
        tests.append("active = ?")
        values.append(int(query["active"]))
    if "q" in query:
        tests.append("(name LIKE ? ESCAPE '\\' OR username LIKE ? ESCAPE '\\')")
        values += [like(query["q"])] * 2
    order = f"{query['sort']} {query['direction']}, username"
    rows, page = store.page(f"SELECT * FROM users WHERE {' AND '.join(tests)} ORDER BY {order}", values, query)  # noqa: S608  (columns are an enum's)
    return Reply([shown(row) for row in rows], page=page)


def _get(store: Store, request: Request) -> Reply:
    return Reply(user(store, request.path["username"]))


ENDPOINTS = (
    Endpoint(
        "users/list", "GET", "/users", "List users", _list, answer="User[]", paged=True,
        query=(
            Query("role", ref("UserRole"), "Only those with this role."),
            Query("active", {"type": "boolean"}, "Only those who can (or can no longer) sign in."),
            text("their name"), *sort("username", "name", "created_at"), *PAGE,
        ),
    ),
    Endpoint("users/get", "GET", "/users/{username}", "Get a user", _get, answer="User"),
)  # fmt: skip
