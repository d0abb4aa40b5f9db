"""An endpoint's signature, and the plan of how each of its arguments is sent. Read only when somebody looks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from keyhole.catalog.operation import Body, Parameter, Signature
from keyhole.sources.openapi.media import essence, is_events, is_json, is_ndjson, is_text, kind_of, preferred
from keyhole.sources.openapi.multipart import Encoding, part_headers
from keyhole.sources.openapi.parameters import Wire

if TYPE_CHECKING:
    from keyhole.catalog.operation import Place
    from keyhole.catalog.schema import Schemas
    from keyhole.sources.openapi.operations import Endpoint

Object = dict[str, Any]

CONTENT_TYPE = "Content-Type"
_STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form", "cookie"),  # OpenAPI 3.2 section 4.12.6
}
_FORMATS = {"csv": "", "ssv": "spaceDelimited", "tsv": "tabDelimited", "pipes": "pipeDelimited"}
_NOT_SCHEMA = frozenset({"name", "in", "required", "description", "collectionFormat", "allowEmptyValue", "deprecated"})
_EVENTS: Object = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["data"],
        "properties": {
            "event": {"type": "string"},
            "data": {"type": "string"},
            "id": {"type": "string"},
            "retry": {"type": "integer"},
        },
    },
}
_ORDER: tuple[Place, ...] = ("path", "query", "header", "cookie")


@dataclass(frozen=True, slots=True)
class Plan:
    """How a call becomes a request: `wires` by argument name; `encoding` of forms and parts by content type."""

    signature: Signature
    wires: dict[str, Wire]
    encoding: dict[str, Encoding] = field(default_factory=dict[str, Encoding])
    accept: str = ""
    json_answer: bool = True
    """False where the document says that the answer is something else than JSON."""


def plan_of(endpoint: Endpoint, schemas: Schemas) -> Plan:
    """Read one endpoint. Never raises for what the document holds."""
    old = schemas.dialect == "2.0"
    body, encoding = _old_body(endpoint, schemas) if old else _body(endpoint, schemas)
    taken = {"body"} if body else set[str]()
    parameters: list[Parameter] = []
    wires: dict[str, Wire] = {}
    raw = [(item, *_placed(item)) for item in endpoint.parameters]
    for place in _ORDER:
        for item, name, at in raw:
            if at != place:
                continue
            argument = _argument(name, place, taken)
            taken.add(argument)
            wires[argument] = _old_wire(item, name, place) if old else _wire(item, name, place)
            parameters.append(_parameter(item, argument, name, place, schemas, old=old))
    types = body.content_types if body else ()
    several = len(types) > 1 or any(re.match(r"[^*]+/\*", one) for one in types)
    if body and several and "content-type" not in {name.lower() for name in taken}:
        parameters.append(_choice(body))
        wires[CONTENT_TYPE] = Wire(CONTENT_TYPE, "header", "simple", explode=False)
    output, answers = _output(endpoint, schemas)
    json_answer = not answers or any(is_json(answer) or "*" in answer for answer in answers)
    accept = "application/json, */*;q=0.8" if json_answer else ", ".join([*answers[:8], "*/*;q=0.1"])
    signature = Signature(tuple(parameters), body, output, schemas, empty=output is None and _is_empty(endpoint))
    return Plan(signature, wires, encoding, accept, json_answer)


def _placed(item: Object) -> tuple[str, str]:
    place = str(item["in"]).lower()
    return str(item["name"]), "query" if place == "querystring" else place


def _argument(name: str, place: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    candidate = f"{name}_{place}"
    number = 2
    while candidate in taken:
        candidate, number = f"{name}_{place}{number}", number + 1
    return candidate


def _parameter(  # noqa: PLR0913
    item: Object, argument: str, name: str, place: Place, schemas: Schemas, *, old: bool
) -> Parameter:
    own = place == "header" and name.lower() in ("accept", "content-type")  # Keyhole sends these itself unless told
    empty = place == "query" and item.get("allowEmptyValue") is True
    if old:
        schema: Any = {key: value for key, value in item.items() if key not in _NOT_SCHEMA}
    else:
        schema = item.get("schema")
        if not isinstance(schema, dict):
            content = _object(item.get("content"))
            schema = _object(next(iter(content.values()), None)).get("schema") if content else None
    return Parameter(
        name=argument,
        wire=name,
        place=place,
        required=(place == "path" or item.get("required") is True) and not own,
        schema=_or_empty(_object(schema), schemas) if empty else _object(schema),
        description=_text(item.get("description")) or _text(schemas.resolve(schema).get("description")),
        deprecated=item.get("deprecated") is True,
    )


def _or_empty(schema: Object, schemas: Schemas) -> Object:
    """Let the empty text be a value too (`allowEmptyValue`), where the schema may refuse it."""
    found = schemas.resolve(schema)
    free = {"type", "description", "title", "default", "example", "examples", "maxLength", "nullable"}
    return schema if found.get("type") == "string" and found.keys() <= free else {
        "anyOf": [schema, {"type": "string", "enum": [""]}]
    }  # fmt: skip


def _choice(body: Body) -> Parameter:
    schema: Object = {"type": "string", "default": body.content_type}
    if not any("*" in one for one in body.content_types):
        schema["enum"] = list(body.content_types)
    return Parameter(CONTENT_TYPE, CONTENT_TYPE, "header", required=False, schema=schema)


def _wire(item: Object, name: str, place: Place) -> Wire:
    content = _object(item.get("content"))
    media = next(iter(content), "") if not isinstance(item.get("schema"), dict) else ""
    if str(item["in"]).lower() == "querystring":
        return Wire(name, place, "querystring", explode=True, media=media)
    styles = _STYLES[place]
    style = item.get("style") if item.get("style") in styles else styles[0]
    explode = item.get("explode")
    if not isinstance(explode, bool):
        explode = style in ("form", "cookie")
    return Wire(name, place, str(style), explode, reserved=item.get("allowReserved") is True, media=media)


def _old_wire(item: Object, name: str, place: Place) -> Wire:
    collection = item.get("collectionFormat")
    style = _FORMATS.get(str(collection), "") or _STYLES[place][0]
    return Wire(name, place, style, explode=collection == "multi")


def _body(endpoint: Endpoint, schemas: Schemas) -> tuple[Body | None, dict[str, Encoding]]:
    raw = endpoint.operation.get("requestBody")
    if not isinstance(raw, dict):
        return None, {}
    request = schemas.resolve(raw)
    content = _object(request.get("content"))
    if not content and (not request or ("content" in request and request.get("required") is not True)):
        return None, {}
    chosen = _chosen(content, schemas)
    each = {kind: schemas.resolve(content.get(kind)) for kind in (chosen, *content)}
    made = {
        kind: Body(
            required=request.get("required") is True,
            schema=_sent_schema(kind, media, schemas),
            content_type=_one_of(kind),
            content_types=tuple(content) or ("application/json",),
            description=_text(request.get("description")),
            part_headers=_part_headers(kind, media, schemas),
        )
        for kind, media in each.items()
    }
    encoding = {made[kind].content_type: _encoding(media, made[kind].schema, schemas) for kind, media in each.items()}
    body = made.pop(chosen)
    # A wildcard beside the chosen one names no type that a body could be sent as.
    others = tuple(one for kind, one in made.items() if "*" not in kind)
    return replace(body, others=others), encoding


def _one_of(content_type: str) -> str:
    """Give the content type that is sent where the document has a range of them and the program names none."""
    family, star, _ = essence(content_type).partition("/*")
    if not star:
        return content_type
    return {"*": "application/json", "application": "application/json", "text": "text/plain"}.get(
        family, "application/octet-stream"
    )


def _encoding(media: Object, schema: Object, schemas: Schemas) -> Encoding:
    fields = schemas.properties(schema)
    files = [name for name, one in fields.items() if is_file(one, schemas)]
    return Encoding.read(media, files, [name for name, one in fields.items() if "content" in schemas.properties(one)])


def _part_headers(content_type: str, media: Object, schemas: Schemas) -> dict[str, Object]:
    """Give the headers that the parts of a body take, by field; by index and "*" for those of a list."""
    if kind_of(content_type) != "multipart":
        return {}
    encoding, first = Encoding.read(media), schemas.resolve(media.get("schema")).get("prefixItems")
    count = max(len(encoding.prefix), len(cast("list[Any]", first)) if isinstance(first, list) else 0)
    places = {**encoding.fields, **{str(at): encoding.at(at) for at in range(count)}, "*": encoding.items}
    return {name: headers for name, rule in places.items() if (headers := part_headers(rule, schemas))}


def _chosen(content: Object, schemas: Schemas) -> str:
    if not content:
        return "application/json"
    chosen = preferred(content)
    if kind_of(chosen) == "form":
        for name in content:
            # A file cannot go through a form that is not multipart.
            if kind_of(name) == "multipart" and has_file(_object(content[name]).get("schema"), schemas):
                return name
    return chosen


def has_file(schema: Any, schemas: Schemas) -> bool:
    """Say whether an object's schema has a field that is a file, or a list of files."""
    return any(is_file(field_schema, schemas) for field_schema in schemas.properties(schema).values())


