"""A place in a document, known by where it is: through references, and down into schemas as a value goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Parts = tuple[str | int, ...]
"""The keys and indexes from the root of a document to a place in it."""

_ESCAPES = {"\\": "\\\\", "'": "\\'", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_MAX_HOPS = 32
_MAX_NESTING = 12
_ALTERNATIVES = ("allOf", "anyOf", "oneOf")


@dataclass(frozen=True, slots=True)
class Spot:
    """A node of a document (`root`): `parts` is where it is, `value` what is there, a reference as it stands."""

    root: Any
    parts: Parts = ()
    value: Any = None

    @classmethod
    def of(cls, root: Any, parts: Iterable[str | int] = ()) -> Spot:
        """Give the node at `parts`, which are followed literally; its value is None where they lead nowhere."""
        spot = cls(root, (), root)
        for part in parts:
            spot = spot.child(part)
        return spot

    @property
    def pointer(self) -> str:
        """The JSON pointer, as notices show it: `#/paths/~1pets/get`."""
        return "#" + "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in self.parts)

    @property
    def path(self) -> str:
        """The JSONPath that selects the node alone."""
        return path_of(self.parts)

    @property
    def entries(self) -> dict[str, Any]:
        """The node as an object; empty where it is none."""
        held = self.value
        return cast("dict[str, Any]", held) if isinstance(held, dict) else {}

    @property
    def items(self) -> list[Any]:
        """The node as a list; empty where it is none."""
        held = self.value
        return cast("list[Any]", held) if isinstance(held, list) else []

    @property
    def parent(self) -> Spot:
        """What this is in."""
        return Spot.of(self.root, self.parts[:-1])

    @property
    def followed(self) -> Spot:
        """Where the chain of local references that begins here ends; here where there is none, or it is broken."""
        spot = self
        for _ in range(_MAX_HOPS):
            ref = spot.entries.get("$ref")
            if not isinstance(ref, str) or not ref.startswith("#"):
                return spot
            spot = Spot.of(self.root, _parts(self.root, ref))
        return self

    def child(self, *keys: str | int) -> Spot:
        """Give what is below, each step from where references lead."""
        spot = self
        for key in keys:
            found = spot.followed
            value: Any = None
            if isinstance(key, int):
                value = found.items[key] if 0 <= key < len(found.items) else None
            else:
                value = found.entries.get(key)
            spot = Spot(self.root, (*found.parts, key), value)
        return spot

    def members(self) -> Iterator[Spot]:
        """Give what is in the list or the object that is here, or that is referred to."""
        held = self.followed
        for key in held.entries or range(len(held.items)):
            yield held.child(key)

    def schema_of(self, step: str | int) -> Spot | None:
        """Give the schema of a value's field or item, this being the value's; None where it is not declared."""
        return self._down(step, 0)

    def _down(self, step: str | int, nesting: int) -> Spot | None:
        here = self.followed
        if nesting > _MAX_NESTING:
            return None
        if isinstance(step, int):
            prefix = here.child("prefixItems", step)
            named = prefix if prefix.value is not None else here.child("items")
        else:
            named = here.child("properties", step)
        if isinstance(named.value, dict):
            return named
        for keyword in _ALTERNATIVES:
            for member in here.child(keyword).members():
                if (found := member._down(step, nesting + 1)) is not None:  # noqa: SLF001  (another of the same class)
                    return found
        extra = here.child("additionalProperties")
        return extra if isinstance(step, str) and isinstance(extra.value, dict) else None

    def part_with(self, keyword: str) -> Spot:
        """Give the part of a schema, composed by `allOf` and its like, that says `keyword`; the whole where none does.

        With `required:NAME` and `properties:NAME`, what it says must hold that name.
        """
        return self._part(keyword.partition(":"), 0) or self.followed

    def _part(self, wanted: tuple[str, str, str], nesting: int) -> Spot | None:
        keyword, _, name = wanted
        here = self.followed
        held = here.entries.get(keyword)
        if held is not None and (not name or (isinstance(held, (list, dict)) and name in held)):
            return here
        for composed in _ALTERNATIVES if nesting < _MAX_NESTING else ():
            for member in here.child(composed).members():
                if (found := member._part(wanted, nesting + 1)) is not None:  # noqa: SLF001
                    return found
        return None


def _parts(root: Any, ref: str) -> Parts:
    """Give what a local reference points at as keys and indexes (RFC 6901 section 6)."""
    parts: list[str | int] = []
    node = root
    for segment in ref.partition("#")[2].split("/")[1:]:
        key = unquote(segment).replace("~1", "/").replace("~0", "~")
        if isinstance(node, list) and key.isascii() and key.isdigit() and len(key) < 9:
            items = cast("list[Any]", node)
            parts.append(int(key))
            node = items[int(key)] if int(key) < len(items) else None
        else:
            parts.append(key)
            node = cast("dict[str, Any]", node).get(key) if isinstance(node, dict) else None
    return tuple(parts)


def path_of(parts: Iterable[str | int]) -> str:
    """Write where a node is as a query that selects it alone: `$.paths['/pets'].get.parameters[0]`."""
    text = "$"
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.isascii() and part.isidentifier():
            text += f".{part}"
        else:
            text += f"['{_escaped(part)}']"
    return text


def _escaped(name: str) -> str:
    """Escape a name for single quotes (RFC 9535 section 2.3.1.1)."""
    return "".join(_ESCAPES.get(char) or (char if char >= " " else f"\\u{ord(char):04x}") for char in name)
