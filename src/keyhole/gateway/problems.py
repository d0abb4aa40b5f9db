"""What is wrong with a value, in sentences for a model: where, what was given, what is allowed, what was meant."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, cast

from pydantic_core import to_json

from keyhole.catalog.wording import comment
from keyhole.errors import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema_rs import Draft202012Validator, ValidationError

    from keyhole.catalog.schema import Schemas

MAX_ERRORS = 40
_SHOWN = 60
_OPTIONS = 12
_COMPARED = 80
_MAX_NAMES = 500
_ALIKE = 0.65
# What one API calls so, another calls otherwise.
_SAME = (
    frozenset(
        {"limit", "per_page", "perpage", "page_size", "pagesize", "count", "size", "max_results", "first", "top"}
    ),
    frozenset({"cursor", "page_token", "pagetoken", "next_cursor", "starting_after", "after", "page", "offset"}),
    frozenset({"q", "query", "search", "filter", "keyword", "term", "text"}),
    frozenset({"sort", "sort_by", "order_by", "orderby", "order"}),
    frozenset({"state", "status"}),
)
_SILENT = frozenset({"BacktrackLimitExceeded", "RegexEngineFailure", "ContentEncoding", "ContentMediaType"})

_FORMATS = {
    "date-time": "a time such as 2026-01-31T12:00:00Z",
    "date": "a date such as 2026-01-31",
    "email": "an e-mail address",
    "uuid": "a UUID such as 123e4567-e89b-42d3-a456-426614174000",
    "uri": "a URL such as https://example.com/x",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
    "hostname": "a host name",
    "byte": "base64, as btoa(text) and bytes.toBase64() give it",
}
Path = tuple[str | int, ...]


_WORDS = {
    "Minimum": "at least {}",
    "Maximum": "at most {}",
    "ExclusiveMinimum": "greater than {}",
    "ExclusiveMaximum": "less than {}",
    "MinLength": "a string of at least {} characters",
    "MaxLength": "a string of at most {} characters",
    "MinItems": "an array of at least {} items",
    "MaxItems": "an array of at most {} items",
    "MinProperties": "an object of at least {} fields",
    "MaxProperties": "an object of at most {} fields",
    "MultipleOf": "a multiple of {}",
    "UniqueItems": "an array without repetitions",
    "FalseSchema": "left out",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: `path` leads to it, from the name of the argument on, and `what` is said of it.

    `offers` says that this tells what would be right. `meant` is the name that was given in the place of a missing
    one. `forms` is of how many forms of the value this is about the closest one; 0 where there is one alone.
    """

    path: Path
    what: str
    kind: Literal["missing", "unknown", "value", "argument"] = "value"
    offers: bool = False
    meant: str = ""
    forms: int = 0

    @property
    def where(self) -> str:
        """The place, as a program would write it."""
        return place(str(self.path[0]), self.path[1:])

    def __str__(self) -> str:
        where = self.where if self.kind == "value" or len(self.path) > 1 else quoted(self.where)
        return f"{where} {self.what}{f' (the closest of {self.forms} forms)' if self.forms else ''}"


