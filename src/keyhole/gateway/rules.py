"""What an operation demands of its arguments: their names, their schemas as validators."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from keyhole.catalog.naming import loose
from keyhole.catalog.slice import BACKTRACK_LIMIT, FORMATS, REGEX_BYTES

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

    from keyhole.catalog.operation import Operation, Parameter, Schema

_KEPT = 512


class Rules:
    """What an operation demands, worked out once; the validators when they are first needed."""

    def __init__(self, operation: Operation, content_type: str = "") -> None:
        self.operation = operation
        self.signature = signature = operation.signature
        if content_type and signature.body:
            self.signature = signature = replace(signature, body=signature.body.sent_as(content_type))
        self.parameters: dict[str, Parameter] = {one.name: one for one in signature.parameters}
        self.loose: dict[str, list[str]] = {}
        for name in self.parameters:
            self.loose.setdefault(loose(name), []).append(name)
        body = signature.body
        self.fields: dict[str, Schema] = signature.schemas.fields(body.schema) if body else {}
        self.loose_fields: dict[str, list[str]] = {}
        for name in self.fields:
            self.loose_fields.setdefault(loose(name), []).append(name)
        self._validators: dict[str, Draft202012Validator | None] = {}

    @cached_property
    def body_is_object(self) -> bool:
        """Say whether the body is, by its schema, an object."""
        body = self.signature.body
        return body is not None and (bool(self.fields) or "object" in self.kinds(body.schema))

    def kinds(self, schema: Any) -> set[str]:
        """Give the JSON types that a schema allows; empty where it does not say."""
        schemas = self.signature.schemas
        found = schemas.resolve(schema)
        declared = found.get("type")
        named = cast("list[Any]", declared) if isinstance(declared, list) else [declared]
        kinds = {kind for kind in named if isinstance(kind, str)}
        for keyword in ("oneOf", "anyOf"):
            options = found.get(keyword)
            if not kinds and isinstance(options, list):
                each = [schemas.resolve(option).get("type") for option in cast("list[Any]", options)]
                if all(isinstance(kind, str) for kind in each):
                    kinds = set(cast("list[str]", each))
        return kinds

    def validator(self, name: str, schema: Any) -> Draft202012Validator | None:
        """Give the validator of one argument; None where its schema cannot be compiled: then it is not checked."""
        if name not in self._validators:
            import jsonschema_rs  # noqa: PLC0415  (60 ms that searching and starting do not need)

            regex = jsonschema_rs.FancyRegexOptions(BACKTRACK_LIMIT, size_limit=REGEX_BYTES, dfa_size_limit=REGEX_BYTES)
            try:
                made = jsonschema_rs.Draft202012Validator(
                    self.signature.schemas.slice(schema), pattern_options=regex, offline=True, validate_formats=True,
                    formats=FORMATS,
                )  # fmt: skip
            except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, RecursionError):
                made = None
            self._validators[name] = made
        return self._validators[name]


_cache: OrderedDict[tuple[int, str], Rules] = OrderedDict()


def rules_of(operation: Operation, content_type: str) -> Rules:
    """Give what an operation demands of a call that is sent as `content_type` ("" for the usual one)."""
    # By identity: two catalogs may hold operations that are equal but for what their documents say.
    key = (id(operation), content_type)
    found = _cache.get(key)
    if found is None or found.operation is not operation:
        found = _cache[key] = Rules(operation, content_type)
        if len(_cache) > _KEPT:
            _cache.popitem(last=False)
    return found
