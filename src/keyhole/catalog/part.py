"""What a part of a document is that a program took from `spec`: a schema, what holds schemas, or operations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from keyhole.catalog.wording import comment
from keyhole.errors import InvalidArguments

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from keyhole.catalog.schema import Schemas

Object = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_OWN = frozenset((*METHODS, "responses", "operationId"))
_ITEM = re.compile(r"#/(components/pathItems|paths)/[^/]+$")
_OBJECTS = ("properties", "patternProperties", "not", "propertyNames", "contains", "discriminator")
_LISTS = ("allOf", "anyOf", "oneOf", "items", "prefixItems", "enum", "required")
_TEXTS = ("$ref", "format", "pattern")
_EITHER = ("items", "additionalProperties")
_NOTES = frozenset({
    "description", "title", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "nullable",
})  # fmt: skip
_SCHEMES = ("apiKey", "http", "oauth2", "openIdConnect", "mutualTLS", "basic")
_LISTED = 12


def routes(part: Object, documents: Mapping[str, Schemas]) -> list[str]:
    """Give "api.METHOD /path" of what a path item or an operation stands for in `documents`, by the APIs' names."""
    ref = part.get("$ref")
    if not (_OWN & set(part) or (isinstance(ref, str) and _ITEM.match(ref))):
        return []
    return [
        f"{api}.{method.upper()} {path}"
        for api, schemas in documents.items()
        for path, method in _routes(part, schemas)
    ]


def _routes(part: Object, schemas: Schemas) -> Iterator[tuple[str, str]]:
    wanted = schemas.resolve(part)
    for path, raw in _fields(schemas.root.get("paths")).items() if wanted else ():
        item = schemas.resolve(raw)
        there = [method for method in METHODS if isinstance(item.get(method), dict)]
        whole = item == wanted
        yield from ((path, method) for method in there if whole or item[method] == wanted)


def held(part: Object) -> dict[str, Any]:
    """Give the schemas of a response, a body, a parameter or a media type, by content type ("" where it has none)."""
    if isinstance(part.get("schema"), dict):
        return {"": part["schema"]}
    content = _fields(part.get("content", part))
    kinds = {kind: _fields(one).get("schema") for kind, one in content.items() if "/" in kind and kind[0] != "/"}
    return {kind: schema for kind, schema in kinds.items() if isinstance(schema, dict)}


def _fields(value: Any) -> Object:
    return cast("Object", value) if isinstance(value, dict) else {}


def is_schema(part: Object) -> bool:
    """Say whether a part can be a schema, by the kind of what its keywords hold."""
    kind = part.get("type")
    if isinstance(kind, str) and kind in _SCHEMES:
        return False
    return (
        isinstance(kind, (str, list))
        or "const" in part
        or any(isinstance(part.get(key), dict) for key in _OBJECTS)
        or any(isinstance(part.get(key), list) for key in _LISTS)
        or any(isinstance(part.get(key), str) for key in _TEXTS)
        or any(isinstance(part.get(key), (dict, bool)) for key in _EITHER)
        or all(key in _NOTES or key.startswith("x-") for key in part)
    )


def no_type(part: Object) -> InvalidArguments:
    """Say that a part of a document is nothing that `describe` can tell of."""
    names = list(part)
    more = ", …" if len(names) > _LISTED else ""
    listed = ", ".join(comment(name, 40) for name in names[:_LISTED]) + more
    return InvalidArguments(
        f"describe() was given a part of a document that is no type: it has {listed}",
        hint="describe takes the name of an operation or of a type, and of `spec` a path item, an operation, a schema "
        "or what has one (a response, a requestBody, a parameter). To see any other part: return spec.…",
    )
