"""References of a document: external files folded in, and those that lead nowhere named. Nothing is dereferenced."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from keyhole.catalog.schema import escaped, pointed
from keyhole.errors import DocumentError
from keyhole.sources.openapi.document import decode, parse
from keyhole.sources.openapi.dynamic import Dynamic, bind
from keyhole.sources.openapi.fetch import Fetcher, read_file, shown
from keyhole.sources.openapi.guard import origin_of
from keyhole.sources.openapi.identity import SCHEME, Identity, Node, nodes, placed
from keyhole.sources.source import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyhole.catalog.schema import Schemas

FOLDED = "x-keyhole-files"
"""Where a document keeps the external files that its `$ref`s name: path or URL → content."""

_MAX_FILES = 2000
_MAX_BYTES = 128 << 20
_MAX_NOTICES = 100
_MAX_S = 120.0
_DOCUMENTS = frozenset({".json", ".yaml", ".yml", ""})
_EXTERNAL = re.compile(r"""\$ref["']?\s*:\s*["']?[^#"'\s{]""")
_LOCAL = re.compile(r"""\$ref["']?\s*:\s*(?:"([^"\n]*)"|'([^'\n]*)'|(#[^\s,}]*))""")


def pointer_to(*keys: str | int) -> str:
    """Give the pointer `#/a/b`, as notices show it: without percent escapes."""
    return "#/" + "/".join(str(key).replace("~", "~0").replace("/", "~1") for key in keys)


def shown_pointer(pointer: str) -> str:
    """Give a reference's pointer as notices show it."""
    return pointer.replace("%25", "%")


def _holders(node: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Give where a node holds references: its `$ref`, and the URIs of a discriminator's mapping."""
    if isinstance(node.get("$ref"), str):
        yield node, "$ref"
    discriminator = node.get("discriminator")
    mapping = cast("dict[str, Any]", discriminator).get("mapping") if isinstance(discriminator, dict) else None
    for value, target in list(cast("dict[str, Any]", mapping).items()) if isinstance(mapping, dict) else ():
        # OpenAPI 3.1.1, 4.8.25.3: without one of these it is the name of a component.
        if isinstance(target, str) and re.search(r"[#/]|\.(?:json|ya?ml)$", target):
            yield cast("dict[str, Any]", mapping), value


class Folder:
    """Folds the external files of one document in. `location` is its URL, or its path, or empty."""

    def __init__(self, root: dict[str, Any], location: str, fetcher: Fetcher) -> None:
        self._root = root
        self._location = location
        self._remote = "://" in location
        self._home = Path(location).resolve().parent if location and not self._remote else None
        self._fetcher = fetcher
        self._files: dict[str, Any] = {}
        self._keys: dict[str, str | None] = {}
        self._who = Identity()
        self._dynamic: list[Dynamic] = []
        self._queue: list[tuple[Any, str, str]] = []
        self._bytes = 0
        self._deadline = time.monotonic() + _MAX_S
        self.notices: list[Notice] = []

    def fold(self) -> list[Notice]:
        """Rewrite every external `$ref` to `#/x-keyhole-files/KEY/...`, in place. Gives what could not be had."""
        self._who.register(self._root, self._main(), "")
        self._queue.append((self._root, self._main(), ""))
        while self._queue:
            self._rewrite(*self._queue.pop())
        if self._dynamic:
            bind(self._root, self._who, self._dynamic)
        return self.notices

    def _main(self) -> str:
        return str(Path(self._location).resolve()) if self._home else self._location

    def _rewrite(self, content: Any, location: str, prefix: str) -> None:
        """Point the references of one file at the whole. `prefix` is the pointer to the file, without `#`."""
        circles: set[str] = set()
        for node in nodes(content, location):
            pointer = f"#{prefix}{node.pointer}"
            for holder, key in _holders(node.value):
                if (found := self._resolved(holder[key], node.base, location, pointer)) is not None:
                    holder[key] = found
            if isinstance(ref := node.value.get("$dynamicRef"), str):
                self._note_dynamic(node, ref, location, pointer)
            if node.value.get("$recursiveAnchor") is True:
                circles.add(pointer)
            if isinstance(node.value.get("$recursiveRef"), str):
                # JSON Schema 2019-09, section 8.2.4.2, as documents mean it: the nearest schema around that says so.
                around = pointer
                while around and around not in circles:
                    around = around.rpartition("/")[0]
                if around:
                    del node.value["$recursiveRef"]
                    node.value.setdefault("$ref", around)

    def _note_dynamic(self, node: Node, ref: str, location: str, pointer: str) -> None:
        target, _, fragment = ref.partition("#")
        base = placed(node.base, target) if target else node.base
        found = self._resolved(ref, node.base, location, pointer)
        if found is not None:
            self._dynamic.append((node.value, fragment if (base, fragment) in self._who.dynamic else "", found))

    def _resolved(self, ref: str, base: str, location: str, pointer: str) -> str | None:
        """Give a reference as a pointer into the whole; None where it stays as it is."""
        target, _, fragment = ref.partition("#")
        inside = placed(base, target) if target else base
        if inside in self._who.resources:
            found = self._who.find(inside, fragment)
            if found is not None and inside != location and pointed(self._root, found) is None:
                # Many write `#/components/...` inside of a schema with an `$id`, and mean the document.
                found = self._who.find(location, fragment) if not target else found
            return found
        if not target:
            return None
        key = self._key(placed(location, target), ref, pointer)
        return None if key is None else self._who.find(key, fragment)

    def _key(self, place: str, ref: str, pointer: str) -> str | None:
        """Give the place of a file once it is read; None, with a notice, where it cannot be had."""
        if place not in self._keys:
            try:
                if place not in self._who.resources:
                    self._load(place)
                self._keys[place] = place
            except DocumentError as error:
                self._keys[place] = None
                said = f"$ref {ref[:200]!r} is left out: {error.message}"
                self.notices.append(Notice(shown_pointer(pointer), said, "file-missing"))
        return self._keys[place]

    def _load(self, place: str) -> None:
        if len(self._files) >= _MAX_FILES or self._bytes > _MAX_BYTES:
            raise DocumentError(f"more than {_MAX_FILES} files or {_MAX_BYTES >> 20} MB are referred to")
        if time.monotonic() > self._deadline:
            raise DocumentError(f"reading what it refers to takes more than {_MAX_S:g} s")
        if origin_of(place):
            _, data = self._fetcher.get(place)
            name, key = shown(place), shown(place)
        elif self._home is None or self._remote:
            raise DocumentError("a document that is no file may not refer to one")
        else:
            odd = SCHEME.match(place) or "\0" in place
            path = Path() if odd else Path(place).resolve()
            if odd or not path.is_relative_to(self._home):
                raise DocumentError("it lies outside of the document's folder")
            name, key = path.name, path.relative_to(self._home).as_posix()
            # A document that was merely saved next to `.env` or a key must not hand them to its API.
            if path.suffix.lower() not in _DOCUMENTS or any(part.startswith(".") for part in Path(key).parts):
                raise DocumentError("it is not named as a part of an API document is")
            data = read_file(path)
        self._bytes += len(data)
        content = parse(decode(data, name), name)
        if not _nested(content):
            raise DocumentError("it holds neither an object nor a list")
        while key in self._files:
            key += "+"  # two URLs that differ in their query
        self._files[key] = content
        self._root[FOLDED] = self._files
        self._who.register(content, place, f"/{FOLDED}/{escaped(key)}")
        self._queue.append((content, place, f"/{FOLDED}/{escaped(key)}"))


def _nested(value: Any) -> bool:
    return isinstance(value, (dict, list))


def has_external(text: str) -> bool:
    """Say whether a document's text may refer to other files."""
    return _EXTERNAL.search(text) is not None


def dangling(root: dict[str, Any], schemas: Schemas, text: str | None) -> list[Notice]:
    """Name each local `$ref` that leads nowhere or in a circle, once, at the first place that has it.

    `text`, where given, makes this cheap: the distinct references are read from it, and the document is only walked
    where one is broken.
    """
    known: dict[str, str] = {}
    if text is not None:
        distinct = {match[1] or match[2] or match[3] or "" for match in _LOCAL.finditer(text)}
        if not any(_broken(schemas, ref, known) for ref in distinct):
            return []
    found: dict[str, Notice] = {}
    for node in nodes(root):
        ref = node.value.get("$ref")
        if not isinstance(ref, str) or ref in found or len(found) >= _MAX_NOTICES or not ref.startswith("#"):
            continue
        if why := _broken(schemas, ref, known):
            said = f"$ref {ref[:200]!r} {why}; anything is allowed there"
            found[ref] = Notice(shown_pointer(f"#{node.pointer}"), said, "ref-nowhere")
    return list(found.values())


def _broken(schemas: Schemas, ref: str, known: dict[str, str]) -> str:
    """Say what is wrong with `ref`, empty where nothing is. `known` remembers, so that long chains are walked once."""
    seen: dict[str, None] = {}
    while ref not in known:
        if ref in seen:
            known[ref] = "runs in a circle"
            break
        seen[ref] = None
        target = schemas.target(ref)
        following = target.get("$ref")
        if not target:
            known[ref] = "" if _is_empty_schema(schemas, ref) else "leads nowhere"
        elif not isinstance(following, str):
            known[ref] = ""
        else:
            ref = following
    known.update(dict.fromkeys(seen, known[ref]))
    return known[ref]


def _is_empty_schema(schemas: Schemas, ref: str) -> bool:
    """Say whether `ref` points at a real `{}` (or `true`), rather than at nothing."""
    head, _, last = ref.rpartition("/")
    parent: Any = schemas.root if head == "#" else schemas.target(head) if head else None
    return isinstance(parent, dict) and unquote(last).replace("~1", "/").replace("~0", "~") in parent
