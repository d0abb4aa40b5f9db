"""Draws values from a schema of a document: small, deterministic, and without a line of Keyhole's own code.

What is drawn is only proposed: whoever uses it asks a validator (`jsonschema`) whether it is valid.
"""

from __future__ import annotations

import re
import re._constants as ops
import re._parser as parser
import string
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS = {
    "date-time": "2026-01-02T03:04:05Z", "date": "2026-01-02", "time": "03:04:05Z", "email": "a.b@example.com", "uuid": "123e4567-e89b-42d3-a456-426614174000",
    "uri": "https://example.com/a?b=c", "url": "https://example.com/a", "uri-reference": "/a/b", "hostname": "a.example.com", "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1", "byte": "aGVsbG8=", "snowflake": "175928847299117063", "nonce": "25", "timestamp": "2026-01-02T03:04:05Z", "ip": "192.0.2.1",
    "ipv4-cidr": "192.0.2.0/24", "date-time-rfc-2822": "Fri, 02 Jan 2026 03:04:05 +0000", "uri-template": "https://example.com/a", "duration": "P1D",
    "phone-number": "+15005550006", "http-method": "GET", "iso-country-code": "DE", "decimal": "1.5", "regex": "a+", "binary": "bytes", "int64": "12",
}  # fmt: skip
TRICKY = ["plain", "a b", "x&y=z", "50% + 1", "ünï/cødé", 'quote"s', "#hash?", "semi;colon", "a,b"]
_DEPTH = 12
_SAFE = 2**53 - 1
"""The largest integer of a program (ECMAScript's MAX_SAFE_INTEGER)."""


class UndrawableError(Exception):
    """No value can be proposed; the text says why."""


