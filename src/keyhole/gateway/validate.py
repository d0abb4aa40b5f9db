"""Checks a call's arguments against its operation before anything is sent, and puts them where they belong.

All problems of a call are told at once. What the schema leaves no doubt about is mended (`mending.py`), and a body's
field may be given flat.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from itertools import islice
from math import isfinite
from typing import TYPE_CHECKING, Any, cast

from keyhole.catalog.declare import usage
from keyhole.catalog.naming import loose
from keyhole.errors import InvalidArguments
from keyhole.gateway.mending import Notes, Speller, at, causes, mended, misfit, parsed, put, timely, wildcard
from keyhole.gateway.problems import MAX_ERRORS, Problem, Teller, alike, kind_text, missing_one, quoted, shown
from keyhole.gateway.rules import rules_of
from keyhole.gateway.uploads import named_files
from keyhole.value import File, Unseen, is_large

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from jsonschema_rs import Draft202012Validator, ValidationError

    from keyhole.catalog.call import Call, Result
    from keyhole.catalog.operation import Operation, Parameter
    from keyhole.gateway.decision import Next
    from keyhole.gateway.problems import Path
    from keyhole.value import Value

_TOLD = 12
_PASSES = 3
_MAX_MENDED = 500
_MAX_DEPTH = 100


class Validate:
    """The gateway step: passes the call on with its arguments checked and mended, or raises InvalidArguments.

    `holds` says whether the program can open a file of a name.
    """

    def __init__(self, notes: Notes | None = None, holds: Callable[[str], Awaitable[bool]] | None = None) -> None:
        self._notes = notes
        self._holds = holds

    async def __call__(self, call: Call, next: Next) -> Result:  # noqa: A002  (the onion's word)
        """Check, then pass on."""
        if is_large(call.arguments):  # on a thread: other runs must not wait
            given = await asyncio.to_thread(checked, call.operation, call.arguments, self._notes)
        else:
            given = checked(call.operation, call.arguments, self._notes)
        if "body" in given and not call.operation.ad_hoc:
            await self._files(call.operation, given)
        return await next(replace(call, arguments=given))

    async def _files(self, operation: Operation, given: Mapping[str, Value]) -> None:
        body = rules_of(operation, _content_type(operation, given)).signature.body
        for where in await named_files(operation, body, given["body"], self._holds) if body else ():
            if self._notes is not None:
                self._notes.add("file", where)


def checked(operation: Operation, arguments: Mapping[str, Value], notes: Notes | None = None) -> dict[str, Value]:
    """Give the arguments by their exact names, mended where that is certain, the body under `body`.

    `notes` are told of what was mended. Raises InvalidArguments with every problem; then nothing has been sent.
    """
    if operation.ad_hoc:
        return _ad_hoc(operation, arguments)
    check = Check(operation, arguments)
    check.sort(arguments)
    check.require()
    check.values()
    if check.told:
        raise refusal(operation, check.told)
    if notes is not None:
        for kind, what in check.notes:
            notes.add(kind, what)
    return check.given


class Check:
    """One check of one call's arguments; `told` holds what is wrong with them, `given` what is sent."""

    def __init__(self, operation: Operation, arguments: Mapping[str, Value]) -> None:
        self.operation = operation
        self.rules = rules_of(operation, _content_type(operation, arguments))
        self.given: dict[str, Value] = {}
        self.told: list[Problem] = []
        self.notes: list[tuple[str, str]] = []
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
                self._spelt(name, exact)
            elif name == "body" and body is not None:
                if value is not None or body.required or self._null_is_a_body():
                    self.given["body"] = value
            elif (field := self._field(name)) is not None:
                self._lifted[field] = value
                self._spelt(name, field)
            else:
                self.unknown.append(name)
        self._lift()

    def _spelt(self, given: str, known: str) -> None:
        if given.rpartition(".")[2] != known.rpartition(".")[2]:
            self.notes.append(("name", f"{given[:60]} → {known}"))

    def _parameter(self, name: str, arguments: Mapping[str, Value]) -> str | None:
        if name in self.rules.parameters:
            return name
        if name == "body" or name in self.rules.fields:
            return None
        alike = self.rules.loose.get(loose(name), [])
        return alike[0] if len(alike) == 1 and alike[0] not in arguments else None

    def _field(self, name: str) -> str | None:
        if name in self.rules.fields:
            return name
        alike = self.rules.loose_fields.get(loose(name), [])
        return alike[0] if len(alike) == 1 else None

    def _lift(self) -> None:
        body = self.rules.signature.body
        current = self.given.get("body")
        if isinstance(current, str) and body and self.rules.body_is_object and "json" in body.content_type:
            current = self.given["body"] = parsed(current)
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
                    self.told.append(
                        Problem((name,), "is given twice, flat and in body, with different values", "argument")
                    )
            self.given["body"] = {**self._lifted, **fields}
        else:
            self.told.append(
                Problem((next(iter(self._lifted)),), f"is a field of body, but body is {shown(current)}", "argument")
            )

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
            if near:
                self.unknown.remove(near[0])
            what = f"{'null' if given else 'missing'}{kind}"
            self.told.append(missing_one((one.name,), what, near[0] if near else ""))
        strays = [self.stray(name) for name in self.unknown]
        body = signature.body
        known = self._offered or (strays and self.rules.fields)  # then those lines say what the body wants
        if body and body.required and "body" not in self.given and not known:
            fields = ", ".join(quoted(name) for name in self._telling_fields())
            what = f"is missing{f', with fields such as {fields}' if fields else ''}"
            self.told.append(Problem(("body",), what, "missing"))
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

    def stray(self, name: str) -> Problem:
        """Tell of an argument that there is not."""
        known = [*self.rules.parameters, *(["body"] if self.rules.signature.body else [])]
        near = alike(name, [*known, *self.rules.fields])
        if near:
            written = [one if one in known else f"body.{one}" for one in near]
            self._offered.update(written)
            offer = " or ".join(quoted(one) for one in written)
            return Problem((name,), f"is no argument: did you mean {offer}?", "unknown", offers=True)
        if self.rules.body_is_object and not self.rules.fields:
            return Problem((name,), "is no argument; if it is a field of the body, put it under `body`", "unknown")
        listed = ", ".join(quoted(one) for one in known[:12])
        if self.rules.fields:
            listed += f", with fields such as {', '.join(quoted(one) for one in self._telling_fields())}"
        there = f"there are {listed}" if known else "there are none"
        return Problem((name,), f"is no argument; {there}", "unknown")

    def values(self) -> None:
        """Mend and check the values."""
        signature = self.rules.signature
        speller = Speller(signature.schemas, self._spelt)
        for name in list(self.given):
            if name in self.rules.parameters:
                schema: Any = self.rules.parameters[name].schema
                if not isinstance(self.given[name], dict):
                    self.given[name], kind = mended(self.given[name], self.rules.kinds(schema))
                    self.notes += [(kind, name)] if kind else []
            elif signature.body:
                schema = signature.body.schema
            else:
                continue
            if isinstance(self.given[name], dict | list):
                self.given[name] = speller.spelt(self.given[name], schema, () if name == "body" else (name,))
            self._check(name, schema)

    def _check(self, name: str, schema: Any) -> None:
        blobs: set[Path] = set()
        unseen: set[Path] = set()
        plain, bad = _plain(self.given[name], (), blobs, unseen)
        if bad:
            self.told.append(Problem((name, *bad[0]), bad[1]))
            return
        validator = self.rules.validator(name, schema)
        if validator is None or _holds(validator, plain):
            return
        large = is_large(plain)
        if not large and (plain_again := self._typed(name, plain, validator)) is not None:
            plain = plain_again
        teller = Teller(name, schema, self.rules.signature.schemas, blobs, unseen)
        told = teller.problems(validator, plain, first=large)
        # What is missing because its name is misspelt has been said.
        self.told += [one for one in told if one.kind != "missing" or one.where not in self._offered]

    def _typed(self, name: str, plain: Value, validator: Draft202012Validator) -> Value | None:
        """Give the values deeper down the types that they lack; None where that is not what is wrong."""
        before = plain
        for _ in range(_PASSES):
            changed = False
            found = (one for error in _errors(validator, plain) for one in causes(error))
            for error in islice(found, _MAX_MENDED):
                path: Path = tuple(error.instance_path)
                value = at(self.given[name], path)
                new, kind = mended(value, misfit(error)) if path or name != "body" else (value, "")
                if not kind:
                    new, kind = timely(value, error)
                again = put(plain, path, new) if kind else plain
                if kind and not (isinstance(value, dict) and _errs_below(validator, again, path)):
                    self.given[name], plain = put(self.given[name], path, new), again
                    self.notes.append((kind, wildcard(name, path)))
                    changed = True
            if not changed:
                break
        return None if plain is before else plain


