"""From what reading a document has skipped or mended to findings, with edits after which there is nothing to skip."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from keyhole.catalog.naming import loose
from keyhole.catalog.spot import Spot
from keyhole.sources.openapi.identity import nodes
from keyhole.sources.openapi.lint.finding import RULES, Finding
from keyhole.sources.openapi.mend import put, remove, update
from keyhole.sources.openapi.operations import TEMPLATE, template_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyhole.catalog.schema import Schemas
    from keyhole.sources.openapi.mend import Edit
    from keyhole.sources.source import Notice

_NAMED = re.compile(r"the path parameter '(.*)' is")
_PLACES = {
    "2.0": ("definitions", "parameters", "responses"),
    "3": tuple(f"components/{kind}" for kind in ("schemas", "parameters", "responses", "requestBodies", "headers")),
}


def noticed(notices: Iterable[Notice], schemas: Schemas) -> Iterator[Finding]:
    """Give a finding for each notice; for a reference that is broken, one for each place that has it."""
    root = schemas.root
    for notice in notices:
        if notice.rule not in RULES:
            continue
        spot = Spot.of(root, _parts(root, notice.pointer))
        if notice.rule == "overlay-idle":
            yield Finding("overlay-idle", Spot(root), f"{notice.pointer}: {notice.message}")
        elif notice.rule == "ref-nowhere" and isinstance(ref := spot.entries.get("$ref"), str):
            yield from _broken(ref, spot, notice, schemas)
        else:
            yield Finding(notice.rule, spot, notice.message, tuple(_edits(notice, spot, schemas)))


def _parts(root: Any, pointer: str) -> list[str | int]:
    """Give a notice's pointer as keys and indexes."""
    parts: list[str | int] = []
    spot = Spot(root, (), root)
    for segment in pointer.split("/")[1:] if pointer.startswith("#") else ():
        key: str | int = segment.replace("~1", "/").replace("~0", "~")
        if spot.followed.items and str(key).isdigit():
            key = int(key)
        parts.append(key)
        spot = spot.child(key)
    return parts


def _edits(  # noqa: PLR0911  (one rule after another)
    notice: Notice, spot: Spot, schemas: Schemas
) -> list[Edit]:
    found = _NAMED.match(notice.message)
    match notice.rule:
        case "path-undeclared" if found:
            return _declared(spot.followed, found[1], old=schemas.dialect == "2.0")
        case "path-stray" if found:
            return _strays(spot, found[1])
        case "path-slash":
            return [remove(spot), update(spot.parent, {f"/{spot.parts[-1]}": spot.value})] if spot.entries else []
        case "parameter-unusable" | "parameter-twice" | "parameter-reserved":
            return [remove(_held(spot))]
        case "not-a-list" if spot.entries:
            held = spot.entries
            each: list[Any] = [one for one in held.values() if isinstance(one, dict)]
            listed = [held] if "name" in held and "in" in held else each
            return put(spot.parent.followed, "parameters", listed)
        case "not-an-object" | "method" if isinstance(spot.value, (dict, list)):
            return [remove(spot)]
        case _:
            return []


def _held(spot: Spot) -> Spot:
    """Give where an item of a list really is, when references lead to the list."""
    return spot.parent.followed.child(spot.parts[-1])


def _declared(operation: Spot, name: str, *, old: bool) -> list[Edit]:
    path = str(operation.parts[1]) if len(operation.parts) > 1 else ""
    variables = {template_name(found): found.strip() for found in TEMPLATE.findall(path)}
    style = {".": "label", ";": "matrix"}.get(variables.get(name, "")[:1])
    kind: dict[str, Any] = {"type": "string"} if old else {"schema": {"type": "string"}}
    parameter = {
        "name": name,
        "in": "path",
        "required": True,
        **({"style": style} if style and not old else {}),
        **kind,
    }
    held = operation.child("parameters").followed
    return [update(held, parameter)] if held.items else [update(operation, {"parameters": [parameter]})]


def _strays(operation: Spot, name: str) -> list[Edit]:
    edits: list[Edit] = []
    for holder in (operation, operation.parent):
        for one in holder.child("parameters").members():
            parameter = one.followed.entries
            if parameter.get("name") == name and str(parameter.get("in")).lower() == "path":
                edits.append(remove(one))
    return edits


def _broken(ref: str, first: Spot, notice: Notice, schemas: Schemas) -> Iterator[Finding]:
    right = _meant(ref, schemas)
    known = _users(schemas).get(ref, [first])
    for spot in known:
        yield Finding("ref-nowhere", spot, notice.message, (update(spot, {"$ref": right}),) if right else ())


def _users(schemas: Schemas) -> dict[str, list[Spot]]:
    """Give where each local reference stands; found once."""
    known: dict[str, list[Spot]] | None = schemas.memo.get("lint-users")
    if known is None:
        known = defaultdict(list)
        for node in nodes(schemas.root):
            if isinstance(ref := node.value.get("$ref"), str):
                known[ref].append(Spot.of(schemas.root, _parts(schemas.root, f"#{node.pointer}".replace("%25", "%"))))
        schemas.memo["lint-users"] = known
    return known


def _meant(ref: str, schemas: Schemas) -> str:
    """Give the one component that is called like what a broken reference names, but for its case or its folder."""
    name = ref.rpartition("/")[2]
    places = _PLACES["2.0" if schemas.dialect == "2.0" else "3"]
    kind = ref.split("/")[-2] if ref.count("/") > 1 else ""
    found: list[str] = []
    for place in places:
        if place.rpartition("/")[2] != {"definitions": "schemas"}.get(kind, kind) and place != kind:
            continue
        held = Spot.of(schemas.root, place.split("/")).entries
        found += [f"#/{place}/{one}" for one in held if loose(one) == loose(name)]
    exact = [one for one in found if one.rpartition("/")[2] == name]
    best = exact or found
    return best[0] if len(best) == 1 and best[0] != ref else ""
