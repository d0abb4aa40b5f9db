"""Schemas as TypeScript types, cut where they get deep or wide: named in a comment, and the type stays valid."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from keyhole.catalog.discriminator import discriminator_of, parted, told
from keyhole.catalog.telling import rank
from keyhole.catalog.wording import IDENTIFIER, SKIPPED, brief, comment, hint, key, literal, note

if TYPE_CHECKING:
    from keyhole.catalog.schema import Schemas

Schema = dict[str, Any]
Alias = Callable[[str], str | None]
"""Gives the name under which what a `$ref` points at is declared elsewhere, or None."""

NO_TEXT = 1
"""For `Cut.text`: no descriptions, but what is long has a line a property."""
_LITERAL = r'"(?:[^"\\]|\\.)*"'
_PLAIN = {"integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_MAX_KEY = 80
_JOINED = 6
_HINTED = 14
_MAX_FORMS = 40
_FORMS_READ = 12
_FLAT = 200
_MAX_STACK = 40
_MAX_TUPLE = 8
_ONE_LINE = 100
_NO_WORD = frozenset({"description", "title"})


class TooLarge(Exception):  # noqa: N818  (never leaves this room: the next smaller cut is tried)
    """The type grew over its bound of characters."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How much of a type is shown: levels of objects, properties of an object, enum values, text of a property.

    `named` says how many of the properties that are not shown are named; `said` how long a description may be that is
    told, whole, where there is no text.
    """

    depth: int
    width: int
    values: int
    text: int = 0
    named: int = 6
    said: int = 0


class Printer:
    """Prints one type. `request` decides whether read-only or write-only properties are left out.

    `alias` may give a name for what a `$ref` points at: then the name is printed, and declared elsewhere.
    """

    def __init__(
        self,
        schemas: Schemas,
        cut: Cut,
        *,
        request: bool,
        bound: int = 40_000,
        alias: Alias | None = None,
    ) -> None:
        self._alias = alias
        self._request = request
        self._schemas = schemas
        self._cut = cut
        self._hidden = "readOnly" if request else "writeOnly"
        self._room = bound

    def type(self, schema: Any, depth: int | None = None, stack: tuple[str, ...] = (), indent: str = "") -> str:
        """Print `schema`. Raises TooLarge beyond the bound."""
        depth = self._cut.depth if depth is None else depth
        ref = cast("Schema", schema).get("$ref") if isinstance(schema, dict) else None
        if isinstance(ref, str):
            if ref in stack or len(stack) > _MAX_STACK:
                return f"unknown /*{comment(self._schemas.name(ref), 40)}*/"
            if self._alias and (name := self._alias(ref)):
                return name
            stack = (*stack, ref)
        elif len(stack) > _MAX_STACK:
            return "unknown"
        found = self._schemas.resolve(schema)
        text = self._of(found, depth, stack if isinstance(ref, str) else (*stack, ""), indent)
        if (found.get("nullable") is True or found.get("x-nullable") is True) and text != "unknown":
            text = union([text, "null"])
        self._room -= len(text) if "{" not in text else 8
        if self._room < 0:
            raise TooLarge
        return text

    def members(
        self,
        rows: list[tuple[str, bool, Any]],
        depth: int,
        stack: tuple[str, ...] = (),
        indent: str = "",
        *,
        others: bool = False,
    ) -> str:
        """Print an object type of (name, required, schema) rows: required ones first, the rest as the cut allows.

        `others` says that names of the caller's own may be added.
        """
        shown, hidden = self._chosen(rows)
        inner = f"{indent}  "
        parts: list[str] = []
        for name, required, schema in shown:
            # What an envelope holds is shown as if there were no envelope.
            deep = not self._request and depth == self._cut.depth and rank(name) == 0
            written = self.type(schema, depth - (not deep), stack, inner)
            text = f"{key(name)}{'' if required else '?'}: {written}"
            parts.append(self._explained(text, schema))
        if others:
            parts.append(f"[name: string]: unknown{';' if self._cut.text else ''}")
        rest = ""
        if hidden:
            rest = f"/* {_listed([row[0] for row in hidden], self._cut.named)} */"
        if not self._cut.text or (parts and _is_short(parts)):
            body = "; ".join(part.removesuffix(";") for part in parts)
            return "{ " + body + (" " if rest and body else "") + rest + " }" if body or rest else "{}"
        lines = [f"{inner}{line}" for line in [*parts, *([rest] if rest else [])]]
        return "{\n" + "\n".join(lines) + f"\n{indent}}}"

    def _chosen(self, rows: list[tuple[str, bool, Any]]) -> tuple[list[Any], list[Any]]:
        """Part the rows into those shown and those only named."""
        width = self._cut.width
        if not self._request and len(rows) > width:
            rows = sorted(rows, key=lambda row: rank(row[0]))
        elif self._request:
            rows = sorted(rows, key=lambda row: (not row[1], self._is_deprecated(row[2])))
            needed = sum(1 for row in rows if row[1] or row[0] == "body")
            width = max(width, min(needed, 3 * width + 8))
        return rows[:width], rows[width:]

    def _explained(self, text: str, schema: Any) -> str:
        """With descriptions on, end the member's line with its text; without, say in a word what is deprecated."""
        own = cast("Schema", schema) if isinstance(schema, dict) else {}
        found = self._schemas.resolve(schema)
        if self._cut.text <= NO_TEXT:
            if self._request:
                kind = "deprecated" if self._is_deprecated(schema) else ""
                looks = kind or (hint(found) if self._cut.width >= _HINTED else "")
                said = "; ".join(filter(None, (looks, brief({**found, **own}, self._cut.said))))
                text = f"{text} /*{said}*/" if said else text  # without the blanks of what is cut
            return f"{text};" if self._cut.text else text
        told = {name: own[name] for name in ("description", "deprecated") if name in own}
        notes = note({**found, **told}, self._cut.text, request=self._request)
        first, newline, rest = text.partition("\n")
        line = f" // {notes}" if notes else ""
        return f"{first}{line}{newline}{rest};" if newline else f"{first};{line}"

    def _of(self, schema: Schema, depth: int, stack: tuple[str, ...], indent: str) -> str:  # noqa: PLR0911 (one a case)
        values = schema.get("enum")
        if isinstance(values, list) and values:
            return self._values(cast("list[Any]", values))
        if "const" in schema:
            return literal(schema["const"])
        kinds = schema.get("type")
        if isinstance(kinds, list):
            each = [self._of({**schema, "type": kind}, depth, stack, indent) for kind in cast("list[Any]", kinds)[:7]]
            return union(each) if each else "unknown"
        if kinds == "array" or (kinds is None and isinstance(schema.get("items"), dict)):
            return self._list(schema, depth, stack, indent)
        if kinds == "file" or (kinds == "string" and schema.get("format") == "binary"):
            return "Uint8Array"
        if isinstance(kinds, str) and kinds in _PLAIN:
            return _PLAIN[kinds]
        if written := self._chosen_form(schema, depth, stack, indent):
            return written
        if kinds == "string":
            return "string"
        return self._object(schema, depth, stack, indent)

    def _chosen_form(self, schema: Schema, depth: int, stack: tuple[str, ...], indent: str) -> str:
        """Print a schema that is one of several; empty where it is not."""
        composed = any(keyword in schema for keyword in ("allOf", "oneOf", "anyOf"))
        if composed and (found := self._schemas.alternatives(schema)):
            return self._options(schema, found, depth, stack, indent)
        kind = discriminator_of(schema, self._schemas) if depth > 0 and stack and stack[-1] else None
        parts = parted(stack[-1], kind, self._schemas) if kind else None
        if parts is None:
            return ""
        base, options = parts
        return self._options({**base, "oneOf": options}, ("oneOf", list(options), {}), depth, stack, indent)

    def _list(self, schema: Schema, depth: int, stack: tuple[str, ...], indent: str) -> str:
        items, prefix = schema.get("items"), schema.get("prefixItems")
        if isinstance(items, list):  # a tuple of older drafts
            prefix, items = cast("list[Any]", items), None
        if not isinstance(prefix, list) or not prefix or len(cast("list[Any]", prefix)) > _MAX_TUPLE:
            return _array(self.type(items, depth, stack, indent))
        each = [self.type(item, depth, stack, indent) for item in cast("list[Any]", prefix)]
        rest = [f"...{_array(self.type(cast('Any', items), depth, stack, indent))}"] if isinstance(items, dict) else []
        return f"[{', '.join([*each, *rest])}]"

    def _object(self, schema: Schema, depth: int, stack: tuple[str, ...], indent: str) -> str:
        properties = self._schemas.properties(schema)
        if properties:
            hidden = {name for name, value in properties.items() if self._is_hidden(value)}
            if depth <= 0:
                needed = self._schemas.required(schema)
                names = [name for name in properties if name not in hidden]
                names.sort(key=(lambda name: name not in needed) if self._request else rank)
                return f"{{ /* {_listed(names, self._cut.named)} */ }}"
            if "allOf" in schema and stack and stack[-1]:
                properties = told(properties, schema, stack[-1], self._schemas)
            required = self._schemas.required(schema)
            if self._request:
                required -= self._schemas.waived(schema)
            if required & hidden:
                required -= {"id"}  # as in slice: the list was written for the other direction
            rows = [(name, name in required, value) for name, value in properties.items() if name not in hidden]
            return self.members(rows, depth, stack, indent, others=self._has_more(schema))
        parts = schema.get("allOf")
        if isinstance(parts, list) and len(stack) < 30:
            written = [self.type(part, depth, stack, indent) for part in cast("list[Any]", parts)[:4]]
            telling = [text for text in dict.fromkeys(written) if text not in ("unknown", "Record<string, unknown>")]
            if telling:
                return telling[0]
        extra = schema.get("additionalProperties")
        if not isinstance(extra, dict) and isinstance(patterns := schema.get("patternProperties"), dict):
            extra = next(iter(cast("Schema", patterns).values()), None)
        if isinstance(extra, dict) and extra:
            return (
                f"Record<string, {self.type(cast('Any', extra), depth - 1, stack, indent) if depth > 0 else 'unknown'}>"
            )
        return "Record<string, unknown>" if schema.get("type") == "object" else "unknown"

    def _is_deprecated(self, schema: Any) -> bool:
        own = cast("Schema", schema).get("deprecated") if isinstance(schema, dict) else None
        return own is True or self._schemas.resolve(schema).get("deprecated") is True

    def _has_more(self, schema: Schema) -> bool:
        """Say whether an object takes names of the caller's own: a bare `{}` or `{type: object}` does not say so."""
        extra = schema.get("additionalProperties")
        kind = cast("Schema", extra).get("type", "object") if isinstance(extra, dict) and extra else "object"
        return self._request and (kind != "object" or (isinstance(extra, dict) and "$ref" in extra))

    def _is_hidden(self, schema: Schema) -> bool:
        return schema.get(self._hidden) is True or self._schemas.resolve(schema).get(self._hidden) is True

    def _options(
        self,
        schema: Schema,
        found: tuple[str, list[Any], Schema],
        depth: int,
        stack: tuple[str, ...],
        indent: str,
    ) -> str:
        """Print the alternatives of `schema`: keyword, members, and the part of it that has them."""
        _, members, owner = found
        # Alternatives that only say what is required together are no types of their own; one that says nothing is any.
        options = [
            option
            for option in members
            if not (said := set(self._schemas.resolve(option)) - _NO_WORD) or said - {"required", "not"}
        ]
        if kind := discriminator_of(owner, self._schemas):
            options = [kind.said(option, self._schemas) for option in options]
        base = {name: value for name, value in schema.items() if name not in ("oneOf", "anyOf")}
        own = self._object(base, depth, stack, indent) if self._schemas.properties(base) else ""
        if not options:
            return own
        limit = max(3, self._cut.values // 2)
        if len(options) > limit and (merged := self._merged(base, options)):
            return f"{self._object(merged, depth, stack, indent)} /* one of {len(options)} forms */"
        written = list(dict.fromkeys(self.type(option, depth, stack, indent) for option in options[:_FORMS_READ]))
        left = max(0, len(written) - limit) + max(0, len(options) - _FORMS_READ)
        written = written[:limit]
        more = f" /* … {left} more forms */" if left else ""
        if more:
            written.append("unknown")
        text = union(written)
        text = f"unknown{more}" if text == "unknown" else text + more
        return f"{own} & ({text})" if own and text not in ("unknown", "Record<string, unknown>") else own or text

    def _merged(self, base: Schema, options: list[Any]) -> Schema | None:
        """Put many alternatives that are all objects into one: fields that differ become unions, enums are joined."""
        forms = [self._schemas.properties(option) for option in options[:_MAX_FORMS]]
        if not all(forms):
            return None
        found: dict[str, list[Any]] = {}
        for form in [self._schemas.properties(base), *forms]:
            for name, value in form.items():
                found.setdefault(name, []).append(value)
        required = [self._schemas.required(option) for option in options[:_MAX_FORMS]]
        needed = set(self._schemas.required(base)) | set(required[0]).intersection(*required)
        return {
            "type": "object",
            "properties": {name: self._joined(each) for name, each in found.items()},
            "required": list(needed),
        }

    def _joined(self, schemas: list[Any]) -> Any:
        resolved = [self._schemas.resolve(schema) for schema in schemas]
        values = [schema.get("enum", [schema["const"]] if "const" in schema else None) for schema in resolved]
        if all(isinstance(each, list) for each in values):
            flat = [value for each in cast("list[list[Any]]", values) for value in each]
            return {**resolved[0], "enum": [value for at, value in enumerate(flat) if value not in flat[:at]]}
        once = [schema for at, schema in enumerate(schemas) if schema not in schemas[:at]]
        return (
            once[0]
            if len(once) == 1
            else {"anyOf": once[:_JOINED], **{key: True for key in (self._hidden,) if resolved[0].get(key)}}
        )

    def _values(self, values: list[Any]) -> str:
        limit = self._cut.values
        values = [value for at, value in enumerate(values) if at >= _FLAT or value not in values[:at]]
        shown = [literal(value) for value in values[:limit]]
        if len(values) <= limit + 1:
            return union([literal(value) for value in values])
        wide = "string" if all(isinstance(value, str) or value is None for value in values) else "unknown"
        if not shown:
            return wide
        return f"{wide} /* {comment(' | '.join(shown), 60 * limit + 60)} | … {len(values) - limit} more */"


def union(texts: list[str]) -> str:
    """Join types with `|`, each once; `unknown` swallows the rest."""
    once = list(dict.fromkeys(member for text in texts for member in _members(text)))
    if "unknown" in once:
        named = [text for text in once if text != "unknown"]
        return f"unknown /* or: {' | '.join(named)} */" if named and all(_bare(text) for text in named) else "unknown"
    return " | ".join(once)


def _members(text: str) -> list[str]:
    """Take a union of nothing but string literals apart."""
    return re.findall(_LITERAL, text) if re.fullmatch(rf"{_LITERAL}(?: \| {_LITERAL})+", text) else [text]


def _array(inner: str) -> str:
    simple = IDENTIFIER.fullmatch(inner) or (inner.startswith("{") and inner.endswith("}") and _balanced(inner))
    return f"{inner}[]" if simple else f"({inner})[]"


def _balanced(text: str) -> bool:
    """Say whether the brace that opens `text` is closed by its last character."""
    plain = SKIPPED.sub("", text)
    level = 0
    for at, char in enumerate(plain):
        level += (char == "{") - (char == "}")
        if level == 0:
            return at == len(plain) - 1
    return False


def _is_short(parts: list[str]) -> bool:
    """Say whether members fit one line: none has a comment to its end."""
    return sum(map(len, parts)) <= _ONE_LINE and not any("//" in part or "\n" in part for part in parts)


def _bare(text: str) -> bool:
    return "*/" not in text and "\n" not in text and len(text) < _MAX_KEY


def _listed(names: list[str], limit: int) -> str:
    shown = ", ".join(comment(name, 40) for name in names[:limit])
    return f"{shown}, … {len(names) - limit} more" if len(names) > limit else shown
