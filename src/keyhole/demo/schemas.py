"""The component schemas of the demo API: what it takes and what it answers (JSON Schema 2020-12, OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_TIME: Schema = {"type": "string", "format": "date-time", "examples": ["2026-03-02T09:30:00Z"]}
_TITLE: Schema = {"type": "string", "minLength": 1, "maxLength": 200}
_TEXT: Schema = {"type": "string", "maxLength": 20000, "description": "Markdown."}
_DUE: Schema = {
    "type": ["string", "null"],
    "format": "date",
    "pattern": r"^\d{4}-\d{2}-\d{2}$",
    "examples": ["2026-06-30"],
}
_COLOR: Schema = {"type": "string", "pattern": "^[0-9a-f]{6}$", "description": "RGB in hex.", "examples": ["d73a4a"]}
_USERNAME: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9-]{0,30}$", "examples": ["ada"]}
_KEY: Schema = {"type": "string", "pattern": "^[A-Z][A-Z0-9]{1,9}$", "examples": ["WEB"]}
_LABEL_NAME: Schema = {"type": "string", "pattern": r"^[a-z0-9][a-z0-9 -]{0,39}$", "examples": ["bug"]}
_LABEL_NAMES: Schema = {"type": "array", "items": _LABEL_NAME, "maxItems": 20, "uniqueItems": True}
_ESTIMATE: Schema = {"type": ["number", "null"], "minimum": 0, "maximum": 1000}
_MILESTONE_ID: Schema = {"type": ["integer", "null"], "description": "A milestone of the same project."}
_ASSIGNEE: Schema = {"type": ["string", "null"], "description": "The username of a member of the project."}


def ref(name: str) -> Schema:
    """Point to a component schema; `Name[]` is a list of them."""
    base = {"$ref": f"#/components/schemas/{name.removesuffix('[]')}"}
    return {"type": "array", "items": base} if name.endswith("[]") else base


def _or_null(name: str) -> Schema:
    return {"anyOf": [ref(name), {"type": "null"}]}


def _answer(description: str, /, **properties: Schema) -> Schema:
    """Describe an object that the API answers: it always has every property."""
    return {"type": "object", "description": description, "required": list(properties), "properties": properties}


def _body(*required: str, **properties: Schema) -> Schema:
    """Describe an object that the API takes: nothing else may be in it."""
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


def _changes(**properties: Schema) -> Schema:
    """Describe a partial update: at least one of the properties."""
    return {"type": "object", "minProperties": 1, "properties": properties, "additionalProperties": False}


def _enum(*values: str, description: str = "") -> Schema:
    return {"type": "string", "enum": list(values)} | ({"description": description} if description else {})


_ENUMS: dict[str, Schema] = {
    "UserRole": _enum("admin", "member", "guest"),
    "MemberRole": _enum("owner", "maintainer", "reporter", description="What a member may do in one project."),
    "ProjectStatus": _enum("planned", "active", "archived"),
    "MilestoneState": _enum("open", "closed"),
    "IssueState": _enum("open", "in_progress", "closed"),
    "Priority": _enum("low", "normal", "high", "urgent"),
    "EventKind": _enum(
        "project_created", "project_updated", "issue_created", "issue_updated", "issue_closed", "issue_reopened",
        "issue_deleted", "comment_created", "attachment_added", "member_added", "member_removed",
    ),
}  # fmt: skip

_ANSWERS: dict[str, Schema] = {
    "User": _answer(
        "Somebody with an account.",
        username=_USERNAME, name={"type": "string"}, email={"type": "string", "format": "email"},
        role=ref("UserRole"), active={"type": "boolean"}, created_at=_TIME,
    ),
    "Project": _answer(
        "A body of work with its own issues, members, labels and milestones.",
        key=_KEY, name=_TITLE, description=_TEXT, status=ref("ProjectStatus"), lead=ref("User"),
        open_issues={"type": "integer", "minimum": 0}, created_at=_TIME,
    ),
    "ProjectStats": _answer(
        "Counts of a project's issues.",
        key=_KEY, total={"type": "integer"},
        overdue={"type": "integer", "description": "Not closed, milestone past due."},
        unassigned={"type": "integer", "description": "Not closed, nobody assigned."},
        by_state={"type": "object", "additionalProperties": {"type": "integer"}},
        by_priority={"type": "object", "additionalProperties": {"type": "integer"}},
        by_assignee={"type": "object", "additionalProperties": {"type": "integer"}, "description": "Not closed ones."},
        estimate_hours={"type": "number", "description": "Sum over the issues that are not closed."},
    ),
    "Member": _answer("One person in one project.", user=ref("User"), role=ref("MemberRole"), since=_TIME),
    "Label": _answer("A word to sort issues by.", name=_LABEL_NAME, color=_COLOR, description={"type": "string"}),
    "Milestone": _answer(
        "A goal with a date.",
        id={"type": "integer"}, project=_KEY, title=_TITLE, description=_TEXT, due_on=_DUE, state=ref("MilestoneState"),
        open_issues={"type": "integer"}, closed_issues={"type": "integer"},
    ),
    "Issue": _answer(
        "Something to be done.",
        project=_KEY, number={"type": "integer", "minimum": 1}, title=_TITLE, body=_TEXT, state=ref("IssueState"),
        priority=ref("Priority"), reporter=ref("User"), assignee=_or_null("User"),
        labels={"type": "array", "items": ref("Label")}, milestone=_or_null("Milestone"), estimate_hours=_ESTIMATE,
        comments={"type": "integer"}, attachments={"type": "integer"}, created_at=_TIME, updated_at=_TIME,
        closed_at={**_TIME, "type": ["string", "null"]},
    ),
    "Comment": _answer(
        "What somebody said about an issue.",
        id={"type": "integer"}, project=_KEY, issue={"type": "integer"}, author=ref("User"), body=_TEXT,
        created_at=_TIME, updated_at=_TIME,
    ),
    "Attachment": _answer(
        "A file that belongs to an issue.",
        id={"type": "integer"}, project=_KEY, issue={"type": "integer"}, name={"type": "string"},
        description={"type": "string"}, media_type={"type": "string", "examples": ["image/png"]},
        size={"type": "integer", "description": "Bytes."}, sha256={"type": "string", "pattern": "^[0-9a-f]{64}$"},
        uploaded_by=ref("User"), created_at=_TIME,
    ),
    "Event": _answer(
        "Something that happened in a project.",
        id={"type": "integer"}, project=_KEY, issue={"type": ["integer", "null"]}, kind=ref("EventKind"),
        actor=_USERNAME, detail={"type": "string"}, created_at=_TIME,
    ),
    "EventPage": _answer(
        "One page of events, newest first.",
        items={"type": "array", "items": ref("Event")},
        next_cursor={"type": ["string", "null"], "description": "The `cursor` of the next page; null at the end."},
    ),
    "Health": _answer("Whether the service is up.", status=_enum("ok"), version={"type": "string"}),
    "Error": _answer(
        "Why a request was refused.",
        code={"type": "string", "examples": ["not_found"]}, message={"type": "string"},
        errors={"type": "array", "items": _answer("One field.", field={"type": "string"}, message={"type": "string"})},
    ),
}  # fmt: skip

_BODIES: dict[str, Schema] = {
    "ProjectCreate": _body(
        "key", "name", key=_KEY, name=_TITLE, description=_TEXT, status=ref("ProjectStatus"), lead=_USERNAME,
    ) | {"examples": [{"key": "NEW", "name": "A new project"}]},
    "ProjectUpdate": _changes(name=_TITLE, description=_TEXT, status=ref("ProjectStatus"), lead=_USERNAME),
    "MemberUpdate": _body("role", role=ref("MemberRole")),
    "LabelCreate": _body("name", name=_LABEL_NAME, color=_COLOR, description={"type": "string", "maxLength": 200}),
    "LabelUpdate": _changes(name=_LABEL_NAME, color=_COLOR, description={"type": "string", "maxLength": 200}),
    "LabelNames": _body("labels", labels=_LABEL_NAMES),
    "MilestoneCreate": _body("title", title=_TITLE, description=_TEXT, due_on=_DUE),
    "MilestoneUpdate": _changes(title=_TITLE, description=_TEXT, due_on=_DUE, state=ref("MilestoneState")),
    "IssueCreate": _body(
        "title", title=_TITLE, body=_TEXT, priority=ref("Priority"), assignee=_ASSIGNEE, labels=_LABEL_NAMES,
        milestone_id=_MILESTONE_ID, estimate_hours=_ESTIMATE,
    ) | {"examples": [{"title": "Checkout fails for gift cards", "priority": "high", "labels": ["bug"]}]},
    "IssueUpdate": _changes(
        title=_TITLE, body=_TEXT, state=ref("IssueState"), priority=ref("Priority"), assignee=_ASSIGNEE,
        labels=_LABEL_NAMES, milestone_id=_MILESTONE_ID, estimate_hours=_ESTIMATE,
    ) | {"examples": [{"state": "closed"}]},
    "CommentBody": _body("body", body={**_TEXT, "minLength": 1}),
    "AttachmentUpload": _body(
        "file", file={"type": "string", "contentMediaType": "application/octet-stream", "description": "The file."},
        description={"type": "string", "maxLength": 200},
    ),
    "Bytes": {"type": "string", "contentMediaType": "application/octet-stream"},
}  # fmt: skip

SCHEMAS: dict[str, Schema] = {**_ENUMS, **_ANSWERS, **_BODIES}

PATH_PARAMETERS: dict[str, Schema] = {
    "project": {"description": "The project's key.", "schema": _KEY, "example": "WEB"},
    "number": {"description": "The issue's number.", "schema": {"type": "integer", "minimum": 1}, "example": 7},
    "username": {"description": "The user's name.", "schema": _USERNAME, "example": "ada"},
    "label": {"description": "The label's name.", "schema": _LABEL_NAME, "example": "bug"},
    "milestone_id": {"description": "The milestone's id.", "schema": {"type": "integer", "minimum": 1}, "example": 1},
    "comment_id": {"description": "The comment's id.", "schema": {"type": "integer", "minimum": 1}, "example": 1},
    "attachment_id": {"description": "The attachment's id.", "schema": {"type": "integer", "minimum": 1}, "example": 1},
}  # fmt: skip
