"""YAML 1.2 to JSON values, from libyaml's events: fast, without recursion, and bounded before an alias expands.

Why not a YAML 1.1 loader: `on`, `no`, dates and `=` must stay strings, and the keys of a mapping (`200:`, `1.10:`)
keep their own text. Why events: 4 MB take half a second, and a deep or self-multiplying text cannot hurt.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn, cast

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 200
MAX_NODES = 8_000_000
_parse: Any = getattr(yaml, "parse")  # noqa: B009  (its stub is partly untyped)
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyPy has no libyaml

# YAML 1.2.2 section 10.3.2, the core schema.
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # section 5.1
_CORE = "tag:yaml.org,2002:"
_MAX_DIGITS = 300


class YamlError(Exception):
    """The text is not YAML, or not safe to expand. `line` counts from 1, 0 where unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def parse_yaml(text: str) -> Any:
    """Give the first document of `text` as JSON values (dict with str keys, list, str, int, float, bool, None).

    Aliases share one object. Of a key given twice the last one wins. `<<` merges (YAML 1.1, but in use). A character
    that YAML does not allow (a stray control in a description) becomes U+FFFD. Raises `YamlError`.
    """
    try:
        return _Builder().build(_parse(_UNPRINTABLE.sub("\ufffd", text), Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(str(error.problem or "not YAML"), mark.line + 1 if mark else 0) from None
    except yaml.YAMLError as error:
        raise YamlError(" ".join(str(error).split())[:200]) from None


class _Builder:
    """One parse. A node's weight is how many nodes it has with every alias expanded, as in a JSON text of it."""

    def __init__(self) -> None:
        self.anchors: dict[str, tuple[Any, int, int]] = {}
        self.open: list[_Open] = []
        self.root: Any = None

    def build(self, events: Iterator[Any]) -> Any:  # noqa: C901  (one branch a kind of event, in one hot loop)
        for event in events:
            kind = cast("Any", type(event))
            if kind is yaml.ScalarEvent:
                plain = event.value if event.implicit[1] or event.tag == "!" else _scalar(event)
                parent = self.open[-1] if self.open else None
                if parent is not None and parent.wants_key:
                    plain = event.value
                if event.anchor:
                    self.anchors[event.anchor] = (plain, 1, 0)
                self._add(plain, 1, 0, event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                if len(self.open) >= MAX_DEPTH:
                    _fail(f"nested deeper than {MAX_DEPTH} levels", event)
                self.open.append(_Open(kind is yaml.MappingStartEvent, event.anchor))
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                done = self.open.pop()
                if done.anchor:
                    self.anchors[done.anchor] = (done.value, done.weight, done.height)
                self._add(done.value, done.weight, done.height, event)
            elif kind is yaml.AliasEvent:
                if event.anchor not in self.anchors:
                    _fail(f"alias *{event.anchor} has no anchor before it", event)
                self._add(*self.anchors[event.anchor], event)
            elif kind is yaml.DocumentEndEvent:
                break
        return self.root

    def _add(self, value: Any, weight: int, height: int, event: Any) -> None:
        if not self.open:
            self.root = value
            return
        parent = self.open[-1]
        parent.weight += weight
        parent.height = max(parent.height, height + 1)
        if parent.weight > MAX_NODES or len(self.open) + height > MAX_DEPTH:
            _fail(f"its aliases expand to more than {MAX_NODES:,} nodes or {MAX_DEPTH} levels", event)
        parent.add(value, event)


class _Open:
    """A mapping or sequence whose end has not come yet."""

    __slots__ = ("anchor", "height", "key", "mapping", "value", "wants_key", "weight")

    def __init__(self, mapping: bool, anchor: str | None) -> None:  # noqa: FBT001
        self.mapping = mapping
        self.anchor = anchor
        self.value: Any = {} if mapping else []
        self.wants_key = mapping
        self.key = ""
        self.weight = 1
        self.height = 0

    def add(self, value: Any, event: Any) -> None:
        if not self.mapping:
            self.value.append(value)
        elif self.wants_key:
            if not isinstance(value, str):
                _fail("a mapping or a list is used as a key", event)
            self.key = value
            self.wants_key = False
        else:
            self.wants_key = True
            if self.key == "<<" and _merge(self.value, value):
                return
            self.value[self.key] = value


def _merge(into: dict[str, Any], value: Any) -> bool:
    parts = cast("list[Any]", value) if isinstance(value, list) else [value]
    if not all(isinstance(part, dict) for part in parts):
        return False
    for part in parts:
        for key, item in part.items():
            into.setdefault(key, item)
    return True


def _scalar(event: Any) -> Any:
    text: str = event.value
    tag: str | None = event.tag
    if tag is None or tag == _CORE + "int" or tag == _CORE + "float":
        return _plain(text)
    if tag in (_CORE + "null", _CORE + "bool"):
        return _WORDS.get(text, text)
    return text


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "-+.0123456789" or len(text) > _MAX_DIGITS:
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    return float(text) if _FLOAT.fullmatch(text) else text


def _fail(message: str, event: Any) -> NoReturn:
    raise YamlError(message, event.start_mark.line + 1 if event.start_mark else 0)
