"""What of an operation search looks at, field by field."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from keyhole.catalog import words
from keyhole.catalog.words import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keyhole.catalog.operation import Operation
    from keyhole.catalog.schema import Schemas

_DESCRIPTION = 600
_MAX_FIELDS = 80
_MAX_VALUES = 24
_MAX_ALTERNATIVES = 100
_LEVELS = 3
_ASKS = frozenset({"filter", "search", "_search", "query", "list", "find", "lookup"})
_NESTS = frozenset({"$ref", "items", "properties", "allOf", "anyOf", "oneOf"})


class Field(NamedTuple):
    """Weight, usual length in terms, and how much a greater length counts against a match (BM25F's b)."""

    weight: float
    length: float
    b: float

    def share(self, length: int) -> float:
        """Give what one term weighs in a field of `length` terms."""
        return self.weight / (1 - self.b + self.b * length / self.length)


SUMMARY = Field(2.5, 6, 0.4)
NAME = Field(2.0, 5, 0.4)
PATH = Field(2.0, 5, 0.4)
LEAF = Field(1.0, 1, 0.0)
TAGS = Field(1.5, 2, 0.3)
DESCRIPTION = Field(0.5, 30, 0.35)
PARAMETERS = Field(1.0, 8, 0.5)
BODY = Field(0.7, 20, 0.4)
VALUES = Field(0.6, 20, 0.2)
VERBATIM = Field(1.5, 1, 0.0)
OUTPUT = Field(0.4, 30, 0.4)


class Reader:
    """Reads operations for the index. Keeps what it found behind each `$ref`, for many operations share them."""

    def __init__(self) -> None:
        self._shared: dict[tuple[int, str], tuple[tuple[str, ...], list[str]]] = {}
        self._known: dict[tuple[int, str], dict[str, list[dict[str, Any]]]] = {}
        self._shares: dict[tuple[Field, tuple[str, ...]], dict[str, float]] = {}

    def weights(self, operation: Operation) -> dict[str, float]:
        """Give each term with what it weighs in the fields that have it, summed (BM25F before saturation)."""
        weights: dict[str, float] = {}
        for field, found in self.fields(operation):
            if isinstance(found, tuple):
                for term, share in self._shared_share(field, found).items():
                    weights[term] = weights.get(term, 0.0) + share
            elif found:
                share = field.share(len(found))
                for term in found:
                    weights[term] = weights.get(term, 0.0) + share
        return weights

    def _shared_share(self, field: Field, found: tuple[str, ...]) -> dict[str, float]:
        """Give the weights of a field that many operations have alike, worked out once."""
        key = (field, found)
        if key not in self._shares:
            share = field.share(len(found)) if found else 0.0
            self._shares[key] = {term: times * share for term, times in Counter(found).items()}
        return self._shares[key]

    def fields(self, operation: Operation) -> Iterator[tuple[Field, Sequence[str]]]:
        """Give each field with its terms."""
        yield SUMMARY, terms(operation.summary)
        yield NAME, terms(operation.id if " /" not in operation.id else operation.name)
        literal = [part for part in re.sub(r"\{[^}]*\}", "", operation.path).split("/") if part]
        yield PATH, [term for part in literal for term in _termed(part)]
        if literal:
            yield LEAF, terms(literal[-1])
        yield TAGS, [term for tag in operation.tags for term in _termed(tag)]
        yield DESCRIPTION, terms(operation.description[:_DESCRIPTION])
        # `load`, not `signature`: the index must not keep eleven thousand signatures alive.
        signature = operation.load()
        schemas = signature.schemas
        words: list[str] = []
        values: list[str] = []
        for parameter in signature.parameters:
            words += _termed(parameter.wire)
            if parameter.place != "path":
                words += _termed(parameter.description[:80])
            _values(schemas.resolve(parameter.schema), values)
        yield PARAMETERS, words
        if signature.body:
            names, more = self._read(signature.body.schema, schemas)
            yield BODY, names
            values = [*values, *more]
        once = dict.fromkeys(values)
        yield VALUES, [value for value in once if value[0] != "="]
        yield VERBATIM, [value for value in once if value[0] == "="]
        if signature.output:
            yield OUTPUT, self._read(signature.output, schemas)[0]

    def _read(self, schema: Any, schemas: Schemas) -> tuple[tuple[str, ...], list[str]]:
        ref = cast("dict[str, Any]", schema).get("$ref") if isinstance(schema, dict) else None
        if not isinstance(ref, str):
            return self._names(schema, schemas)
        key = (id(schemas), ref)
        if key not in self._shared:
            self._shared[key] = self._names(schema, schemas)
        return self._shared[key]

    def _names(self, schema: Any, schemas: Schemas) -> tuple[tuple[str, ...], list[str]]:
        """Give the terms of field names and of enum values, nearest levels first, bounded."""
        names: dict[str, None] = {}
        values: list[str] = []
        level = [schema]
        for _ in range(_LEVELS):
            deeper: list[Any] = []
            for item in level:
                for name, forms in self._fields(item, schemas).items():
                    if len(names) >= _MAX_FIELDS:
                        return _worded(names), values
                    names[name] = None
                    for form in forms[:_MAX_ALTERNATIVES]:
                        if "enum" in form or "$ref" in form:
                            _values(schemas.resolve(form), values)
                    if not _NESTS.isdisjoint(forms[0]):
                        deeper.append(forms[0])
            level = deeper
        return _worded(names), values

    def _fields(self, item: Any, schemas: Schemas) -> dict[str, list[dict[str, Any]]]:
        ref = cast("dict[str, Any]", item).get("$ref") if isinstance(item, dict) else None
        key = (id(schemas), ref) if isinstance(ref, str) else None
        if key is not None and key in self._known:
            return self._known[key]
        found = schemas.resolve(item)
        if isinstance(found.get("items"), dict):
            found = schemas.resolve(found["items"])
        fields = schemas.variants(found)
        if key is not None:
            self._known[key] = fields
        return fields


def asked_of(operation: Operation) -> str | None:
    """Give the path of the list that an operation reads although its method is POST, as in POST /runs/filter."""
    path, _, end = operation.path.rstrip("/").rpartition("/")
    return path if operation.method == "POST" and path and end.lower() in _ASKS else None


def is_collection(path: str) -> bool:
    """Say whether a path names many things: it ends in a word, not in an identifier."""
    return not path.rstrip("/").endswith("}")


def _values(schema: dict[str, Any], values: list[str]) -> None:
    options = schema.get("enum")
    if isinstance(options, list):
        for value in cast("list[Any]", options)[:_MAX_VALUES]:
            if isinstance(value, str) and len(value) < 60:
                values.extend(_phrase(value))
                if len(found := _termed(value)) > 1:
                    values.append(verbatim(found))


def verbatim(found: Sequence[str]) -> str:
    """Give the one term that stands for an enum value, or for a part of a query, as a whole."""
    return f"={''.join(found)}"


def _worded(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(term for name in names for term in _phrase(name))


@lru_cache(maxsize=65_536)
def _termed(text: str) -> tuple[str, ...]:
    """Give the terms of a text that many operations have: the name of a parameter, a tag, a part of a path."""
    return tuple(terms(text))


@lru_cache(maxsize=65_536)
def _phrase(text: str) -> tuple[str, ...]:
    """Give the terms of a name, and each two that stand together as one: a query that has both in a row means it."""
    found = terms(text)
    return (*found, *(one + other for one, other in pairwise(found)))


def forget() -> None:
    """Drop what is remembered of names and words."""
    _phrase.cache_clear()
    _termed.cache_clear()
    words.forget()