def _holds(validator: Draft202012Validator, value: Value) -> bool:
    try:
        return validator.is_valid(value)
    except ValueError:  # the validator's own bounds: it is told with the problems
        return False


def _errors(validator: Draft202012Validator, value: Value) -> Iterator[ValidationError]:
    try:
        yield from validator.iter_errors(value)
    except ValueError:
        return


def _errs_below(validator: Draft202012Validator, value: Value, path: Path) -> bool:
    """Say whether something at a path, or deeper, is wrong."""
    return any(tuple(error.instance_path)[: len(path)] == path for error in _errors(validator, value))


def chooses_content_type(operation: Operation, name: str) -> bool:
    """Say whether an argument of this name says which of several bodies the operation is sent."""
    body = operation.signature.body
    return body is not None and bool(body.others) and loose(name) == "contenttype"


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
        Problem((name,), "is no argument of a request; there are `query`, `headers` and `body`", "unknown")
        for name in arguments
        if name not in ("query", "headers", "body")
    ]
    for name in ("query", "headers"):
        value = arguments.get(name)
        if value is not None and not isinstance(value, dict):
            told.append(
                Problem(
                    (name,), f"is {shown(value)}, but must be an object of names and values", "argument", offers=True
                )
            )
    if told:
        raise refusal(operation, told)
    return {name: value for name, value in arguments.items() if value is not None or name == "body"}


