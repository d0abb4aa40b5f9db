"""Checks what comes in against the document: parameters become values of their types, bodies must fit their schemas."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import jsonschema_rs
from starlette.datastructures import UploadFile

from keyhole.demo.endpoint import Query, Refusal, Request, Schema, Upload
from keyhole.demo.schemas import PATH_PARAMETERS, SCHEMAS, ref

if TYPE_CHECKING:
    from starlette.requests import Request as HttpRequest

    from keyhole.demo.endpoint import Endpoint

MAX_BYTES = 5_000_000


def validator(schema: Schema) -> jsonschema_rs.Draft202012Validator:
    """Compile a schema that may point to the components."""
    return jsonschema_rs.Draft202012Validator({**schema, "components": {"schemas": SCHEMAS}}, validate_formats=True)


class Incoming:
    """The checks of one endpoint, compiled once."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._query = [(query, validator(query.schema)) for query in endpoint.query]
        self._body = validator(ref(endpoint.body)) if endpoint.body and endpoint.body != "Bytes" else None

    async def read(self, http: HttpRequest, user: str) -> Request:
        """Read one request; raises `Refusal` with 400, 404, 413, 415 or 422."""
        path = {name: _path_value(name, text) for name, text in http.path_params.items()}
        query = self._read_query(http)
        if not self._endpoint.body:
            return Request(path, query, None, user)
        self._check_media_type(http)
        if self._endpoint.content == "multipart/form-data":
            body, upload = await _form(http)
        elif self._endpoint.content == "application/octet-stream":
            body, upload = None, Upload("", "application/octet-stream", await _raw(http))
        else:
            body, upload = _json(await _raw(http)), None
        self._check_body(body)
        return Request(path, query, body, user, upload)

    def _read_query(self, http: HttpRequest) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for query, check in self._query:
            texts = http.query_params.getlist(query.name)
            if texts:
                values[query.name] = _query_value(query, texts)
                if problem := next(iter(check.iter_errors(values[query.name])), None):
                    raise Refusal(400, "bad_request", f"{query.name}: {problem.message}")
            elif "default" in query.schema:
                values[query.name] = query.schema["default"]
        return values

    def _check_media_type(self, http: HttpRequest) -> None:
        given = http.headers.get("content-type", "").partition(";")[0].strip().lower()
        if given != self._endpoint.content:
            message = f"This takes {self._endpoint.content}, not {given or 'a body without a Content-Type'}."
            raise Refusal(415, "media_type", message)

    def _check_body(self, body: Any) -> None:
        if self._body is None:
            return
        problems = [
            {"field": ".".join(str(part) for part in problem.instance_path), "message": problem.message}
            for problem in self._body.iter_errors(body)
        ]
        if problems:
            first = problems[0]
            message = f"{first['field']}: {first['message']}" if first["field"] else first["message"]
            raise Refusal(422, "invalid", message, problems)


def _path_value(name: str, text: str) -> Any:
    if PATH_PARAMETERS[name]["schema"]["type"] != "integer":
        return text
    if re.fullmatch(r"[0-9]{1,15}", text) is None:
        raise Refusal(404, "not_found", f"{name}: {text!r} is no number.")
    return int(text)


def _query_value(query: Query, texts: list[str]) -> Any:
    kind, text = query.schema.get("type"), texts[-1]
    if kind == "array":
        return texts
    if kind == "integer" and re.fullmatch(r"-?[0-9]{1,15}", text):
        return int(text)
    if kind == "boolean" and text in {"true", "false"}:
        return text == "true"
    return text


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as problem:
        raise Refusal(400, "bad_request", f"The body is not JSON: {problem}") from None


def _too_large() -> Refusal:
    return Refusal(413, "too_large", f"The body is larger than {MAX_BYTES} bytes.")


async def _raw(http: HttpRequest) -> bytes:
    parts = bytearray()
    async for part in http.stream():
        parts += part
        if len(parts) > MAX_BYTES:
            raise _too_large()
    return bytes(parts)


async def _form(http: HttpRequest) -> tuple[dict[str, Any], Upload | None]:
    if int(http.headers.get("content-length", "0")) > MAX_BYTES:
        raise _too_large()
    fields: dict[str, Any] = {}
    upload: Upload | None = None
    async with http.form(max_files=1, max_fields=10) as form:
        for name, value in form.multi_items():
            if not isinstance(value, UploadFile):
                fields[name] = value
                continue
            content = await value.read(MAX_BYTES + 1)
            if len(content) > MAX_BYTES:
                raise _too_large()
            fields[name] = ""
            upload = Upload(value.filename or "file", value.content_type or "application/octet-stream", content)
    return fields, upload
