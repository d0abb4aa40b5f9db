"""Attachments: files that belong to an issue. Uploaded as a form, replaced as a raw body, downloaded as they are."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from keyhole.demo.endpoint import Endpoint, Reply, Request, Upload, missing
from keyhole.demo.issues import issue
from keyhole.demo.store import now
from keyhole.demo.users import user

if TYPE_CHECKING:
    from keyhole.demo.store import Row, Store

_COLUMNS = "id, project, number, name, description, media_type, size, sha256, uploaded_by, created_at"


def _shown(store: Store, row: Row) -> Row:
    return {"issue": row.pop("number"), **row, "uploaded_by": user(store, row["uploaded_by"])}


def _attachment(store: Store, attachment_id: int) -> Row:
    row = store.row(f"SELECT {_COLUMNS} FROM attachments WHERE id = ?", attachment_id)  # noqa: S608  (a literal)
    return _shown(store, row) if row else missing("attachment", attachment_id)


def _stored(upload: Upload) -> dict[str, Any]:
    return {
        "media_type": upload.media_type,
        "size": len(upload.content),
        "sha256": sha256(upload.content).hexdigest(),
        "content": upload.content,
    }


def _list(store: Store, request: Request) -> Reply:
    key, number = request.path["project"], request.path["number"]
    issue(store, key, number)
    sql = f"SELECT {_COLUMNS} FROM attachments WHERE project = ? AND number = ? ORDER BY id"  # noqa: S608  (a literal)
    return Reply([_shown(store, row) for row in store.rows(sql, key, number)])


def _upload(store: Store, request: Request) -> Reply:
    key, number, upload = request.path["project"], request.path["number"], request.file
    issue(store, key, number)
    row = {"project": key, "number": number, "name": upload.name, "description": request.body.get("description", "")}
    made = store.insert("attachments", {**row, **_stored(upload), "uploaded_by": request.user, "created_at": now()})
    store.record(key, number, "attachment_added", request.user, upload.name)
    return Reply(_attachment(store, made), headers={"Location": f"/attachments/{made}"})


def _get(store: Store, request: Request) -> Reply:
    return Reply(_attachment(store, request.path["attachment_id"]))


def _download(store: Store, request: Request) -> Reply:
    found = _attachment(store, request.path["attachment_id"])
    content = store.value("SELECT content FROM attachments WHERE id = ?", found["id"])
    name = f"attachment; filename*=UTF-8''{quote(found['name'], safe='')}"
    return Reply(content, media_type="application/octet-stream", headers={"Content-Disposition": name})


def _replace(store: Store, request: Request) -> Reply:
    found = _attachment(store, request.path["attachment_id"])
    changed = {**_stored(request.file), "media_type": found["media_type"]}
    store.update("attachments", changed, {"id": found["id"]})
    return Reply(_attachment(store, found["id"]))


def _delete(store: Store, request: Request) -> Reply:
    store.run("DELETE FROM attachments WHERE id = ?", _attachment(store, request.path["attachment_id"])["id"])
    return Reply()


_ALL = "/projects/{project}/issues/{number}/attachments"
_ONE = "/attachments/{attachment_id}"

ENDPOINTS = (
    Endpoint(
        "attachments/list-for-issue", "GET", _ALL, "List an issue's attachments", _list, answer="Attachment[]",
    ),
    Endpoint(
        "attachments/upload", "POST", _ALL, "Attach a file to an issue", _upload, body="AttachmentUpload",
        content="multipart/form-data", answer="Attachment", status=201,
        description="A form with the file under `file`, 5 MB at most.",
    ),
    Endpoint("attachments/get", "GET", _ONE, "Get what is known of an attachment", _get, answer="Attachment"),
    Endpoint(
        "attachments/download", "GET", f"{_ONE}/content", "Download an attachment", _download, answer="Bytes",
    ),
    Endpoint(
        "attachments/replace", "PUT", f"{_ONE}/content", "Replace an attachment's content", _replace, body="Bytes",
        content="application/octet-stream", answer="Attachment",
    ),
    Endpoint("attachments/delete", "DELETE", _ONE, "Delete an attachment", _delete, status=204),
)  # fmt: skip
