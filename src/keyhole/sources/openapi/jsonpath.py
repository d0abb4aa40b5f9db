"""JSONPath (RFC 9535) over a document: read by a library, its regular expressions linear, its work bounded."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import jsonschema_rs
from jsonpath import JSONPathEnvironment, JSONPathMatch
from jsonpath.exceptions import JSONPathError, JSONPathRecursionError
from jsonpath.function_extensions import ExpressionType, FilterFunction
from jsonpath.selectors import NameSelector

from keyhole.catalog.slice import REGEX_BYTES
from keyhole.catalog.spot import path_of
from keyhole.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jsonpath.path import JSONPath

    from keyhole.catalog.spot import Parts

MAX_S = 20.0
"""Seconds that one query may take: `$..*` over 13 MB takes three."""

_MAX_DEPTH = 250
_MAX_TEXT = 4_000
_SHORT = 60


class QueryError(Exception):
    """A text is no JSONPath query, or one that takes too long. `column` counts from 1, 0 where it does not matter."""

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.column = column


class Query:
    """One query, read once. Raises `QueryError`."""

    def __init__(self, text: str) -> None:
        if len(text) > _MAX_TEXT:
            raise QueryError(f"it is longer than {_MAX_TEXT} characters")
        try:
            self._path = cast("JSONPath", _ENVIRONMENT.compile(text))
        except RecursionError:
            raise QueryError("it is nested too deeply") from None
        except JSONPathError as error:
            column = error.token.index + 1 if error.token else 0
            raise QueryError(str(error.message or "it cannot be read"), column) from None

    def select(self, root: Any) -> list[Parts]:
        """Give where the selected nodes are, in the query's order, each once. Raises `QueryError`."""
        return list(dict.fromkeys(match.parts for match in self._matches(root, len(self._path.segments))))

    def nearest(self, root: Any) -> str:
        """Say what is there, of a query that selects nothing: the keys nearest to the first name that leads nowhere."""
        for count in range(1, len(self._path.segments) + 1):
            if self._first(root, count) is not None:
                continue
            around = self._first(root, count - 1)
            here = _shown(around.parts) if around else "$"
            held: Any = around.obj if around else None
            names = [one.name for one in self._path.segments[count - 1].selectors if isinstance(one, NameSelector)]
            if not names or not isinstance(held, dict):
                return f"{here} has nothing that matches"
            keys = list(cast("dict[str, Any]", held))
            near = nearest(names[0], keys, limit=1)
            found = f"; the nearest is {near[0][:_SHORT]!r}" if near else ""
            return f"{here} has no {names[0][:_SHORT]!r}{found}"
        return ""

    def _first(self, root: Any, count: int) -> _Node | None:
        return next(iter(self._matches(root, count)), None)

    def _matches(self, root: Any, count: int) -> Iterable[_Node]:
        clock = _Clock()
        matches: Iterable[JSONPathMatch] = [
            _Node(filter_context=clock, obj=root, parent=None, path="$", parts=(), root=root)
        ]
        for segment in self._path.segments[:count]:
            matches = segment.resolve(matches)
        try:
            yield from cast("Iterable[_Node]", matches)
        except JSONPathRecursionError:
            raise QueryError(f"the document is nested deeper than {_MAX_DEPTH} levels") from None


class _Clock(dict[str, Any]):
    """Ends a query after `MAX_S`. The library hands it on as what filters may read, and looks whether it is empty."""

    def __init__(self) -> None:
        super().__init__()
        self._end = time.monotonic() + MAX_S

    def __bool__(self) -> bool:
        self.look()
        return True

    def look(self) -> None:
        if time.monotonic() > self._end:
            raise QueryError(f"it takes longer than {MAX_S:g} s")


class _Node(JSONPathMatch):
    """A node without the text of its path, which is most of what a descent over a large document costs."""

    def new_child(self, obj: object, key: int | str) -> _Node:
        clock = cast("_Clock", self.filter_context())
        clock.look()
        return _Node(filter_context=clock, obj=obj, parent=None, path="", parts=(*self.parts, key), root=self.root)

    def add_child(self, *children: JSONPathMatch) -> None:
        """Keep no tree of what was visited."""


class _Regular(FilterFunction):
    """`match()` and `search()` (RFC 9535 sections 2.4.6 and 2.4.7), in time linear in the text."""

    def __init__(self, frame: str) -> None:
        self._frame = frame

    @property
    def arg_types(self) -> list[ExpressionType]:
        """Two values."""
        return [ExpressionType.VALUE, ExpressionType.VALUE]

    @property
    def return_type(self) -> ExpressionType:
        """True or false."""
        return ExpressionType.LOGICAL

    def __call__(self, value: object, pattern: object) -> bool:
        if not isinstance(value, str) or not isinstance(pattern, str):
            return False
        validator = _compiled(self._frame.format(pattern))
        return validator is not None and validator.is_valid(value)


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> jsonschema_rs.Draft202012Validator | None:
    options = jsonschema_rs.RegexOptions(size_limit=REGEX_BYTES, dfa_size_limit=REGEX_BYTES)
    try:
        return jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=options, offline=True)
    except (ValueError, jsonschema_rs.ValidationError):
        return None  # such an expression matches nothing


class _Environment(JSONPathEnvironment):
    max_recursion_depth = _MAX_DEPTH

    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        self.function_extensions["match"] = _Regular("^(?:{})$")
        self.function_extensions["search"] = _Regular("{}")


_ENVIRONMENT = _Environment(strict=True, filter_caching=False)


def _shown(parts: Parts) -> str:
    return path_of(parts) if len(parts) < 8 else f"{path_of(parts[:8])}…"
