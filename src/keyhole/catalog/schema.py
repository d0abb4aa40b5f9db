"""References of a document, followed where somebody looks: nothing is ever dereferenced whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, cast
from urllib.parse import unquote

from keyhole.catalog.slice import sliced

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]
Dialect = Literal["2.0", "3.0", "3.1"]

_PLURALS = ("properties", "patternProperties", "schemas", "definitions", "$defs", "allOf", "anyOf", "oneOf", "items")
_NOT_ALWAYS = re.compile(
    r"\bmust (?:not be (?:included|present|set|sent|given|specified|provided|supplied)|be (?:empty|omitted|absent))"
    r" (?:when|if|for|with|unless)\b",
    re.IGNORECASE,
)
_TEXT = 1_000
_MERGED = frozenset({"properties", "required", "allOf", "anyOf", "oneOf"})
_NESTING = 16
_MAX_PARTS = 200


class Schemas:
    """Resolves the local `$ref`s (`#/...`, RFC 6901 with percent escapes) of the schemas of one document.

    Never raises for what a document holds: a reference that dangles, runs in a circle, or points at something that
    is no object resolves to `{}`, which allows anything. Safe to share between threads.
    """

    def __init__(self, root: dict[str, Any], dialect: Dialect = "3.1") -> None:
        self.root = root
        self.dialect: Dialect = dialect
        self._targets: dict[str, Schema] = {}
        self._children: dict[str, list[str]] | None = None
        self.memo: dict[Any, Any] = {}
        """What others of this room have found out about the document, for themselves."""

    def resolve(self, schema: Any) -> Schema:
        """Follow `schema`'s chain of `$ref`s to a schema without one; siblings of a `$ref` count in 3.1 alone."""
        if not isinstance(schema, dict):
            return {}
        found = cast("Schema", schema)
        if not isinstance(found.get("$ref"), str):
            return found
        siblings: Schema = {}
        seen: set[str] = set()
        while isinstance(ref := found.get("$ref"), str):
            if ref in seen:
                return {}
            seen.add(ref)
            if self.dialect == "3.1":
                siblings = {**{key: value for key, value in found.items() if key != "$ref"}, **siblings}
            found = self.target(ref)
        if not siblings:
            return found
        if not _MERGED.isdisjoint(siblings) and not _MERGED.isdisjoint(found):
            # What is beside a reference adds to what it points at, and does not take its place.
            parts = [{key: part[key] for key in part if key in _MERGED} for part in (found, siblings)]
            rest = {key: value for key, value in {**found, **siblings}.items() if key not in _MERGED}
            return {**rest, "allOf": parts}
        return {**found, **siblings}

    def target(self, ref: str) -> Schema:
        """Give what `ref` points at, one step, memoised; `{}` where that is no object."""
        if (known := self._targets.get(ref)) is not None:
            return known
        found = pointed(self.root, ref)
        # "$ref" may be the name of a property: only a string is a reference, so {"$ref": {...}} is a plain schema.
        target = cast("Schema", found) if isinstance(found, dict) else {}
        self._targets[ref] = target
        return target

    def name(self, ref: str) -> str:
        """Give a short type name for `ref`, a valid identifier: "#/definitions/io.k8s.api.core.v1.Pod" → "Pod"."""
        segments = [_unescaped(segment) for segment in ref.rpartition("#")[2].split("/") if segment]
        while len(segments) > 1 and (segments[-1].isdigit() or segments[-1] in _PLURALS):
            segments.pop()
        last = segments[-1] if segments else ""
        words = re.findall(r"[A-Za-z0-9_$]+", last)
        if "." in last and len(words) > 1:
            words = words[-1:]
        name = "".join([*words[:1], *(word[:1].upper() + word[1:] for word in words[1:])])
        return name if name and not name[0].isdigit() else f"T{name}"

    def properties(self, schema: Any) -> dict[str, Schema]:
        """Give name → schema (unresolved) of an object's properties, those of `allOf` first."""
        found: dict[str, Schema] = {}
        for part in self._parts(schema):
            for name, value in _mapping(part.get("properties")).items():
                found[name] = cast("Schema", value) if isinstance(value, dict) else {}
        return found

    def required(self, schema: Any) -> frozenset[str]:
        """Give the names that an object must have, `allOf` included. Draft-3 booleans do not count."""
        names: set[str] = set()
        for part in self._parts(schema):
            required = part.get("required")
            if isinstance(required, list):
                names.update(name for name in cast("list[Any]", required) if isinstance(name, str))
        return frozenset(names)

    def waived(self, schema: Any) -> frozenset[str]:
        """Give the properties that must not be sent, or be empty, in some case, as their own texts say.

        A document that requires such a one contradicts itself: it is not demanded.
        """
        return frozenset(
            name
            for name, value in self.properties(schema).items()
            if isinstance(text := value.get("description"), str) and _NOT_ALWAYS.search(text[:_TEXT])
        )

    def says(self, schema: Any, keyword: str) -> bool:
        """Say whether a schema, or a part of its `allOf`, has `keyword: true`."""
        return any(part.get(keyword) is True for part in self._parts(schema))

    def fields(self, schema: Any) -> dict[str, Schema]:
        """Like `properties`, with those of every `oneOf` and `anyOf` alternative: all that may be a field."""
        found: dict[str, Schema] = {}
        for part in self._parts(schema, keywords=("allOf", "anyOf", "oneOf")):
            for name, value in _mapping(part.get("properties")).items():
                found.setdefault(name, cast("Schema", value) if isinstance(value, dict) else {})
        return found

    def variants(self, schema: Any) -> dict[str, list[Schema]]:
        """Like `fields`, with every schema that a field has in one alternative or another."""
        found: dict[str, list[Schema]] = {}
        for part in self._parts(schema, keywords=("allOf", "anyOf", "oneOf")):
            for name, value in _mapping(part.get("properties")).items():
                found.setdefault(name, []).append(cast("Schema", value) if isinstance(value, dict) else {})
        return found

    def alternatives(self, schema: Any) -> tuple[str, list[Any], Schema] | None:
        """Give the first `oneOf` or `anyOf` among the parts of an `allOf`: its keyword, its members, what has it."""
        for part in self._parts(schema):
            for keyword in ("oneOf", "anyOf"):
                if isinstance(members := part.get(keyword), list) and members:
                    return keyword, cast("list[Any]", members), part
        return None

    def named(self) -> Iterator[tuple[str, Any]]:
        """Give a reference to each of the document's named schemas, and what it points at."""
        place = "definitions" if self.dialect == "2.0" else "components/schemas"
        for name, schema in _mapping(pointed(self.root, f"#/{place}")).items():
            yield f"#/{place}/{escaped(name)}", schema

    def children(self, ref: str) -> list[str]:
        """Give references to the document's named schemas that have `ref` in their `allOf`."""
        if self._children is None:
            found: dict[str, list[str]] = {}
            for named, schema in self.named():
                parts = _mapping(schema).get("allOf")
                for part in cast("list[Any]", parts) if isinstance(parts, list) else ():
                    if isinstance(parent := _mapping(part).get("$ref"), str):
                        found.setdefault(parent, []).append(named)
            self._children = found
        return self._children.get(ref, [])

    def slice(self, schema: Any, *, depth: int = 8, request: bool = True) -> Schema:
        """Give a self-contained JSON Schema 2020-12 of `schema`, `$defs` included, for validating.

        References are followed `depth` steps deep and up to a bounded number, nearest first; what lies beyond
        allows anything. Keywords that are invalid or only annotate are left out. `request` says whether read-only
        (else: write-only) properties may be missing. `oneOf` is checked as `anyOf`: sloppy documents overlap.
        """
        return sliced(schema, self, depth=depth, request=request)

    def _parts(self, schema: Any, keywords: tuple[str, ...] = ("allOf",)) -> list[Schema]:
        """Give the schema resolved and every part it is composed of, parts before the whole, each once."""
        found: list[Schema] = []
        seen: set[str | int] = set()
        keep: list[Schema] = []  # holds merged objects alive, so that an id is not used twice

        def visit(item: Any, level: int) -> None:
            part = self.resolve(item)
            ref = cast("Schema", item).get("$ref") if isinstance(item, dict) else None
            mark = ref if isinstance(ref, str) else id(part)
            if mark in seen or level > _NESTING or len(seen) > _MAX_PARTS:
                return
            seen.add(mark)
            keep.append(part)
            for keyword in keywords:
                members = part.get(keyword)
                for member in cast("list[Any]", members) if isinstance(members, list) else ():
                    visit(member, level + 1)
            found.append(part)

        visit(schema, 0)
        return found


def _mapping(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def escaped(key: str) -> str:
    """Give a key as one segment of a JSON pointer in a URI fragment (RFC 6901 section 6)."""
    return key.replace("~", "~0").replace("/", "~1").replace("%", "%25")


def _unescaped(segment: str) -> str:
    # RFC 6901 section 6: percent escapes belong to the URI and go first, then ~1 before ~0.
    return unquote(segment).replace("~1", "/").replace("~0", "~")


def pointed(root: Any, ref: str) -> Any:
    """Give what the local reference `ref` (`#/a/b`) points at, one step; None where it leads nowhere."""
    if not ref.startswith("#") or (len(ref) > 1 and ref[1] != "/"):
        return None
    found = root
    for segment in ref[2:].split("/") if len(ref) > 1 else ():
        key = _unescaped(segment)
        if isinstance(found, dict):
            found = cast("dict[str, Any]", found).get(key)
        elif isinstance(found, list) and key.isascii() and key.isdigit():
            items = cast("list[Any]", found)
            found = items[int(key)] if len(key) < 9 and int(key) < len(items) else None
        else:
            return None
    return found