class Drawing:
    """One run of proposals over one document (OpenAPI 3.x, parsed). `pick` says which alternative and which enum value."""

    def __init__(
        self,
        root: dict[str, Any],
        *,
        full: bool,
        pick: int = 0,
        tricky: bool = False,
        visible: bool = False,
        allows_null: Callable[[Any], bool] | None = None,
    ) -> None:
        self.root, self.full, self.pick, self.tricky, self.allows_null = root, full, pick, tricky, allows_null
        self.visible = visible  # in a form and in a query, nothing can be seen of an empty list or object
        self.widest = 1
        self.has_nullable = False
        self.count = 0

    def resolved(self, schema: Any) -> dict[str, Any]:
        for _ in range(50):
            if not isinstance(schema, dict):
                return {}
            ref = schema.get("$ref")
            if not isinstance(ref, str):
                return schema
            found: Any = self.root
            for part in ref.removeprefix("#/").split("/"):
                found = found[int(part)] if isinstance(found, list) else found[_unescaped(part)]
            others = {key: value for key, value in schema.items() if key != "$ref"}
            # Beside a $ref other keywords count in 3.1 alone.
            schema = {"allOf": [found], **others} if others and self.root["openapi"].startswith("3.1") else found
        return {}

    def flat(self, schema: Any, seen: tuple[int, ...] = ()) -> dict[str, Any]:
        """Give a schema with its `allOf` merged in and one alternative of each `oneOf` and `anyOf` chosen."""
        found = self.resolved(schema)
        if id(found) in seen or len(seen) > 30:
            raise UndrawableError("it holds itself")
        seen = (*seen, id(found))
        out = {
            key: value for key, value in found.items() if key not in ("allOf", "oneOf", "anyOf", "not", "discriminator")
        }
        for member in found.get("allOf", ()):
            _merge(out, self.flat(member, seen))
        for keyword in ("oneOf", "anyOf"):
            members = [one for one in found.get(keyword, ()) if self.resolved(one).get("type") != "null"]
            if members:
                self.widest = max(self.widest, len(members))
                chosen = members[self.pick % len(members)]
                _merge(out, self.flat(chosen, seen))
                _discriminate(out, found.get("discriminator"), chosen)
        return out

    def value(self, schema: Any, depth: int = 0, name: str = "") -> Any:
        """Propose a value."""
        if depth > _DEPTH:
            raise UndrawableError("it is nested too deep")
        found = self.flat(schema)
        if "const" in found:
            return found["const"]
        if found.get("enum"):
            options = [one for one in found["enum"] if one is not None] or [None]
            return options[self.pick % len(options)]
        kind = self._kind(found)
        return {
            "object": self._object, "array": self._array, "string": self._string, "integer": self._integer, "number": self._number,
            "boolean": lambda *_: self.pick % 2 == 0, "null": lambda *_: None, "": lambda *_: "anything",
        }[kind](found, depth)  # fmt: skip

    def is_nullable(self, schema: Any) -> bool:
        found = self.resolved(schema)
        if (
            found.get("nullable") is True
            or found.get("type") == "null"
            or (isinstance(found.get("type"), list) and "null" in found["type"])
        ):
            return not found.get("enum") or None in found["enum"]
        return any(self.resolved(one).get("type") == "null" for key in ("oneOf", "anyOf") for one in found.get(key, ()))

    def _kind(self, found: dict[str, Any]) -> str:
        kind = found.get("type")
        if isinstance(kind, list):
            kinds = [one for one in kind if one != "null"] or ["null"]
            self.widest = max(self.widest, len(kinds))
            kind = kinds[self.pick % len(kinds)]
        if kind:
            return kind
        if "properties" in found or "additionalProperties" in found or "required" in found:
            return "object"
        return (
            "array"
            if "items" in found
            else "string"
            if {"pattern", "minLength", "maxLength", "format"} & set(found)
            else ""
        )

    def _object(self, found: dict[str, Any], depth: int) -> dict[str, Any]:
        out = self._fields(found, depth)
        if self.visible and not out and not self.full:
            self.full = True
            out = self._fields(found, depth)
            self.full = False
        return out

    def _fields(self, found: dict[str, Any], depth: int) -> dict[str, Any]:
        out: dict[str, Any] = {}
        required = found.get("required", [])
        required = required if isinstance(required, list) else []
        least = found.get("minProperties", 0)
        for name, schema in found.get("properties", {}).items():
            if self._is_read_only(schema):
                continue
            needed = name in required or (
                not self.full and len(out) < least - len([one for one in required if one not in out])
            )
            if not needed and (not self.full or depth > 4):
                continue
            try:
                if self.is_nullable(schema):
                    self.has_nullable = True
                    if self.allows_null and self.allows_null(schema):
                        out[name] = None
                        continue
                out[name] = self.value(schema, depth + 1, name)
            except UndrawableError:
                if needed:
                    raise
        extra = found.get("additionalProperties")
        for name in required:
            if name not in out and name not in found.get("properties", {}):
                out[name] = self.value(extra if isinstance(extra, dict) else {}, depth + 1, name)
        if extra is not False and (self.full or len(out) < least) and not found.get("properties"):
            for index in range(max(least - len(out), 1)):
                out[f"key{index}"] = self.value(
                    extra if isinstance(extra, dict) and extra else {"type": "string"}, depth + 1
                )
        return out

    def _is_read_only(self, schema: Any) -> bool:
        found = self.resolved(schema)
        return found.get("readOnly") is True or any(
            self.resolved(one).get("readOnly") is True for one in found.get("allOf", ())
        )

    def _array(self, found: dict[str, Any], depth: int) -> list[Any]:
        least = max(found.get("minItems", 0), int(self.visible))
        size = max(least, 2 if self.full and depth < 3 else 0)
        size = min(size, found.get("maxItems", size))
        out: list[Any] = []
        before = self.pick
        for _ in range(size):
            try:
                item = self.value(found.get("items", {}), depth + 1)
            except UndrawableError:
                if len(out) < least:
                    raise
                break
            if item not in out or not found.get("uniqueItems"):
                out.append(item)
            if len(out) < size and found.get("uniqueItems"):
                self.pick += 1
        self.pick = before
        return out

    def _string(self, found: dict[str, Any], _: int) -> str:
        least, most = found.get("minLength", 0), found.get("maxLength")
        self.count += 1
        if pattern := found.get("pattern"):
            for repeats in (1, 2, 3, 8, 16):
                text = from_pattern(pattern, repeats, self.pick)
                if text is not None and len(text) >= least and (most is None or len(text) <= most):
                    return text
            for key in ("example", "default"):
                if isinstance(found.get(key), str):
                    return found[key]
            if text is None:
                raise UndrawableError(f"no text is drawn from the pattern {pattern}")
        if (kind := found.get("format")) in FORMATS:
            return FORMATS[kind]
        text = TRICKY[(self.count + self.pick) % len(TRICKY)] if self.tricky and not kind else "text"
        if len(text) < least:
            text += "x" * (least - len(text))
        return text if most is None else text[:most]

    def _integer(self, found: dict[str, Any], depth: int) -> int:
        return int(self._number(found, depth, whole=True))

    def _number(self, found: dict[str, Any], _: int, *, whole: bool = False) -> float:
        low, high = (
            None if bound is None or abs(bound) > _SAFE else bound
            for bound in (found.get("minimum"), found.get("maximum"))
        )
        step = found.get("multipleOf") or (1 if whole else 0.5)
        if (edge := found.get("exclusiveMinimum")) not in (None, False):
            low = (low if edge is True else edge) + step
        if (edge := found.get("exclusiveMaximum")) not in (None, False):
            high = (high if edge is True else edge) - step
        if low is None:
            low = min(high, 0 if self.pick % 2 else 7) if high is not None else 7 if not self.pick % 2 else 0
        value = low if self.pick % 3 != 2 or high is None else high
        return value if whole and isinstance(value, int) and not value % step else -(-value // step) * step


def _discriminate(out: dict[str, Any], discriminator: Any, chosen: dict[str, Any]) -> None:
    """Say in the property of the discriminator which alternative was chosen."""
    ref = chosen.get("$ref")
    if isinstance(discriminator, dict) and isinstance(ref, str):
        mapping = discriminator.get("mapping", {})
        value = next((key for key, target in mapping.items() if target == ref), ref.rpartition("/")[2])
        name = discriminator["propertyName"]
        out["properties"] = {**out.get("properties", {}), name: {"const": value}}
        out["required"] = [*out.get("required", []), name]


def _merge(into: dict[str, Any], other: dict[str, Any]) -> None:
    for key, value in other.items():
        if key == "properties":
            both = dict(into.get("properties", {}))
            for name, schema in value.items():
                both[name] = {"allOf": [both[name], schema]} if name in both and both[name] != schema else schema
            into[key] = both
        elif key == "required" and isinstance(value, list):
            into[key] = [*into.get(key, []), *(one for one in value if one not in into.get(key, []))]
        elif key == "enum" and "enum" in into:
            into[key] = [one for one in into[key] if one in value]
        elif key in ("minLength", "minItems", "minimum", "minProperties") and key in into:
            into[key] = max(into[key], value)
        elif key in ("maxLength", "maxItems", "maximum", "maxProperties") and key in into:
            into[key] = min(into[key], value)
        elif key == "items" and "items" in into and into[key] != value:
            into[key] = {"allOf": [into[key], value]}
        elif key == "const" and "enum" in into:
            continue
        elif key not in into or (key == "type" and value != "object"):
            into[key] = value


def _unescaped(part: str) -> str:
    from urllib.parse import unquote

    return unquote(part).replace("~1", "/").replace("~0", "~")


def from_pattern(pattern: str, repeats: int = 1, pick: int = 0) -> str | None:
    """Give a text that a regular expression matches, or None. `repeats` is what an open repetition is drawn out to."""
    try:
        tree = parser.parse(
            re.sub(
                r"\\p\{[^}]*\}",
                "a",
                pattern.replace("\\/", "/").replace("(?<", "(?P<").replace("(?P<=", "(?<=").replace("(?P<!", "(?<!"),
            )
        )
        text = "".join(_drawn(op, argument, repeats, pick) for op, argument in tree)
        return text if re.search(tree.state.str if isinstance(tree.state.str, str) else pattern, text) else None
    except (re.error, KeyError, ValueError, OverflowError):
        return None


_CLASSES = {
    ops.CATEGORY_DIGIT: "7",
    ops.CATEGORY_WORD: "w",
    ops.CATEGORY_SPACE: " ",
    ops.CATEGORY_NOT_SPACE: "s",
    ops.CATEGORY_NOT_DIGIT: "d",
    ops.CATEGORY_NOT_WORD: "-",
}


def _drawn(op: Any, argument: Any, repeats: int, pick: int) -> str:  # noqa: PLR0911  (one kind of node after another)
    if op is ops.LITERAL:
        return chr(argument)
    if op is ops.NOT_LITERAL:
        return "n" if argument != ord("n") else "m"
    if op is ops.ANY:
        return "y"
    if op is ops.IN:
        return _one_of(argument, pick)
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
        low, high, inner = argument
        times = min(max(low, repeats), 4000 if high is ops.MAXREPEAT else high)
        return "".join(_drawn(one, each, repeats, pick) for _ in range(times) for one, each in inner)
    if op is ops.SUBPATTERN:
        return "".join(_drawn(one, each, repeats, pick) for one, each in argument[3])
    if op is ops.BRANCH:
        options = argument[1]
        return "".join(_drawn(one, each, repeats, pick) for one, each in options[pick % len(options)])
    if op in (ops.AT, ops.ASSERT, ops.ASSERT_NOT):
        return ""
    raise KeyError(op)


def _one_of(members: list[Any], pick: int) -> str:
    if members[0][0] is ops.NEGATE:
        plain = [
            one
            for one in string.ascii_letters + string.digits + "-_ "
            if not any(_holds(member, one) for member in members[1:])
        ]
        return plain[pick % min(len(plain), 3)]
    kind, argument = members[pick % len(members)]
    if kind is ops.LITERAL:
        return chr(argument)
    if kind is ops.RANGE:
        return chr(min(argument[0] + pick % 3, argument[1]))
    return _CLASSES[argument]


def _holds(member: Any, char: str) -> bool:
    kind, argument = member
    if kind is ops.LITERAL:
        return ord(char) == argument
    if kind is ops.RANGE:
        return argument[0] <= ord(char) <= argument[1]
    return (
        re.match(
            {ops.CATEGORY_DIGIT: r"\d", ops.CATEGORY_WORD: r"\w", ops.CATEGORY_SPACE: r"\s"}.get(argument, "."), char
        )
        is not None
    )
