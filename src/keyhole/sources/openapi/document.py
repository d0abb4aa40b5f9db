"""From text to a document: JSON or YAML, and which version of OpenAPI it is. Nothing is validated as a whole."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast

from pydantic_core import from_json

from keyhole.errors import DocumentError
from keyhole.sources.openapi.yaml_text import MAX_DEPTH, YamlError, parse_yaml
from keyhole.uncollected import uncollected

if TYPE_CHECKING:
    from keyhole.catalog.schema import Dialect

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_WHAT_IT_IS = (
    ("asyncapi", "an AsyncAPI document"),
    ("arazzo", "an Arazzo document"),
    ("overlay", "an OpenAPI Overlay"),
    ("swaggerVersion", "a Swagger 1 document"),
    ("__schema", "a GraphQL introspection result"),
    ("raml", "a RAML document"),
    ("discoveryVersion", "a Google discovery document"),
    ("$schema", "a JSON Schema"),
)
_WANTED = 'it needs `openapi: "3.x"` or `swagger: "2.0"` at the top'


def decode(data: bytes, where: str) -> str:
    """Give the text of a document. Raises `DocumentError` for what is not text."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if b"\0" in data[:4096]:
            raise DocumentError(f"{where} is not text", hint="give an OpenAPI document in JSON or YAML") from None
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError(f"{where} is not UTF-8 (line {line})", hint="save it as UTF-8") from None


@uncollected()
def parse(text: str, where: str) -> Any:
    """Parse JSON, or else YAML. Raises `DocumentError` with the line."""
    start = text.lstrip()[:200]
    if not start:
        raise DocumentError(f"{where} is empty", hint="give an OpenAPI document in JSON or YAML")
    if start.startswith("<"):
        raise DocumentError(
            f"{where} is {'a web page' if 'html' in start.lower() else 'XML'}, not an OpenAPI document",
            hint="give the URL of the JSON or YAML itself; documents are often at /openapi.json or /swagger.json",
        )
    if start[0] not in "{[":
        return _yaml(text, where)
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError as error:
        return _lenient(text, where, str(error))


def _lenient(text: str, where: str, problem: str) -> Any:
    """Read JSON with raw control characters in strings, and YAML that begins like JSON."""
    if "recursion limit" in problem:
        raise DocumentError(f"{where} is nested too deeply: {problem}", hint=f"at most {MAX_DEPTH} levels are read")
    try:
        return from_json(json.dumps(json.loads(text, strict=False)), allow_inf_nan=False)
    except (ValueError, RecursionError):
        pass
    try:
        return parse_yaml(text)
    except YamlError:
        raise DocumentError(f"{where} is not JSON: {problem}", hint="mend it there, or fetch it again") from None


def _yaml(text: str, where: str) -> Any:
    try:
        return parse_yaml(text)
    except YamlError as error:
        line = f" (line {error.line})" if error.line else ""
        raise DocumentError(
            f"{where} is not usable YAML{line}: {error.message}", hint="give an OpenAPI document in JSON or YAML"
        ) from None


def dialect_of(document: Any, where: str) -> Dialect:
    """Say which version a document is of. Raises `DocumentError` for what is not OpenAPI."""
    if not isinstance(document, dict):
        raise DocumentError(f"{where} is not an OpenAPI document: it is {_kind(document)}", hint=_WANTED)
    root = cast("dict[str, Any]", document)
    swagger, openapi = root.get("swagger"), root.get("openapi")
    if swagger is not None and re.match(r"2(\.|$)", str(swagger)):
        return "2.0"
    if openapi is not None and re.match(r"3(\.|$)", str(openapi)):
        return "3.0" if re.match(r"3(\.0|$)", str(openapi)) else "3.1"
    if swagger is not None or openapi is not None:
        version = f"openapi: {openapi!r}" if openapi is not None else f"swagger: {swagger!r}"
        raise DocumentError(f"{where} is of a version that is not known: {version[:60]}", hint=_WANTED)
    what = next((name for key, name in _WHAT_IT_IS if key in root), "")
    if not what and isinstance(info := root.get("info"), dict) and "_postman_id" in info:
        what = "a Postman collection"
    keys = ", ".join(repr(key[:60])[1:-1] for key in list(root)[:5]) or "nothing"
    raise DocumentError(
        f"{where} is not an OpenAPI document: {what or f'it has {keys} at the top'}",
        hint=f"convert it to OpenAPI 3 first; {_WANTED}" if what else _WANTED,
    )


def _kind(value: Any) -> str:
    kinds: dict[Any, str] = {str: "a text", list: "a list", int: "a number", float: "a number", bool: "true or false"}
    return kinds.get(cast("Any", type(value)), "empty")
