"""The first judge: openapi-core, which reads a captured request by an OpenAPI document. Shares no code with Keyhole."""

from __future__ import annotations

import copy
import json
import re
import warnings
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any

import yaml
from jsonschema_path import SchemaPath
from openapi_core import Config, OpenAPI
from openapi_core.casting.schemas import oas30_casters_dict, oas31_casters_dict
from openapi_core.casting.schemas.casters import AnyCaster, ObjectCaster, PrimitiveCaster, TypesCaster
from openapi_core.casting.schemas.factories import SchemaCastersFactory
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest
from openapi_core.deserializing.styles import style_deserializers
from openapi_core.deserializing.styles.factories import StyleDeserializersFactory
from openapi_core.schema.schemas import get_properties
from openapi_core.validation.schemas import oas30_write_schema_validators_factory, oas31_schema_validators_factory
from werkzeug.wrappers import Request

if TYPE_CHECKING:
    from collections.abc import Mapping


def request_of(raw: bytes) -> WerkzeugOpenAPIRequest:
    """Read the bytes of an HTTP/1.1 request as a WSGI server would (PEP 3333)."""
    head, _, body = raw.partition(b"\r\n\r\n")
    line, *fields = head.decode("latin-1").split("\r\n")
    method, target, _ = line.split(" ")
    path, _, query = target.partition("?")
    headers = [(name, value.strip()) for name, _, value in (each.partition(":") for each in fields)]
    environ = {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": re.sub("%([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), path),
        "QUERY_STRING": query, "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.input": BytesIO(body), "wsgi.url_scheme": "http",
    }  # fmt: skip
    for name, value in headers:
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    host, _, port = environ["HTTP_HOST"].partition(":")
    environ |= {"SERVER_NAME": host, "SERVER_PORT": port or "80"}
    return WerkzeugOpenAPIRequest(Request(environ))


class CoreJudge:
    """Judges requests by one document (OpenAPI 3.x, parsed).

    Through its own hooks it is told what it does not know: JSON by other names (`+json`), texts that are no `text/plain`,
    and `deepObject` deeper than one level or with lists, as Stripe's document has it. Two defects of how it reads the texts
    of a form are mended (`_Objects`, `_Alternatives`).
    """

    def __init__(self, document: dict[str, Any]) -> None:
        new = document["openapi"].startswith("3.1")
        kinds = {**(oas31_casters_dict if new else oas30_casters_dict), "object": _Objects}
        validators = oas31_schema_validators_factory if new else oas30_write_schema_validators_factory
        casters = SchemaCastersFactory(validators, TypesCaster(kinds, _Alternatives, multi=PrimitiveCaster))
        config = Config(
            spec_validator_cls=None,  # whether the document as a whole is valid is not asked: real ones are not
            extra_media_type_deserializers=_reading(document),
            schema_casters_factory=casters,
            style_deserializers_factory=StyleDeserializersFactory(
                casters, {**style_deserializers, "deepObject": _bracketed}
            ),
        )
        self._api = OpenAPI.from_dict(document, config=config)

    def problem(self, raw: bytes) -> str:
        """Give why a request is refused; empty where it is accepted."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self._api.validate_request(request_of(raw))
            except Exception as error:  # noqa: BLE001  (a judge that breaks has not accepted)
                return _told(error)
        return ""


class _Objects(ObjectCaster):
    """Reads the values of `additionalProperties` as well, which openapi-core 0.23.1 leaves as texts."""

    def _cast_proparties(self, value: dict[str, Any], schema_only: bool = False) -> dict[str, Any]:
        value = super()._cast_proparties(value, schema_only)
        if not schema_only and isinstance(self.schema.get("additionalProperties"), SchemaPath):
            caster = self.schema_caster.evolve(self.schema / "additionalProperties")
            known = get_properties(self.schema)
            value.update({name: caster.cast(item) for name, item in value.items() if name not in known})
        return value


class _Alternatives(AnyCaster):
    """Takes the alternative whose reading is valid, where openapi-core takes the first that can be read at all."""

    def cast(self, value: Any) -> Any:
        for keyword in ("oneOf", "anyOf"):
            for one in self.schema / keyword if keyword in self.schema else ():
                with suppress(Exception):
                    read = self.schema_caster.evolve(one).cast(copy.deepcopy(value))
                    self.schema_validator.evolve(one).validate(read)
                    return read
        return super().cast(value)


def _reading(document: dict[str, Any]) -> dict[str, Any]:
    """Give readers for the media types of a document's bodies that openapi-core has none for."""
    found: dict[str, Any] = {}
    for item in document["paths"].values():
        for operation in item.values():
            body = operation.get("requestBody", {}) if isinstance(operation, dict) else {}
            if "$ref" in body:
                body = document["components"]["requestBodies"][body["$ref"].rpartition("/")[2]]
            for media in body.get("content", {}):
                if media.endswith("+json"):
                    found[media] = lambda raw, **_: json.loads(raw)
                elif media.endswith("yaml"):
                    found[media] = lambda raw, **_: yaml.safe_load(raw)
                elif media.startswith("text/") or media.endswith(("javascript", "ndjson")):
                    found[media] = lambda raw, **_: raw.decode()
    return found


def _bracketed(explode: bool, name: str, kind: str, location: Mapping[str, Any]) -> Any:
    """Read `name[a][0][b]=…` into objects and lists."""
    if name in location:
        return location[name]
    found: dict[str, Any] = {}
    for key, value in location.items():
        head, *steps = re.split(r"\]?\[", key.removesuffix("]"))
        if head == name and steps:
            at = found
            for step in steps[:-1]:
                at = at.setdefault(step, {})
            at[steps[-1]] = value
    if not found:
        raise KeyError(name)
    return _lists(found)


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    items = [_lists(item) for item in value.values()]
    return items if list(value) == [str(index) for index in range(len(value))] else dict(zip(value, items, strict=True))


def _told(error: BaseException) -> str:
    parts = [_said(error)]
    cause = error.__cause__ or error.__context__
    while cause is not None and len(parts) < 4:
        parts.append(_said(cause))
        cause = cause.__cause__
    parts += [f"{each.json_path}: {each.message}" for each in getattr(error.__cause__, "schema_errors", ()) or ()]
    return " <- ".join(part[:300] for part in parts)


def _said(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except (TypeError, ValueError):  # an error that cannot be printed is one all the same
        return type(error).__name__
