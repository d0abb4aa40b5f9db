"""Overlays (OpenAPI Overlay Specification 1.0 and 1.1): what the operator changes of a document before it is read."""

from __future__ import annotations

import json
from contextlib import contextmanager
from copy import copy, deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from keyhole.errors import DocumentError, counted, nearest
from keyhole.sources.openapi.document import decode, dialect_of, parse
from keyhole.sources.openapi.fetch import read_file, shown
from keyhole.sources.openapi.yaml_text import MAX_NODES
from keyhole.sources.source import Notice

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

    from keyhole.catalog.schema import Dialect
    from keyhole.catalog.spot import Parts
    from keyhole.sources.openapi.fetch import Fetcher
    from keyhole.sources.openapi.jsonpath import Query

Object = dict[str, Any]

FOLDED_TARGET = ("$['x-keyhole-files']", '$["x-keyhole-files"]')
IDLE = "overlay-idle"
_VERBS = ("update", "remove", "copy")
_FIELDS = ("target", "description", *_VERBS)
_WANTED = (
    "an overlay (OpenAPI Overlay Specification) is YAML or JSON such as {overlay: 1.0.0, "
    "info: {title: T, version: '1'}, actions: [{target: $.info, update: {title: New}}]}"
)
_VERSIONS = ("1.0", "1.1")


@dataclass(slots=True)
class Action:
    """One action. `where` names it in errors; `selected` counts the nodes that it has been applied to."""

    where: str
    target: str
    query: Query
    verb: str
    value: Any = None
    source: Query | None = None
    selected: int = 0

    @property
    def late(self) -> bool:
        """Whether it is about a file that the document refers to, and so waits until that is folded in."""
        return self.target.startswith(FOLDED_TARGET)


class Overlay:
    """One overlay, read by `read_overlay`. `name` is how errors call it, `text` what it was read from."""

    def __init__(self, name: str, actions: list[Action], text: str) -> None:
        self.name = name
        self.actions = actions
        self.text = text

    def apply(self, root: Any, *, late: bool = False) -> None:
        """Change `root`, by its actions in order: those about the document itself, or the `late` ones.

        Raises `DocumentError` for an action that does not fit what it selects.
        """
        tree = _Tree(root)
        for action in self.actions:
            if action.late == late:
                tree.do(action)

    def notices(self, root: Object) -> list[Notice]:
        """Name the actions that have selected nothing, which is no error: a target selects zero or more."""
        idle = [action for action in self.actions if not action.selected]
        return [
            Notice(one.where, f"target {one.target[:200]!r} selects nothing: {one.query.nearest(root)}", IDLE)
            for one in idle
        ]

    @property
    def told(self) -> str:
        """What was done, on a line."""
        idle = sum(not action.selected for action in self.actions)
        total = len(self.actions)
        done = f"{counted(total, 'action')} applied"
        return f"{self.name}: {done if not idle else f'{total - idle} of {done}, {idle} selected nothing'}"


def read_overlay(given: str | Path | dict[str, Any], fetcher: Fetcher) -> Overlay:
    """Read an overlay from a file, from a URL, or as it was parsed. Raises `DocumentError`, with the place."""
    if isinstance(given, dict):
        return Overlay("the overlay", _actions(given, "the overlay"), json.dumps(given, default=str))
    location = str(given)
    remote = "://" in location
    name = shown(location) if remote else location
    data = fetcher.get(location)[1] if remote else read_file(Path(location).expanduser())
    try:
        text = decode(data, name)
        document = parse(text, name)
    except DocumentError as error:
        what = error.message.removeprefix(name).removesuffix(", not an OpenAPI document").strip()
        raise DocumentError(f"the overlay {name} {what}", hint=_WANTED) from None
    return Overlay(name, _actions(document, name), text)


def apply_all(overlays: Iterable[Overlay], root: Any, where: str) -> Dialect:
    """Apply overlays to a document and say which version it is of then.

    Raises `DocumentError` for an action that does not fit, and, where it is no OpenAPI document, for what made it none.
    """
    took: Overlay | None = None
    for overlay in overlays:
        before = took is None and _is_openapi(root)
        overlay.apply(root)
        if before and not _is_openapi(root):
            took = overlay
    try:
        return dialect_of(root, where)
    except DocumentError as error:
        if took is None:
            raise
        raise DocumentError(
            f"{error.message}; {_named([took])} made it so",
            hint="one of its actions changes what is at the top: mend that, or leave the overlay out",
        ) from None


