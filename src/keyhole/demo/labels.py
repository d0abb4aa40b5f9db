"""Labels: words to sort a project's issues by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyhole.demo.endpoint import Endpoint, Reply, Request, conflict, invalid, missing
from keyhole.demo.projects import project

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyhole.demo.store import Row, Store

_COLUMNS = "name, color, description"


def of_issue(store: Store, key: str, number: int) -> list[Row]:
    """Give the labels of one issue, by name."""
    return store.rows(
        f"SELECT {_COLUMNS} FROM labels JOIN issue_labels USING (project) "  # noqa: S608  (a literal)
        "WHERE name = label AND project = ? AND number = ? ORDER BY name",
        key,
        number,
    )


def put_on_issue(store: Store, key: str, number: int, names: Iterable[str]) -> None:
    """Make the labels of one issue exactly `names`, or refuse with 422 where the project has no such label."""
    store.run("DELETE FROM issue_labels WHERE project = ? AND number = ?", key, number)
    for name in names:
        if store.row("SELECT 1 FROM labels WHERE project = ? AND name = ?", key, name) is None:
            invalid("labels", f"project {key!r} has no label {name!r}; create it first.")
        store.insert("issue_labels", {"project": key, "number": number, "label": name})


def _label(store: Store, key: str, name: str) -> Row:
    project(store, key)
    row = store.row(f"SELECT {_COLUMNS} FROM labels WHERE project = ? AND name = ?", key, name)  # noqa: S608  (a literal)
    return row or missing("label", name)


def _free(store: Store, key: str, name: str) -> None:
    if store.row("SELECT 1 FROM labels WHERE project = ? AND name = ?", key, name):
        conflict(f"Project {key!r} has a label {name!r} already.")


def _list(store: Store, request: Request) -> Reply:
    key = project(store, request.path["project"])["key"]
    return Reply(store.rows(f"SELECT {_COLUMNS} FROM labels WHERE project = ? ORDER BY name", key))  # noqa: S608  (a literal)


def _create(store: Store, request: Request) -> Reply:
    key, body = project(store, request.path["project"])["key"], request.body
    _free(store, key, body["name"])
    row = {"name": body["name"], "color": body.get("color", "ededed"), "description": body.get("description", "")}
    store.insert("labels", {"project": key, **row})
    return Reply(row)


def _update(store: Store, request: Request) -> Reply:
    key, name = request.path["project"], request.path["label"]
    row = _label(store, key, name)
    if request.body.get("name", name) != name:
        _free(store, key, request.body["name"])
    store.update("labels", request.body, {"project": key, "name": name})
    return Reply({**row, **request.body})


def _delete(store: Store, request: Request) -> Reply:
    key, name = request.path["project"], request.path["label"]
    _label(store, key, name)
    store.run("DELETE FROM labels WHERE project = ? AND name = ?", key, name)
    return Reply()


ENDPOINTS = (
    Endpoint(
        "labels/list", "GET", "/projects/{project}/labels", "List a project's labels", _list, answer="Label[]",
    ),
    Endpoint(
        "labels/create", "POST", "/projects/{project}/labels", "Create a label", _create, body="LabelCreate",
        answer="Label", status=201, refuses=(409,),
    ),
    Endpoint(
        "labels/update", "PATCH", "/projects/{project}/labels/{label}", "Rename or recolour a label", _update,
        body="LabelUpdate", answer="Label", refuses=(409,), description="Issues keep it.",
    ),
    Endpoint(
        "labels/delete", "DELETE", "/projects/{project}/labels/{label}", "Delete a label", _delete, status=204,
        description="It is taken off every issue.",
    ),
)  # fmt: skip
