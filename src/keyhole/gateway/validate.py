"""Checks a call's arguments against its operation before anything is sent, and puts them where they belong.

All problems of a call are told at once. What the schema leaves no doubt about is mended: a number given as a string
to a parameter and the reverse, camelCase for snake_case, a body's field given flat.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from dataclasses import replace
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any, cast

from pydantic_core import from_json

from keyhole.catalog.call import Call
from keyhole.catalog.declare import usage
from keyhole.catalog.slice import BACKTRACK_LIMIT, FORMATS, REGEX_BYTES
from keyhole.errors import InvalidArguments
from keyhole.gateway.problems import Teller, alike, kind_text, place, quoted, shown
from keyhole.value import Unseen, is_large

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jsonschema_rs import Draft202012Validator

    from keyhole.catalog.call import Result
    from keyhole.catalog.operation import Operation, Parameter, Schema
    from keyhole.gateway.decision import Next
    from keyhole.gateway.problems import Path
    from keyhole.value import Value

_TOLD = 12
_KEPT = 512
_MAX_DEPTH = 100
_FIX = re.compile(r"did you mean|Did you mean|but must be (?!object|array)")


class Validate:
    """The gateway step: passes the call on with its arguments checked and mended, or raises InvalidArguments."""

    async def __call__(self, call: Call, next: Next) -> Result:  # noqa: A002  (the onion's word)
        """Check, then pass on."""
        if is_large(call.arguments):  # on a thread: other runs must not wait
            given = await asyncio.to_thread(checked, call.operation, call.arguments)
        else:
            given = checked(call.operation, call.arguments)
        return await next(Call(call.operation, given))


def checked(operation: Operation, arguments: Mapping[str, Value]) -> dict[str, Value]:
    """Give the arguments by their exact names, mended where that is certain, the body under `body`.

    Raises InvalidArguments with every problem; then nothing has been sent.
    """
    if operation.ad_hoc:
        return _ad_hoc(operation, arguments)
    check = Check(operation, arguments)
    check.sort(arguments)
    check.require()
    check.values()
    if check.told:
        raise refusal(operation, check.told)
    return check.given


class _Rules:
    """What an operation demands, worked out once; the validators when they are first needed."""

    def __init__(self, operation: Operation, content_type: str = "") -> None:
        self.operation = operation
        self.signature = signature = operation.signature
        if content_type and signature.body:
            self.signature = signature = replace(signature, body=signature.body.sent_as(content_type))
        self.parameters: dict[str, Parameter] = {one.name: one for one in signature.parameters}
        self.loose: dict[str, list[str]] = {}
        for name in self.parameters:
            self.loose.setdefault(_loose(name), []).append(name)
        body = signature.body
        self.fields: dict[str, Schema] = signature.schemas.fields(body.schema) if body else {}
        self.loose_fields: dict[str, list[str]] = {}
        for name in self.fields:
            self.loose_fields.setdefault(_loose(name), []).append(name)
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


class Check:
    """One check of one call's arguments; `told` holds what is wrong with them, `given` what is sent."""

    def __init__(self, operation: Operation, arguments: Mapping[str, Value]) -> None:
        self.operation = operation
        self.rules = _rules(operation, _content_type(operation, arguments))
        self.given: dict[str, Value] = {}
        self.told: list[str] = []
        self.unknown: list[str] = []
        self._lifted: dict[str, Value] = {}
        self._offered: set[str] = set()

    def sort(self, arguments: Mapping[str, Value]) -> None:
        """Put every argument where it belongs."""
        body = self.rules.signature.body
        for name, value in arguments.items():
            exact = self._parameter(name, arguments)
            if exact is not None:
                if value is None and not self.rules.parameters[exact].required:
                    continue
                self.given[exact] = value
            elif name == "body" and body is not None:
                if value is not None or body.required or self._null_is_a_body():
                    self.given["body"] = value
            elif (field := self._field(name)) is not None:
                self._lifted[field] = value
            else:
                self.unknown.append(name)
        self._lift()

    def _parameter(self, name: str, arguments: Mapping[str, Value]) -> str | None:
        if name in self.rules.parameters:
            return name
        if name == "body" or name in self.rules.fields:
            return None
        alike = self.rules.loose.get(_loose(name), [])
        return alike[0] if len(alike) == 1 and alike[0] not in arguments else None

    def _field(self, name: str) -> str | None:
        if name in self.rules.fields:
            return name
        alike = self.rules.loose_fields.get(_loose(name), [])
        return alike[0] if len(alike) == 1 else None

    def _lift(self) -> None:
        body = self.rules.signature.body
        current = self.given.get("body")
        if isinstance(current, str) and body and self.rules.body_is_object and "json" in body.content_type:
            current = self.given["body"] = _parsed(current)
        if not self._lifted:
            if current is None and "body" not in self.given and body and body.required and self._may_be_empty():
                self.given["body"] = {}
            return
        if current is None:
            self.given["body"] = dict(self._lifted)
        elif isinstance(current, dict):
            fields = cast("dict[str, Value]", current)
            for name in self._lifted:
                if name in fields and fields[name] != self._lifted[name]:
                    self.told.append(f"{quoted(name)} is given twice, flat and in body, with different values")
            self.given["body"] = {**self._lifted, **fields}
        else:
            self.told.append(f"{quoted(next(iter(self._lifted)))} is a field of body, but body is {shown(current)}")

    def _may_be_empty(self) -> bool:
        body = self.rules.signature.body
        return body is not None and self.rules.body_is_object and not self.rules.signature.schemas.required(body.schema)

    def _null_is_a_body(self) -> bool:
        """Say whether null is what is sent, and not a body left out: where the schema has it, or says nothing."""
        body = self.rules.signature.body
        found = self.rules.signature.schemas.resolve(body.schema if body else None)
        kinds = self.rules.kinds(found)
        return "null" in kinds or found.get("nullable") is True or not (kinds or self.rules.fields or "enum" in found)

    def require(self) -> None:
        """Tell of what is missing and of what is unknown, one as the other's misspelling where they are alike."""
        signature = self.rules.signature
        missing = [
            one for one in signature.parameters
            if one.required and self.given.get(one.name) is None and not self._null_is_fine(one)
        ]  # fmt: skip
        for one in missing:
            given = self.given.pop(one.name, "") is None
            kind = kind_text(signature.schemas.resolve(one.schema))
            near = [] if given else alike(one.name, self.unknown, limit=1)
            if not near and not given and len(missing) == len(self.unknown) == 1 and not self.rules.fields:
                near = list(self.unknown)
            text = f"{quoted(one.name)} is {'null' if given else 'missing'}{kind}"
            if near:
                self.unknown.remove(near[0])
                text += f": you gave {quoted(near[0])}, did you mean {quoted(one.name)}?"
            self.told.append(text)
        strays = [self.stray(name) for name in self.unknown]
        body = signature.body
        known = self._offered or (strays and self.rules.fields)  # then those lines say what the body wants
        if body and body.required and "body" not in self.given and not known:
            fields = ", ".join(quoted(name) for name in self._telling_fields())
            self.told.append(f"`body` is missing{f', with fields such as {fields}' if fields else ''}")
        self.told += strays

    def _telling_fields(self) -> list[str]:
        """Give the names of a few fields of the body that can be sent, required ones first."""
        signature = self.rules.signature
        required = signature.schemas.required(signature.body.schema) if signature.body else frozenset[str]()
        sent = [
            name for name, schema in self.rules.fields.items()
            if not (schema.get("readOnly") or signature.schemas.resolve(schema).get("readOnly"))
        ]  # fmt: skip
        return sorted(sent, key=lambda name: name not in required)[:6]

    def _null_is_fine(self, parameter: Parameter) -> bool:
        found = self.rules.signature.schemas.resolve(parameter.schema)
        nullable = found.get("nullable") is True or "null" in self.rules.kinds(found)
        return nullable and parameter.place != "path" and parameter.name in self.given

    def stray(self, name: str) -> str:
        """Tell of an argument that there is not."""
        known = [*self.rules.parameters, *(["body"] if self.rules.signature.body else [])]
        near = alike(name, [*known, *self.rules.fields])
        if near:
            written = [one if one in known else f"body.{one}" for one in near]
            self._offered.update(written)
            return f"{quoted(name)} is no argument: did you mean {' or '.join(quoted(one) for one in written)}?"
        if self.rules.body_is_object and not self.rules.fields:
            return f"{quoted(name)} is no argument; if it is a field of the body, put it under `body`"
        listed = ", ".join(quoted(one) for one in known[:12])
        if self.rules.fields:
            listed += f", with fields such as {', '.join(quoted(one) for one in self._telling_fields())}"
        return f"{quoted(name)} is no argument; {f'there are {listed}' if known else 'there are none'}"

    def values(self) -> None:
        """Mend and check the values."""
        signature = self.rules.signature
        for name, value in list(self.given.items()):
            if name in self.rules.parameters:
                schema: Any = self.rules.parameters[name].schema
                self.given[name] = _mended(value, self.rules.kinds(schema))
            elif signature.body:
                schema = signature.body.schema
            else:
                continue
            blobs: set[Path] = set()
            unseen: set[Path] = set()
            plain, bad = _plain(self.given[name], (), blobs, unseen)
            if bad:
                self.told.append(f"{place(name, bad[0])} {bad[1]}")
            elif (validator := self.rules.validator(name, schema)) is not None:
                teller = Teller(name, schema, signature.schemas, blobs, unseen)
                told = teller.problems(validator, plain, first=is_large(plain))
                # What is missing because its name is misspelt has been said.
                self.told += [text for text in told if text.partition(" is missing")[0] not in self._offered]