def is_file(schema: Any, schemas: Schemas) -> bool:
    """Say whether a field is a file or a list of them: `format: binary`, contentMediaType (3.1), `type: file` (2.0)."""
    found = schemas.resolve(schema)
    if found.get("type") == "array":
        found = schemas.resolve(found.get("items"))
    return found.get("format") == "binary" or found.get("type") == "file" or "contentMediaType" in found


def _lines(media: Object, schemas: Schemas) -> Object:
    """Give the schema of one JSON value a line, as the list that a program has of them.

    `itemSchema` (3.2) is of one line; a `schema` that is no list is what people write before 3.2, and means the same.
    """
    schema = media.get("schema")
    if schemas.resolve(schema).get("type") == "array":
        return _object(schema)
    return {"type": "array", "items": _object(media.get("itemSchema") or schema)}


def _sent_schema(content_type: str, media: Object, schemas: Schemas) -> Object:
    kind, schema = kind_of(content_type), media.get("schema") or media.get("itemSchema")
    if kind == "multipart" and "schema" not in media and "itemSchema" in media:
        return {"type": "array", "items": _object(schema)}  # OpenAPI 3.2: a part each
    if kind == "ndjson":
        return {"anyOf": [_lines(media, schemas), {"type": "string"}]}
    if kind == "text" and schemas.resolve(schema).get("type") != "string":
        return {"type": "string", "description": f"{essence(content_type)} as text"}
    if kind == "binary":
        return {"type": "string", "format": "binary"}
    if essence(content_type) == "application/json-patch+json" and schemas.resolve(schema).get("type") == "object":
        # RFC 6902 section 3: a list of edits, also where one schema stands for every kind of patch (Kubernetes).
        return {"anyOf": [{"type": "array", "items": {"type": "object"}}, _object(schema)]}
    return _object(schema)


