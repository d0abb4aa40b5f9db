"""Swagger 2.0 → OpenAPI 3.0, mechanically: FastMCP reads version 3 only, and two of the three servers serve version 2.

What the documents of the evals use and no more; nothing of what they say is lost. A document of version 3 is given back.
"""

from __future__ import annotations

from typing import Any

_METHODS = {"get", "put", "post", "delete", "options", "head", "patch"}
_NOT_SCHEMA = {"name", "in", "required", "description", "collectionFormat", "allowEmptyValue"}


def to_openapi3(document: dict[str, Any]) -> dict[str, Any]:
    """Give the same document in OpenAPI 3.0."""
    if document.get("swagger") != "2.0":
        return document
    return {
        "openapi": "3.0.3",
        "info": {"title": "API", "version": "1", **document.get("info", {})},
        "tags": document.get("tags", []),
        "paths": {path: _item(item, document) for path, item in document["paths"].items()},
        "components": {"schemas": _moved(document.get("definitions", {}))},
    }


def _item(item: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    shared = [_resolved(parameter, document) for parameter in item.get("parameters", [])]
    return {method: _operation(operation, shared, document) for method, operation in item.items() if method in _METHODS}


def _operation(operation: dict[str, Any], shared: list[dict[str, Any]], document: dict[str, Any]) -> dict[str, Any]:
    own = [_resolved(parameter, document) for parameter in operation.get("parameters", [])]
    named = {(parameter["in"], parameter["name"]): parameter for parameter in [*shared, *own]}
    consumes = operation.get("consumes") or document.get("consumes") or ["application/json"]
    produces = operation.get("produces") or document.get("produces") or ["application/json"]
    kept = ("operationId", "summary", "description", "tags", "deprecated")
    made: dict[str, Any] = {name: operation[name] for name in kept if name in operation}
    made["parameters"] = [_parameter(value) for value in named.values() if value["in"] not in {"body", "formData"}]
    if body := next((value for value in named.values() if value["in"] == "body"), None):
        content = {kind: {"schema": _moved(body["schema"])} for kind in consumes}
        made["requestBody"] = {
            **({"description": body["description"]} if "description" in body else {}),
            "required": body.get("required", False),
            "content": content,
        }
    made["responses"] = {
        status: _response(response, produces) for status, response in operation["responses"].items()
    }  # fmt: skip
    return made


def _resolved(parameter: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in parameter:
        return parameter
    return document["parameters"][parameter["$ref"].removeprefix("#/parameters/")]


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    made = {name: parameter[name] for name in ("name", "in", "description", "required") if name in parameter}
    made["schema"] = _moved({name: value for name, value in parameter.items() if name not in _NOT_SCHEMA})
    if parameter.get("type") == "array" and parameter["in"] == "query":
        made |= {"style": "form", "explode": parameter.get("collectionFormat") == "multi"}
    return made


def _response(response: dict[str, Any], produces: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = {"description": response.get("description", "")}
    if "schema" in response:
        made["content"] = {kind: {"schema": _moved(response["schema"])} for kind in produces}
    if "headers" in response:
        made["headers"] = {
            name: {"schema": _moved({key: value for key, value in header.items() if key != "description"})}
            for name, header in response["headers"].items()
        }
    return made


def _moved(value: Any) -> Any:
    """Point references to where version 3 keeps the schemas; a list of `items` (PowerDNS has one) means any of them."""
    if isinstance(value, dict):
        if isinstance(value.get("items"), list):
            value = {**value, "items": {"anyOf": value["items"]}}
        return {
            key: entry.replace("#/definitions/", "#/components/schemas/")
            if key == "$ref" and isinstance(entry, str)
            else _moved(entry)
            for key, entry in value.items()
        }
    return [_moved(entry) for entry in value] if isinstance(value, list) else value