_cache: OrderedDict[tuple[int, str], _Rules] = OrderedDict()


def _rules(operation: Operation, content_type: str) -> _Rules:
    # By identity: two catalogs may hold operations that are equal but for what their documents say.
    key = (id(operation), content_type)
    found = _cache.get(key)
    if found is None or found.operation is not operation:
        found = _cache[key] = _Rules(operation, content_type)
        if len(_cache) > _KEPT:
            _cache.popitem(last=False)
    return found


def chooses_content_type(operation: Operation, name: str) -> bool:
    """Say whether an argument of this name says which of several bodies the operation is sent."""
    body = operation.signature.body
    return body is not None and bool(body.others) and _loose(name) == "contenttype"


def _content_type(operation: Operation, arguments: Mapping[str, Value]) -> str:
    """Give the content type that a program asks for and that has a body of its own; empty for the usual one."""
    body = operation.signature.body
    if body is None or not body.others:
        return ""
    given = next((value for name, value in arguments.items() if chooses_content_type(operation, name)), None)
    chosen = body.sent_as(given) if isinstance(given, str) else body
    return "" if chosen is body else chosen.content_type


def _ad_hoc(operation: Operation, arguments: Mapping[str, Value]) -> dict[str, Value]:
    told = [
        f"{quoted(name)} is no argument of a request; there are `query`, `headers` and `body`"
        for name in arguments
        if name not in ("query", "headers", "body")
    ]
    for name in ("query", "headers"):
        value = arguments.get(name)
        if value is not None and not isinstance(value, dict):
            told.append(f"`{name}` is {shown(value)}, but must be an object of names and values")
    if told:
        raise refusal(operation, told)
    return {name: value for name, value in arguments.items() if value is not None or name == "body"}


