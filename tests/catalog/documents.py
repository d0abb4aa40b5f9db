"""A small document that the tests of the catalog and of validation share."""

from __future__ import annotations

from typing import Any


def parameter(name: str, place: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


ZONES: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Zones API", "version": "1"},
    "servers": [{"url": "https://api.example.com"}],
    "paths": {
        "/zones": {
            "get": {
                "operationId": "zones-list",
                "summary": "List zones",
                "tags": ["Zones"],
                "parameters": [
                    parameter("per_page", "query", type="integer", maximum=100),
                    parameter("order", "query", type="string", enum=["asc", "desc"]),
                    parameter("active", "query", type="boolean"),
                    parameter("tags", "query", type="array", items={"type": "string"}),
                    parameter("name", "query", type="string"),
                ],
                "responses": {
                    "200": {
                        "description": "",
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Zone"}}
                            }
                        },
                    }
                },
            },
            "post": {
                "operationId": "zones-create",
                "summary": "Create a zone",
                "tags": ["Zones"],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Zone"}}},
                },
                "responses": {"200": {"description": ""}},
            },
        },
        "/zones/{zone_id}": {
            "get": {
                "operationId": "zones-get",
                "summary": "Show one zone",
                "tags": ["Zones"],
                "parameters": [parameter("zone_id", "path", type="string")],
                "responses": {},
            },
            "delete": {
                "operationId": "zones-delete",
                "summary": "Delete a zone",
                "tags": ["Zones"],
                "parameters": [parameter("zone_id", "path", type="string")],
                "responses": {},
            },
        },
        "/zones/active": {"get": {"operationId": "activeZones", "summary": "List what is active", "responses": {}}},
        "/zones/{zone_id}/records": {
            "post": {
                "operationId": "records-create",
                "summary": "Create a DNS record",
                "parameters": [
                    parameter("zone_id", "path", type="string"),
                    parameter("dry_run", "query", type="boolean"),
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Record"}}},
                },
                "responses": {},
            }
        },
        "/files/{name}.{kind}": {
            "get": {
                "operationId": "files-get",
                "summary": "Read a file",
                "parameters": [parameter("name", "path", type="string"), parameter("kind", "path", type="string")],
                "responses": {},
            },
            "put": {
                "operationId": "files-put",
                "summary": "Write a file",
                "parameters": [parameter("name", "path", type="string"), parameter("kind", "path", type="string")],
                "requestBody": {
                    "required": True,
                    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
                },
                "responses": {},
            },
        },
    },
    "components": {
        "schemas": {
            "Zone": {
                "type": "object",
                "required": ["id", "name"],
                "properties": {
                    "id": {"type": "string", "readOnly": True},
                    "name": {"type": "string", "description": "The domain"},
                    "paused": {"type": "boolean"},
                    "plan": {"type": "string", "enum": ["free", "pro", "business"]},
                    "parent": {"$ref": "#/components/schemas/Zone"},
                },
            },
            "Record": {
                "oneOf": [
                    {
                        "type": "object",
                        "required": ["type", "content"],
                        "additionalProperties": False,
                        "properties": {
                            "type": {"type": "string", "enum": ["A"]},
                            "content": {"type": "string"},
                            "ttl": {"type": "integer", "minimum": 60},
                        },
                    },
                    {
                        "type": "object",
                        "required": ["type", "priority"],
                        "additionalProperties": False,
                        "properties": {
                            "type": {"type": "string", "enum": ["MX"]},
                            "priority": {"type": "integer"},
                            "ttl": {"type": "integer"},
                        },
                    },
                ]
            },
        }
    },
}
