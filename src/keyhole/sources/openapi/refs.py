"""References of a document: external files folded in, and those that lead nowhere named. Nothing is dereferenced."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from keyhole.errors import DocumentError
from keyhole.sources.openapi.document import decode, parse
from keyhole.sources.openapi.fetch import Fetcher, read_file, shown
from keyhole.sources.openapi.guard import joined, origin_of
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
# Two letters at least: "C:\\" is a path.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_EXTERNAL = re.compile(r"""\$ref["']?\s*:\s*["']?[^#"'\s{]""")
_LOCAL = re.compile(r"""\$ref["']?\s*:\s*(?:"([^"\n]*)"|'([^'\n]*)'|(#[^\s,}]*))""")


def escaped(key: str) -> str:
    """Give a key as one segment of a JSON pointer in a URI fragment (RFC 6901 section 6)."""
    return key.replace("~", "~0").replace("/", "~1").replace("%", "%25")


def pointer_to(*keys: str | int) -> str:
    """Give the pointer `#/a/b`, as notices show it: without percent escapes."""
    return "#/" + "/".join(str(key).replace("~", "~0").replace("/", "~1") for key in keys)


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
        self._queue: list[tuple[Any, str, str]] = []
        self._bytes = 0
        self._deadline = time.monotonic() + _MAX_S
        self.notices: list[Notice] = []

    def fold(self) -> list[Notice]:
        """Rewrite every external `$ref` to `#/x-keyhole-files/KEY/...`, in place. Gives what could not be had."""
        self._queue.append((self._root, self._main(), ""))
        while self._queue:
            self._rewrite(*self._queue.pop())
        if self._files:
            self._root[FOLDED] = self._files
        return self.notices

    def _main(self) -> str:
        return str(Path(self._location).resolve()) if self._home else self._location

    def _rewrite(self, content: Any, location: str, prefix: str) -> None:
        """Point the `$ref`s of one file at the whole. `prefix` is the pointer to the file, without `#`."""
        for pointer, node in references(content):
            ref = cast("str", node["$ref"])
            target, _, fragment = ref.partition("#")
            if fragment and not fragment.startswith("/"):
                continue  # an anchor: resolves to nothing, and is named as dangling
            if not target:
                if prefix:
                    node["$ref"] = f"#{prefix}{'/' + fragment.lstrip('/') if fragment else ''}"
                continue
            place = self._place(location, target)
            if place == self._main():
                node["$ref"] = f"#{fragment}"
            elif (key := self._key(place, ref, f"#{prefix}{pointer}")) is not None:
                node["$ref"] = f"#/{FOLDED}/{escaped(key)}{fragment}"

    def _place(self, location: str, target: str) -> str:
        if "://" in location:
            return joined(location, target)
        if not location or _SCHEME.match(target) or "\0" in unquote(target):
            return target
        return str((Path(location).parent / unquote(target)).resolve())

    def _key(self, place: str, ref: str, pointer: str) -> str | None:
        if place not in self._keys:
            try:
                self._keys[place] = self._load(place)
            except DocumentError as error:
                self._keys[place] = None
                self.notices.append(Notice(pointer, f"$ref {ref[:200]!r} is left out: {error.message}"))
        return self._keys[place]

    def _load(self, place: str) -> str:
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
            path = Path(place)
            if _SCHEME.match(place) or not path.is_relative_to(self._home):
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
        self._queue.append((content, place, f"/{FOLDED}/{escaped(key)}"))
        return key


def references(content: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every object with a string `$ref`, with its pointer (from `/`). Each once; examples are not looked into."""
    seen: set[int] = set()
    stack: list[tuple[str, Any]] = [("", content)]
    while stack:
        pointer, node = stack.pop()
        if id(node) in seen:
            continue
        if isinstance(node, dict):
            seen.add(id(cast("object", node)))
            entries = cast("dict[str, Any]", node)
            if isinstance(entries.get("$ref"), str):
                yield pointer, entries
            for key, value in entries.items():
                if _nested(value) and (key != "example" or pointer.endswith("/properties")):
                    stack.append((f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}", value))
        elif isinstance(node, list):
            seen.add(id(cast("object", node)))
            for index, value in enumerate(cast("list[Any]", node)):
                if _nested(value):
                    stack.append((f"{pointer}/{index}", value))


def _nested(value: Any) -> bool:
    return isinstance(value, (dict, list))


def has_external(text: str | None) -> bool:
    """Say whether a document's text may refer to other files. Without a text: it may."""
    return text is None or _EXTERNAL.search(text) is not None


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
    for pointer, node in references(root):
        ref = cast("str", node["$ref"])
        why = _broken(schemas, ref, known)
        if why and ref not in found and len(found) < _MAX_NOTICES and ref.startswith("#"):
            found[ref] = Notice("#" + pointer, f"$ref {ref[:200]!r} {why}; anything is allowed there")
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