def refusal(operation: Operation, told: list[Problem]) -> InvalidArguments:
    """Make the error that says all of `told`, and how the operation is called."""
    once = _alike(told)
    more = [f"… and {len(once) - _TOLD} more"] if len(once) > _TOLD else []
    lines = [*list(once.values())[:_TOLD], *more]
    text = lines[0] if len(lines) == 1 else "".join(f"\n- {line}" for line in lines)
    name, first = operation.qualified, next(iter(once))
    if all(map(_is_deep, once)):
        inner = f'{{path: "body.{first.path[1]}"}}'
        hint = f'Mend that and call {name} again; `await describe("{operation.name}", {inner})` shows more.'
    elif all(one.offers for one in once):
        hint = f'Mend that and call {name} again; `await describe("{operation.name}")` shows its arguments.'
    else:
        hint = f"Write {usage(operation)}"
    at = (first.meant, *(str(step) for step in first.path[:2]))
    message = f"{name} was not called, its arguments do not fit: {text}"
    return InvalidArguments(message, hint=hint, operation=name, at=at)


def _is_deep(problem: Problem) -> bool:
    """Say whether a problem is within a field of the body that a program can name."""
    first, *below = problem.path
    return first == "body" and len(below) > 1 and re.fullmatch(r"\w+", str(below[0])) is not None


def _alike(told: list[Problem]) -> dict[Problem, str]:
    """Give what is said of each problem: what is wrong with many members of a list alike is told of the first."""
    groups: dict[Problem, list[Problem]] = {}
    for one in dict.fromkeys(told):
        anywhere = tuple("[]" if isinstance(step, int) else step for step in one.path)
        groups.setdefault(replace(one, path=anywhere), []).append(one)
    return {
        same[0]: str(same[0])
        + (f"; so in {len(same) - 1}{'+' * (len(same) >= MAX_ERRORS)} more" if len(same) > 1 else "")
        for same in groups.values()
    }


def _plain(value: Value, path: Path, blobs: set[Path], unseen: set[Path]) -> tuple[Value, tuple[Path, str] | None]:
    """Give `value` as a validator takes it, bytes as an empty text and noted; and the first thing that is no JSON."""
    if isinstance(value, bytes | File | Unseen):
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