def refusal(operation: Operation, told: list[str]) -> InvalidArguments:
    """Make the error that says all of `told`, and how the operation is called."""
    once = list(dict.fromkeys(told))
    more = [f"… and {len(once) - _TOLD} more"] if len(once) > _TOLD else []
    lines = [*once[:_TOLD], *more]
    text = lines[0] if len(lines) == 1 else "".join(f"\n- {line}" for line in lines)
    name = operation.qualified
    if all(_FIX.search(line) for line in lines):
        hint = f'Mend that and call {name} again; `await describe("{operation.name}")` shows its arguments.'
    else:
        hint = f"Write {usage(operation)}"
    return InvalidArguments(f"{name} was not called, its arguments do not fit: {text}", hint=hint, operation=name)


def _loose(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _parsed(text: str) -> Value:
    """Read a body that was given as JSON text, where it is an object."""
    try:
        found: Value = from_json(text)
    except ValueError:
        return text
    return cast("Value", found) if isinstance(found, dict) else text


def _mended(value: Value, kinds: set[str]) -> Value:
    """Give a parameter's value the type its schema wants, where there is only one way to."""
    if isinstance(value, str):
        return value if not kinds or "string" in kinds else _from_text(value, kinds)
    if isinstance(value, bool | int | float):
        return _from_scalar(value, kinds)
    return value


def _from_scalar(value: float, kinds: set[str]) -> Value:
    if isinstance(value, float) and value.is_integer() and kinds & {"integer", "string"}:
        value = int(value)
    if kinds and kinds <= {"string", "null"}:
        return str(value).lower()
    return [value] if kinds and kinds <= {"array", "null"} else value


def _from_text(text: str, kinds: set[str]) -> Value:
    if kinds & {"integer", "number"} and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if "number" in kinds and re.fullmatch(r"-?\d{1,18}(\.\d{1,18})?([eE][+-]?\d{1,2})?", text):
        return float(text)
    if "boolean" in kinds and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return [text] if kinds <= {"array", "null"} and "," not in text else text


def _plain(value: Value, path: Path, blobs: set[Path], unseen: set[Path]) -> tuple[Value, tuple[Path, str] | None]:
    """Give `value` as a validator takes it, bytes as an empty text and noted; and the first thing that is no JSON."""
    if isinstance(value, bytes | Unseen):
        (unseen if isinstance(value, Unseen) else blobs).add(path)
        return (None if isinstance(value, Unseen) else ""), None
    if isinstance(value, float) and not isfinite(value):
        return None, (path, "is NaN or infinite, which JSON has no way to say")
    if not isinstance(value, dict | list):
        return value, None
    if len(path) > _MAX_DEPTH:
        return None, (path[:4], f"is nested more than {_MAX_DEPTH} levels deep")
    held = cast("dict[str, Value] | list[Value]", value)
    parts: dict[str | int, Value] = {}
    for key, item in held.items() if isinstance(held, dict) else enumerate(held):
        parts[key], bad = _plain(item, (*path, key), blobs, unseen)
        if bad:
            return None, bad
    return (parts if isinstance(held, dict) else list(parts.values())), None