def _old_body(endpoint: Endpoint, schemas: Schemas) -> tuple[Body | None, dict[str, Encoding]]:
    consumes = endpoint.operation.get("consumes") or schemas.root.get("consumes")
    types = (
        [item for item in cast("list[Any]", consumes) if isinstance(item, str)] if isinstance(consumes, list) else []
    )
    whole = next((item for item in endpoint.parameters if item["in"] == "body"), None)
    if whole is not None:
        types = types or ["application/json"]
        chosen = preferred(types)
        said = _text(whole.get("description"))
        sent = "application/json" if "*" in chosen or kind_of(chosen) in ("form", "multipart") else chosen
        made = [
            Body(whole.get("required") is True, _sent_schema(kind, whole, schemas), kind, tuple(types), said)
            for kind in dict.fromkeys((sent, *types))
            if kind == sent or not ("*" in kind or kind_of(kind) in ("form", "multipart"))
        ]
        return replace(made[0], others=tuple(made[1:])), {}
    fields = [item for item in endpoint.parameters if str(item["in"]).lower() == "formdata"]
    return _old_form(fields, types) if fields else (None, {})


def _old_form(fields: list[Object], types: list[str]) -> tuple[Body, dict[str, Encoding]]:
    """Swagger 2.0's formData parameters as one object."""
    properties: Object = {}
    encoding: dict[str, Object] = {}
    for item in fields:
        schema = {key: value for key, value in item.items() if key not in _NOT_SCHEMA}
        if schema.get("type") == "file":
            schema = {"type": "string", "format": "binary"}
        if description := _text(item.get("description")):
            schema["description"] = description
        properties[str(item["name"])] = schema
        style = _FORMATS.get(str(item.get("collectionFormat")), "") or "form"
        encoding[str(item["name"])] = {"style": style, "explode": item.get("collectionFormat") == "multi"}
    required = [str(item["name"]) for item in fields if item.get("required") is True]
    multipart = next((item for item in types if kind_of(item) == "multipart"), "")
    form = next((item for item in types if kind_of(item) == "form"), "")
    if any(item.get("type") == "file" for item in fields) or (multipart and not form):
        chosen = multipart or "multipart/form-data"
    else:
        chosen = form or "application/x-www-form-urlencoded"
    schema = {"type": "object", "properties": properties, **({"required": required} if required else {})}
    # A chosen form is the only one: its fields are declared for that one kind.
    files = [name for name, one in properties.items() if one.get("format") == "binary"]
    return Body(bool(required), schema, chosen, (chosen,)), {chosen: Encoding(encoding, files=frozenset(files))}