class Teller:
    """Tells what is wrong with one argument: its `name`, its `schema` (unresolved), the paths in it that hold bytes.

    What stands at the `unseen` paths is not known: nothing is told that depends on it.
    """

    def __init__(self, name: str, schema: Any, schemas: Schemas, blobs: set[Path], unseen: set[Path]) -> None:
        self._name = name
        self._schema = schema
        self._schemas = schemas
        self._blobs = blobs
        self._unseen = unseen
        self._misspelt: set[Path] = set()

    def problems(self, validator: Draft202012Validator, value: Any, *, first: bool = False) -> list[Problem]:
        """Give each problem that `validator` has with `value`, or only for the `first`.

        A validator finds all problems before it gives one: with millions of them, that is more memory than there is.
        """
        told: list[Problem] = []
        try:
            for error in _first(validator, value) if first else islice(validator.iter_errors(value), MAX_ERRORS):
                told += self._told(error)
        except ValueError as error:  # the validator's own bounds
            told.append(Problem((self._name,), f"cannot be checked: {comment(str(error), 120)}"))
        # A misspelt field that is required is one mistake, not a missing field and an unknown one.
        once = dict.fromkeys(one for one in told if one.kind != "unknown" or one.path not in self._misspelt)
        return [one for one in once if not one.forms or replace(one, forms=0) not in once]

    def _told(self, error: ValidationError) -> Iterator[Problem]:
        path: Path = tuple(error.instance_path)
        kind = type(error.kind).__name__
        details = error.kind.as_dict()
        if kind in _SILENT or (path in self._blobs and kind != "Type"):
            return
        holds_unseen = any(one[: len(path)] == path for one in self._unseen)
        if holds_unseen and (path in self._unseen or kind not in ("Type", "Required", "AdditionalProperties")):
            return
        if kind == "AnyOf":
            yield from self._closest(error, details["context"])
        elif kind == "Required":
            missing = cast("str", details["property"])
            wanted = kind_text(self._at((*path, missing)))
            meant = self._meant(error.instance, missing, path)
            yield missing_one((self._name, *path, missing), f"missing{wanted}", meant)
        elif kind == "AdditionalProperties":
            fields = self._schemas.fields(self._at(path))
            unexpected = [key for key in details["unexpected"] if (*path, key) not in self._unseen]
            for key in cast("list[str]", unexpected)[:_OPTIONS]:
                near = alike(key, fields)
                offer = f": did you mean {_or(near)}?" if near else f". Fields are: {_listed(fields)}."
                what = f"is not a field of {place(self._name, path)}{offer}"
                yield Problem((self._name, *path, key), what, "unknown", offers=bool(near))
        else:
            given = "bytes" if path in self._blobs else shown(error.instance)
            if holds_unseen:
                given = "an array" if isinstance(error.instance, list) else "an object"
            yield self._other(path, given, _allowed(kind, details, error.instance))

    def _other(self, path: Path, given: str, allowed: str) -> Problem:
        """Tell of a value that should be another one: of a whole object or list, that is no offer yet."""
        offers = not allowed.startswith(("object", "array"))
        return Problem((self._name, *path), f"is {given}, but must be {allowed}", offers=offers)

    def _closest(self, error: ValidationError, branches: list[list[ValidationError]]) -> Iterator[Problem]:
        """Tell of the alternative that the value comes closest to, or which types are possible where none is close."""
        types = [_type_at(branch, error) for branch in branches]
        close = [branch for branch, kinds in zip(branches, types, strict=True) if not kinds]
        if not close:
            kinds = list(dict.fromkeys(kind for found in types for kind in found))
            yield self._other(tuple(error.instance_path), shown(error.instance), _or(kinds, quote=False))
            return
        apart = [{tuple(one.instance_path): one for one in branch if _tells_apart(one)} for branch in close]
        shared = set(apart[0]).intersection(*apart[1:])
        if shared and len(close) > 1:
            # Every form wants another value in the same place: that value is what is wrong, the rest follows from it.
            for path in sorted(shared, key=str):
                given = apart[0][path].instance
                allowed = _one_of([option for found in apart for option in _options(found[path])], given)
                yield self._other(path, shown(given), allowed)
            return
        best = min(close, key=lambda branch: (sum(2 if _tells_apart(one) else 1 for one in branch), len(branch)))
        told = [problem for one in best[:4] for problem in self._told(one)]
        for problem in dict.fromkeys(told):
            yield problem if problem.forms or len(close) == 1 else replace(problem, forms=len(branches))

    def _meant(self, instance: Any, missing: str, path: Path) -> str:
        """Offer the unknown field that may be the missing one, misspelt."""
        if not isinstance(instance, dict):
            return ""
        known = self._schemas.fields(self._at(path))
        unknown = [key for key in cast("dict[str, Any]", instance) if key not in known]
        near = alike(missing, unknown, limit=1)
        if near:
            self._misspelt.add((self._name, *path, near[0]))
        return near[0] if near else ""

    def _at(self, path: Path) -> dict[str, Any]:
        schemas = self._schemas
        found = schemas.resolve(self._schema)
        for step in path:
            if isinstance(step, int):
                found = schemas.resolve(found.get("items"))
            else:
                found = schemas.resolve(schemas.fields(found).get(step) or found.get("additionalProperties"))
        return found


def _first(validator: Draft202012Validator, value: Any) -> Iterator[ValidationError]:
    import jsonschema_rs  # noqa: PLC0415  (60 ms that searching and starting do not need)

    try:
        validator.validate(value)
    except jsonschema_rs.ValidationError as error:
        yield error


def _type_at(branch: list[ValidationError], error: ValidationError) -> list[str]:
    for one in branch:
        if type(one.kind).__name__ == "Type" and list(one.instance_path) == list(error.instance_path):
            return cast("list[str]", one.kind.as_dict()["types"])
    return []


