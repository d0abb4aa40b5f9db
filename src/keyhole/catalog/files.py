"""Files inside a multipart form, as a program gives them: bytes, a text, or an object that names the file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from keyhole.catalog.operation import Body, Schema, Signature
    from keyhole.catalog.schema import Schemas

_CONTENT: Schema = {"anyOf": [{"type": "string", "format": "binary"}, {"type": "string"}]}
FILE: Schema = {
    "anyOf": [
        {"type": "string", "format": "binary"},
        {"type": "string"},
        {
            "type": "object",
            "required": ["content"],
            "additionalProperties": False,
            "properties": {"filename": {"type": "string"}, "content": _CONTENT, "content_type": {"type": "string"}},
        },
    ]
}
"""What a file in a form may be: `Uint8Array | string | { content, filename?, content_type? }`."""


def with_files(signature: Signature) -> Signature:
    """Give the signature with the files of a multipart body typed as programs give them."""
    body = signature.body
    if body is None or not any(_is_multipart(one) for one in (body, *body.others)):
        return signature
    others = tuple(_with_files(one, signature.schemas) for one in body.others)
    return replace(signature, body=replace(_with_files(body, signature.schemas), others=others))


def _is_multipart(body: Body) -> bool:
    return body.content_type.lower().startswith("multipart/")


def _with_files(body: Body, schemas: Schemas) -> Body:
    if not _is_multipart(body):
        return body
    found = schemas.resolve(body.schema)
    if found.get("type") == "array":
        return replace(body, schema=_listed(found, body, schemas))
    fields = schemas.properties(body.schema)
    files = {
        name: sent
        for name, schema in fields.items()
        if (sent := _sent(schema, schemas, body.part_headers.get(name))) is not None
    }
    return _typed(body, fields, files, schemas) if files else body


def _listed(found: Schema, body: Body, schemas: Schemas) -> Schema:
    """Give the schema of a list of parts (multipart/mixed and its kin)."""
    first = found.get("prefixItems")
    prefix = [
        _in_list(one, schemas, body.part_headers.get(str(at))) or one
        for at, one in enumerate(cast("list[Any]", first) if isinstance(first, list) else [])
    ]
    items = _in_list(found.get("items"), schemas, body.part_headers.get("*"))
    return {**found, **({"prefixItems": prefix} if prefix else {}), **({"items": items} if items else {})}


def _in_list(schema: Any, schemas: Schemas, headers: Schema | None) -> Schema | None:
    # A part of which nothing is said may be anything here: what a form's field without a type is, no list says.
    if schemas.resolve(schema):
        return _sent(schema, schemas, headers)
    return _part({}, headers) if headers and headers.get("required") else None


def _typed(body: Body, fields: dict[str, Schema], files: dict[str, Schema], schemas: Schemas) -> Body:
    found = schemas.resolve(body.schema)
    kept = {name: value for name, value in found.items() if name not in ("allOf", "properties", "required")}
    needed = schemas.required(body.schema)
    required = [name for name in fields if name in needed] + sorted(needed - set(fields))
    return replace(body, schema={**kept, "type": "object", "properties": {**fields, **files}, "required": required})


def _sent(schema: Any, schemas: Schemas, headers: Schema | None) -> Schema | None:
    """Give the schema of a part that is a file, a list of files, or has headers; None for another one."""
    found = schemas.resolve(schema)
    said = {key: found[key] for key in ("description",) if key in found}
    if found.get("type") == "array" and _is_file(items := schemas.resolve(found.get("items")), schemas):
        return {**said, "type": "array", "items": _file(items, headers)}
    if _is_file(found, schemas):
        return {**_file(found, headers), **said}
    if headers is None:
        return None
    part = _part(schema, headers)
    return part if headers.get("required") else {"anyOf": [schema, part]}


def _is_file(found: Schema, schemas: Schemas) -> bool:
    """Say whether a field is a file: OpenAPI 3.0 section 4.8.14.2, 3.1 sections 4.8.14.2 and 4.8.15.1."""
    if found.get("type") == "file" or (found.get("type") == "string" and found.get("format") == "binary"):
        return True
    if found.get("type") not in (None, "string") or "contentEncoding" in found or schemas.dialect != "3.1":
        return False
    return "contentMediaType" in found or not set(found) - {"description", "title"}


def _file(found: Schema, headers: Schema | None) -> Schema:
    nullable = {key: found[key] for key in ("nullable",) if key in found}
    if headers is None:
        return {**FILE, **nullable}
    part = _part(_CONTENT, headers)
    part["properties"] = {"filename": {"type": "string"}, **part["properties"]}
    if headers.get("required"):
        return {**part, **nullable}
    return {"anyOf": [*FILE["anyOf"][:2], part], **nullable}


def _part(content: Any, headers: Schema) -> Schema:
    """Give the object that a program writes for a part with headers."""
    return {
        "type": "object",
        "required": ["content", *(["headers"] if headers.get("required") else [])],
        "additionalProperties": False,
        "properties": {"content": content, "content_type": {"type": "string"}, "headers": headers},
    }