def _output(endpoint: Endpoint, schemas: Schemas) -> tuple[Object | None, list[str]]:
    """Give the schema of a successful answer, and the content types it may have: of the first that has a schema."""
    responses = {str(key).upper(): value for key, value in _object(endpoint.operation.get("responses")).items()}
    good = sorted(key for key in responses if key.startswith("2")) or [key for key in ("DEFAULT",) if key in responses]
    answer = _old_answer if schemas.dialect == "2.0" else _answer
    found = [answer(endpoint, schemas.resolve(responses[key]), schemas) for key in good]
    fallback = next(((schema, types) for schema, types in found if types), (None, list[str]()))
    return next(((schema, types) for schema, types in found if schema is not None), fallback)


def _answer(_: Endpoint, response: Object, schemas: Schemas) -> tuple[Object | None, list[str]]:
    content = _object(response.get("content"))
    if not content:
        return None, []
    each = {kind: schemas.resolve(media) for kind, media in content.items()}
    said = {kind: media.get("schema") or media.get("itemSchema") for kind, media in each.items()}
    # JSON with nothing but examples is what the wildcard beside it describes.
    telling = [kind for kind, schema in said.items() if schema and (is_json(kind) or "*" in kind)]
    chosen = preferred(telling or content)
    if is_ndjson(chosen):
        return _lines(each[chosen], schemas), list(content)
    return _EVENTS if is_events(chosen) else _answer_schema(said[chosen], chosen), list(content)


def _old_answer(endpoint: Endpoint, response: Object, schemas: Schemas) -> tuple[Object | None, list[str]]:
    if not isinstance(response.get("schema"), dict):
        return None, []
    produces = endpoint.operation.get("produces") or schemas.root.get("produces")
    listed = cast("list[Any]", produces) if isinstance(produces, list) else []
    types = [item for item in listed if isinstance(item, str)]
    return _answer_schema(response["schema"], preferred(types) if types else "application/json"), types


def _is_empty(endpoint: Endpoint) -> bool:
    """Say whether every successful answer is one without content (RFC 9110 sections 9.3.2, 15.3.5, 15.3.6)."""
    good = {str(key) for key in _object(endpoint.operation.get("responses")) if str(key).startswith("2")}
    return endpoint.method.upper() == "HEAD" or (bool(good) and good <= {"204", "205"})


def _answer_schema(schema: Any, content_type: str) -> Object | None:
    kind = essence(content_type)
    if is_json(kind) or "*" in kind or kind_of(kind) == "ndjson":
        return _object(schema) or None
    if is_text(kind):
        return {"type": "string", "description": f"{kind} as text"}
    return {"type": "string", "format": "binary"}


def _object(value: Any) -> Object:
    return cast("Object", value) if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
