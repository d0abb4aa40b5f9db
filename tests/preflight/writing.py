"""Arguments made from an operation's schema, and the ways in which models write a call with them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from keyhole.errors import CallError
from keyhole.gateway.validate import checked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyhole.catalog.operation import Operation
    from keyhole.catalog.schema import Schemas

TEXTS = (
    "xxx",
    "1",
    "a1b2c3d4e5f6",
    "2024-01-01",
    "2024-01-01T00:00:00Z",
    "a@example.com",
    "https://example.com/",
    "AAAA",
    "en-US",
)
TEXTS += ("0123456789abcdef0123456789abcdef", "123e4567-e89b-12d3-a456-426614174000", "10.0.0.1", "example.com.", "aa")
VERBS = ("GET", "PUT", "POST", "DELETE", "PATCH")


def sample(schemas: Schemas, schema: Any, depth: int = 0) -> Any:
    """Make a value of a schema, as well as goes."""
    found = schemas.resolve(schema)
    forms = found.get("oneOf") or found.get("anyOf")
    if isinstance(forms, list) and forms and not found.get("properties"):
        return sample(schemas, forms[0], depth + 1)
    kind = found.get("type")
    kind = next((one for one in kind if one != "null"), None) if isinstance(kind, list) else kind
    fields = schemas.properties(found)
    if found.get("enum"):
        made: Any = found["enum"][0]
    elif depth > 6:
        made = {}
    elif kind == "array":
        made = [sample(schemas, found.get("items", {}), depth + 1)] * max(1, found.get("minItems", 1))
    elif kind in ("integer", "number", "boolean"):
        made = kind == "boolean" or found.get("minimum", found.get("default", 1))
    elif kind == "object" or fields:
        required = schemas.required(found)
        made = {
            name: sample(schemas, one, depth + 1)
            for name, one in fields.items()
            if name in required or (depth == 0 and not schemas.resolve(one).get("readOnly"))
        }
    else:
        made = text(found)
    return made


def text(schema: dict[str, Any]) -> str:
    long = "x" * schema.get("minLength", 3)
    pattern = schema.get("pattern")
    hexadecimal = re.fullmatch(r"\^(\w*)\[0-9a-fA-F\]\{32\}\$", str(pattern))
    if hexadecimal:
        return hexadecimal[1] + "0" * 32
    for one in (schema.get("example"), *TEXTS, long):
        if isinstance(one, str) and schema.get("minLength", 0) <= len(one) <= schema.get("maxLength", 99):
            try:
                if not isinstance(pattern, str) or re.search(pattern, one):
                    return one
            except re.error:
                return one
    return long


def valid(operation: Operation) -> dict[str, Any] | None:
    """Give arguments that the gateway accepts: all there are, or those that are required; None where none were found."""
    signature = operation.signature
    for everything in (True, False):
        wanted = [one for one in signature.parameters if one.required or everything]
        given = {one.name: sample(signature.schemas, one.schema) for one in wanted}
        if signature.body and (everything or signature.body.required):
            given["body"] = sample(signature.schemas, signature.body.schema)
        if accepted(operation, given):
            return given
    return None


def accepted(operation: Operation, given: dict[str, Any]) -> bool:
    try:
        checked(operation, given)
    except CallError:
        return False
    return True


def programs(operation: Operation, given: dict[str, Any]) -> Iterator[str]:
    """Write a program that calls the operation, in the ways in which models do."""
    api, name, whole = operation.api, operation.name, json.dumps(given)
    names = list(given)
    consts = "".join(f"const v{at} = {json.dumps(given[one])};\n" for at, one in enumerate(names))
    through = ", ".join(f"{json.dumps(one)}: v{at}" for at, one in enumerate(names))
    seen = ", ".join(f"{json.dumps(one)}: pick({json.dumps(given[one])})" for one in names)
    rest = json.dumps({one: given[one] for one in names[1:]})
    first = "".join(f"{json.dumps(one)}: {json.dumps(given[one])}, " for one in names[:1])
    yield f"return await {api}.{name}({whole})"
    yield f"async () => {{\n  const r = await {api}.{name}({whole});\n  return r;\n}}"
    yield f"const args = {whole};\nconst a = {api};\nconst r = await a[{json.dumps(name)}](args);\nreturn r"
    yield f"{consts}const {{ {name}: call }} = {api};\nreturn await call({{ {through} }})"
    yield f"async function main() {{\n  const rest = {rest};\n  return await {api}.{name}.raw({{ {first}...rest }});\n}}"
    yield f"const [r] = await Promise.all([{api}.{name}({whole})]);\nreturn r.name"
    yield f"const pick = (one) => one;\nreturn {api}.{name}({{ {seen} }}).then((r) => r.id)"
    yield f"const args = {{}};\nObject.assign(args, {whole});\nfor (const one of [1]) await {api}.{name}(args);"
    if not operation.id.startswith(operation.method):
        yield f"return await {api}[{json.dumps(operation.id)}]({whole})"
    if operation.method in VERBS:
        yield f"return await {api}.{operation.method.lower()}({json.dumps(operation.path)}, {whole})"
    flat = {**(given["body"] if isinstance(given.get("body"), dict) else {}), **given}
    flat.pop("body", None)
    if accepted(operation, flat):
        yield f"return await {api}.{name}({json.dumps(flat)})"
