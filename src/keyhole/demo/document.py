"""The demo API's own OpenAPI 3.1 document, made from the table of endpoints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from keyhole.demo.schemas import PATH_PARAMETERS, SCHEMAS, ref
from keyhole.demo.table import ENDPOINTS

if TYPE_CHECKING:
    from keyhole.demo.endpoint import Endpoint, Query

VERSION = "1.4.0"

_TAGS = {
    "meta": "About the service and the caller.",
    "users": "People with an account.",
    "projects": "Bodies of work.",
    "members": "Who works in a project, and in which role.",
    "labels": "Words to sort a project's issues by.",
    "milestones": "Goals with a date.",
    "issues": "Things to be done.",
    "comments": "What people say about an issue.",
    "attachments": "Files that belong to an issue.",
    "events": "What happened, newest first.",
}

_REFUSALS = {
    400: ("BadRequest", "A parameter or the body cannot be read."),
    401: ("Unauthorized", "The bearer token is missing or wrong."),
    404: ("NotFound", "There is no such thing."),
    409: ("Conflict", "It would contradict what is there."),
    413: ("TooLarge", "The body is larger than 5 MB."),
    415: ("WrongMediaType", "The body is not of the documented media type."),
    422: ("Invalid", "The body does not fit its schema; every field concerned is named."),
}

_PAGE_HEADERS = {
    "Link": {"description": 'The pages around this one (RFC 8288): `rel="next"`.', "schema": {"type": "string"}},
    "X-Total-Count": {"description": "How many items all pages have.", "schema": {"type": "integer"}},
}  # fmt: skip


def document() -> dict[str, Any]:
    """Give the OpenAPI 3.1 document: a new dict each time. It names no server: the API is where the document is."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tracker",
            "version": VERSION,
            "summary": "Projects, issues and what people say about them.",
            "description": "A project tracker. Lists answer one page; the `Link` header says where the next one is.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": _paths(),
        "components": {
            "schemas": SCHEMAS,
            "parameters": {
                name: {"name": name, "in": "path", "required": True, **entry} for name, entry in PATH_PARAMETERS.items()
            },
            "headers": _PAGE_HEADERS,
            "responses": {
                name: {"description": text, "content": {"application/json": {"schema": ref("Error")}}}
                for name, text in _REFUSALS.values()
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for endpoint in ENDPOINTS:
        item: dict[str, Any] | None = paths.get(endpoint.path)
        if item is None:
            names = re.findall(r"{(\w+)}", endpoint.path)
            item = {"parameters": [{"$ref": f"#/components/parameters/{name}"} for name in names]} if names else {}
            paths[endpoint.path] = item
        item[endpoint.method.lower()] = _operation(endpoint)
    return paths


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.id,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
    }
    if endpoint.description:
        operation["description"] = endpoint.description
    if endpoint.query:
        operation["parameters"] = [_parameter(query) for query in endpoint.query]
    if endpoint.body:
        operation["requestBody"] = {"required": True, "content": {endpoint.content: {"schema": ref(endpoint.body)}}}
    if endpoint.public:
        operation["security"] = []
    operation["responses"] = {str(endpoint.status): _success(endpoint)} | {
        str(status): {"$ref": f"#/components/responses/{_REFUSALS[status][0]}"} for status in refusals(endpoint)
    }
    return operation


def refusals(endpoint: Endpoint) -> list[int]:
    """Give the error statuses that an endpoint documents: its own, and those of checking what comes in."""
    known = set(endpoint.refuses)
    known |= {400} if endpoint.query else set()
    known |= {404} if "{" in endpoint.path else set()
    known |= {413, 415} if endpoint.body else set()
    known |= {400, 422} if endpoint.body and endpoint.body != "Bytes" else set()
    return sorted(known if endpoint.public else known | {401})


def _parameter(query: Query) -> dict[str, Any]:
    parameter: dict[str, Any] = {
        "name": query.name,
        "in": "query",
        "description": query.description,
        "schema": query.schema,
    }
    return parameter if query.example is None else {**parameter, "example": query.example}


def _success(endpoint: Endpoint) -> dict[str, Any]:
    if not endpoint.answer:
        return {"description": "Done."}
    media_type = "application/octet-stream" if endpoint.answer == "Bytes" else "application/json"
    response: dict[str, Any] = {
        "description": endpoint.summary + ".",
        "content": {media_type: {"schema": ref(endpoint.answer)}},
    }
    if endpoint.paged:
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in _PAGE_HEADERS}
    return response