def _is_openapi(root: Any) -> bool:
    try:
        return bool(dialect_of(root, ""))
    except DocumentError:
        return False


def _named(overlays: Iterable[Overlay]) -> str:
    names = [one.name.removeprefix("the overlay").strip() for one in overlays]
    return f"the overlay {' and '.join(filter(None, names))}".rstrip()


@contextmanager
def after(overlays: Sequence[Overlay]) -> Generator[None]:
    """Have each `DocumentError` about what overlays have left say so."""
    try:
        yield
    except DocumentError as error:
        if not overlays or any(one.name in error.message for one in overlays):
            raise
        message = f"{error.message} (as it is after {_named(overlays)})"
        raise DocumentError(message, pointer=error.pointer, hint=error.hint) from None


def all_taken(where: str, overlays: Iterable[Overlay]) -> DocumentError:
    """Say that overlays have left no operation of a document."""
    return DocumentError(
        f"{where} has no operation left after {_named(overlays)}",
        hint="one of its actions takes them away: mend that, or leave the overlay out",
    )


def path_entries(root: Any) -> int:
    """Count what the paths of a document hold."""
    paths: Any = cast("dict[str, Any]", root).get("paths") if isinstance(root, dict) else None
    items = cast("dict[str, Any]", paths).values() if isinstance(paths, dict) else ()
    return sum(len(cast("dict[str, Any]", item)) for item in items if isinstance(item, dict))


def _actions(document: Any, name: str) -> list[Action]:
    if not isinstance(document, dict) or "overlay" not in document:
        raise DocumentError(
            f"{name} is not an overlay: it has no `overlay` at the top",
            hint=_WANTED,
        )
    found = cast("Object", document)
    version = str(found["overlay"])
    if ".".join(version.split(".")[:2]) not in _VERSIONS:
        raise DocumentError(
            f"{name} is an overlay of version {version[:40]!r}; {' and '.join(_VERSIONS)} are known",
            pointer="#/overlay",
        )
    actions = found.get("actions")
    if not isinstance(actions, list) or not actions:
        raise DocumentError(f"{name} has no actions", pointer="#/actions", hint="`actions` is a list of one or more")
    return [_action(raw, f"{name}#/actions/{index}") for index, raw in enumerate(cast("list[Any]", actions))]


def _action(raw: Any, where: str) -> Action:
    if not isinstance(raw, dict):
        raise DocumentError(f"{where} is not an object")
    action = cast("Object", raw)
    for key in action:
        if key not in _FIELDS and not key.startswith("x-"):
            near = nearest(key, _FIELDS, limit=1)
            raise DocumentError(
                f"{where} has a field {key[:60]!r} that actions do not have",
                hint=f"did you mean {near[0]!r}?" if near else f"there are {', '.join(_FIELDS)}",
            )
    target, remove = action.get("target"), action.get("remove", False)
    if not isinstance(target, str):
        raise DocumentError(f"{where} has no `target`", hint="a JSONPath such as $.paths['/pets'].get")
    if not isinstance(remove, bool):
        raise DocumentError(f"{where} has `remove: {str(remove)[:40]}`; it is true or false")
    query = _query(target, f"{where}: target")
    if remove:
        return Action(where, target, query, "remove")
    if "update" in action and "copy" in action:
        raise DocumentError(f"{where} has both `update` and `copy`", hint="make two actions of it")
    if "update" in action:
        return Action(where, target, query, "update", action["update"])
    if isinstance(source := action.get("copy"), str):
        return Action(where, target, query, "copy", source=_query(source, f"{where}: copy"))
    raise DocumentError(f"{where} does nothing", hint=f"give one of {', '.join(_VERBS)}")


def _query(text: str, where: str) -> Query:
    # python-jsonpath takes 150 ms to import, which only a start with an overlay pays.
    from keyhole.sources.openapi.jsonpath import Query, QueryError  # noqa: PLC0415

    try:
        return Query(text)
    except QueryError as error:
        column = f", at column {error.column}" if error.column else ""
        raise DocumentError(
            f"{where} {text[:200]!r} is not JSONPath (RFC 9535){column}: {error.message}",
            hint="it begins with $, and a name that is no identifier is quoted: $.paths['/pets'].get['x-y']",
        ) from None