def _tells_apart(error: ValidationError) -> bool:
    return type(error.kind).__name__ in ("Enum", "Constant")


def _options(error: ValidationError) -> list[Any]:
    details = error.kind.as_dict()
    return cast("list[Any]", details["options"]) if "options" in details else [details["expected_value"]]


def _one_of(options: list[Any], instance: Any) -> str:
    texts = [one for one in options if isinstance(one, str)]
    near = alike(instance, texts, limit=1) if isinstance(instance, str) else []
    if len(options) == 1:
        return shown(options[0])
    more = f", … {len(options) - _OPTIONS} more" if len(options) > _OPTIONS else ""
    listed = ", ".join(shown(one) for one in options[:_OPTIONS])
    return f"one of {listed}{more}{f'. Did you mean {shown(near[0])}?' if near else ''}"


def _allowed(kind: str, details: dict[str, Any], instance: Any) -> str:
    if kind == "Type":
        return _or(sorted(details["types"], key=lambda one: one == "null"), quote=False)
    if kind == "Enum":
        return _one_of(cast("list[Any]", details["options"]), instance)
    if kind == "Constant":
        return shown(details["expected_value"])
    if kind == "Pattern":
        return f"a string that matches {comment(cast('str', details['pattern']), 120)}"
    if kind == "Format":
        return _FORMATS.get(cast("str", details["format"]), cast("str", details["format"]))
    bound = next(iter(details.values()), "")
    words = _WORDS.get(kind, re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()).format(bound)
    return re.sub(r"\b(1 \w+)s$", r"\1", words)


def missing_one(path: Path, what: str, meant: str) -> Problem:
    """Tell of what is missing (or null, as `what` says), and of what was given in its place, if anything."""
    offer = f": you gave {quoted(meant)}, did you mean {quoted(str(path[-1]))}?" if meant else ""
    return Problem(path, f"is {what}{offer}", "missing", offers=bool(meant), meant=meant)


def kind_text(schema: dict[str, Any]) -> str:
    """Say a schema's type in brackets, if it has one: " (integer)"."""
    values = schema.get("enum")
    if isinstance(values, list) and values:
        options = cast("list[Any]", values)
        return f" (one of {', '.join(shown(one) for one in options[:5])}{', …' if len(options) > 5 else ''})"
    kind = schema.get("type")
    if isinstance(kind, str):
        return f" ({kind})"
    return " (object)" if isinstance(schema.get("properties"), dict) else ""


def place(name: str, path: Path) -> str:
    """Write where a value stands, as a program would: body.records[0].ttl."""
    text = name
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if re.fullmatch(r"[A-Za-z_$][\w$]{0,60}", step, re.ASCII) else f"[{shown(step)}]"
    return text


def shown(value: Any) -> str:
    """Show a value on one line, shortened."""
    if isinstance(value, bytes):
        return counted(len(value), "byte")
    if isinstance(value, dict | list) and len(cast("list[Any]", value)) > 8:
        count = len(cast("list[Any]", value))
        return f"an array of {count} items" if isinstance(value, list) else f"an object of {count} fields"
    if isinstance(value, str):
        return to_json(comment(value, _SHOWN)).decode()
    return comment(to_json(value, fallback=str, inf_nan_mode="constants").decode("utf-8", "replace"), _SHOWN)


def alike(name: str, known: Iterable[str], *, limit: int = 3) -> list[str]:
    """Give the known names that `name` may be a misspelling of, or another word for, in bounded time."""
    names = [one for one in islice(known, _MAX_NAMES) if len(one) <= _COMPARED]
    found = get_close_matches(name[:_COMPARED], names, limit, _ALIKE)
    for group in _SAME:
        if not found and name.lower() in group:
            found = [one for one in names if one.lower() in group][:1]
    return found


def quoted(name: str) -> str:
    """Write a name as code."""
    return f"`{comment(name, 60)}`"


def _or(names: Iterable[str], *, quote: bool = True) -> str:
    texts = [quoted(name) if quote else str(name) for name in names]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}" if texts else "something else"


def _listed(fields: Iterable[str]) -> str:
    names = list(fields)
    more = f", … {len(names) - _OPTIONS} more" if len(names) > _OPTIONS else ""
    return ", ".join(comment(name, 60) for name in names[:_OPTIONS]) + more if names else "none"