class _Tree:
    """A document while it is changed. YAML's aliases share parts of it: what is changed is copied before, once."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._own: dict[int, Any] = {id(root): root}
        self._left = MAX_NODES

    def do(self, action: Action) -> None:
        """Apply one action to every node that it selects."""
        places = self._select(action.query, action)
        action.selected += len(places)
        if action.verb == "remove":
            self._remove(places, action)
            return
        value = action.value
        if action.source is not None:
            if not places:
                return
            sources = self._select(action.source, action)
            if len(sources) != 1:
                raise DocumentError(f"{action.where}: `copy` selects {counted(len(sources), 'node')}; it must be one")
            value = self._at(sources[0])
            self._left -= _weight(value, self._left)
            value = deepcopy(value) if self._left >= 0 else None
        self._left -= _weight(value, self._left) * len(places)
        if self._left < 0:
            raise DocumentError(f"{action.where} would add more than {MAX_NODES:,} values", hint="select fewer places")
        for place in places:
            self._update(place, value, action)

    def _select(self, query: Query, action: Action) -> list[Parts]:
        from keyhole.sources.openapi.jsonpath import QueryError  # noqa: PLC0415  (see `_query`)

        try:
            # From the end and from within: what is removed from a list moves what comes after it, and what is put in
            # the place of something takes all in it away.
            return sorted(query.select(self._root), key=_order, reverse=True)
        except QueryError as error:
            raise DocumentError(
                f"{action.where}: target {action.target[:200]!r}: {error.message}", hint="name the place more closely"
            ) from None

    def _at(self, place: Parts) -> Any:
        found: Any = self._root
        for part in place:
            found = found[part]
        return found

    def _container(self, place: Parts) -> Any:
        """Give what is at a place, ours alone from the root down to it."""
        found: Any = self._root
        for part in place:
            found = self._owned(found, part)
        return found

    def _owned(self, parent: Any, part: str | int) -> Any:
        child = parent[part]
        if isinstance(child, (dict, list)) and id(cast("Any", child)) not in self._own:
            child = parent[part] = copy(cast("Any", child))
            self._own[id(child)] = child
        return cast("Any", child)

    def _remove(self, places: Iterable[Parts], action: Action) -> None:
        for place in places:
            if not place:
                raise DocumentError(f"{action.where} would remove the whole document")
            del self._container(place[:-1])[place[-1]]

    def _update(self, place: Parts, value: Any, action: Action) -> None:
        target = self._container(place)
        if isinstance(target, dict):
            if not isinstance(value, dict):
                raise DocumentError(
                    f"{action.where}: target {action.target[:200]!r} selects an object, and what it is updated with is "
                    f"not one",
                    hint="`update` holds the fields to add or change",
                )
            self._merge(cast("Object", target), cast("Object", value))
        elif isinstance(target, list):
            more = cast("list[Any]", value) if isinstance(value, list) else [value]
            cast("list[Any]", target).extend(deepcopy(more))
        else:
            self._container(place[:-1])[place[-1]] = deepcopy(value)

    def _merge(self, target: Object, update: Object) -> None:
        """Merge objects into objects, append lists to lists, and put everything else in the place of what was there."""
        for key, value in update.items():
            old = self._owned(target, key) if key in target else None
            if isinstance(old, dict) and isinstance(value, dict):
                self._merge(cast("Object", old), cast("Object", value))
            elif isinstance(old, list) and isinstance(value, list):
                cast("list[Any]", old).extend(deepcopy(cast("list[Any]", value)))
            else:
                target[key] = deepcopy(value)


def _weight(value: Any, most: int) -> int:
    """Count the values in a value, to a little over `most`."""
    count, queue = 0, [value]
    while queue and count <= most:
        count += 1
        one = queue.pop()
        if isinstance(one, dict):
            queue += cast("Object", one).values()
        elif isinstance(one, list):
            queue += cast("list[Any]", one)
    return count


def _order(place: Parts) -> tuple[tuple[int, str], ...]:
    return tuple((0, part) if isinstance(part, str) else (part, "") for part in place)
