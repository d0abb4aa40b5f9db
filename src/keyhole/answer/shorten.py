"""Cuts a value to a budget of tokens: arrays and strings get shorter where they stand, and the rest is valid JSON."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple, cast

from keyhole import tokens
from keyhole.answer.plain import MAX_DEPTH, clean, compact, scalar

MIN_TOKENS = 50
"""Smaller budgets are taken as this: nothing useful fits in less."""
CHARS_A_TOKEN = 16
"""A text longer than this many characters a token is taken as too long, without counting."""
WHOLE_BYTES = 96
"""Longer binary is told by its size only."""


@dataclass(frozen=True, slots=True)
class Shortened:
    """`text` fits the budget; `left_out` says what is missing ("988 items, 3 long strings"), "" where nothing is.

    `rest` is what JavaScript is put behind the whole value to have most of what is missing: ".items.slice(12)".
    """

    text: str
    left_out: str = ""
    rest: str = ""


class _Limits(NamedTuple):
    """What one attempt keeps: array items, keys of an object, characters of a string, levels."""

    items: int
    keys: int
    chars: int
    depth: int


# From generous to tight: (keys that are kept however few items fit, characters of a string, levels).
_LADDER = ((80, 4000, 40), (80, 1000, 40), (60, 300, 20), (40, 100, 12), (20, 40, 8), (8, 24, 5), (4, 16, 3))
_GOOD_ITEMS = 3
"""With so many items of every array an attempt is good enough not to try shorter strings."""
_STEPS = 7
_SMALL_LIST = 80
"""Characters; a list of scalars that takes no more stays whole: labels, coordinates."""
_MAX_REST, _MAX_STEPS = 60, 4
"""Characters and steps; a longer path is not worth its tokens."""
_ITEMS_FIRST = 1 << 62
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,40}")


class _TooLong(Exception):  # noqa: N818  (a signal, not an error)
    pass


def shorten(value: Any, max_tokens: int) -> Shortened:
    """Give the value as compact JSON of at most `max_tokens` o200k tokens (at least `MIN_TOKENS`). Never raises.

    Deterministic. Reads no more of a large value than what it gives out.
    """
    budget = max(max_tokens, MIN_TOKENS)
    whole = _Cut(_Limits(1 << 62, 1 << 62, 1 << 62, MAX_DEPTH), budget * CHARS_A_TOKEN).attempt(value, budget)
    if whole is not None:
        return whole
    best: Shortened | None = None
    longest, deepest = budget * CHARS_A_TOKEN, MAX_DEPTH
    for keys, chars, depth in _LADDER:
        items, found = _most_items(value, budget, keys, chars, depth)
        if items >= _GOOD_ITEMS and found is not None:
            fitting = _Limits(items, max(keys, items), chars, depth), found
            fitting = _grown(value, budget, fitting, "depth", deepest)
            return _grown(value, budget, fitting, "chars", longest)[1]
        longest, deepest, best = chars, depth + 1, best or found
    return best or Shortened(compact(_sketch(value, budget)), "nearly everything")


def prefix(text: str, max_tokens: int) -> tuple[str, int]:
    """Give the longest beginning of a text within a budget, and how many characters are missing."""
    longest = clean(text[: max_tokens * CHARS_A_TOKEN])
    if len(longest) == len(text) and fits(longest, max_tokens):
        return longest, 0
    low, high = 0, len(longest)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(longest[:middle], max_tokens):
            low = middle
        else:
            high = middle - 1
    return longest[:low], len(text) - low


def fits(text: str, max_tokens: int) -> bool:
    """Say whether a text is within a budget; counts only where the answer isn't clear from the length."""
    if len(text) > max_tokens * CHARS_A_TOKEN:
        return False
    if len(text.encode(errors="replace")) <= max_tokens:
        return True  # a token is a byte or more
    if len(text) > tokens.SAMPLED_CHARS and tokens.estimate(text) > max_tokens * 1.5:
        return False
    return (tokens.count(text) if tokens.exact() else tokens.estimate(text)) <= max_tokens


def _most_items(value: Any, budget: int, keys: int, chars: int, depth: int) -> tuple[int, Shortened | None]:
    """Find the largest number of items, the same for every array, with which the value fits."""
    found: Shortened | None = None
    low, high = 0, budget + 1
    tried = min(8, budget)
    while high - low > 1:
        limits = _Limits(tried, max(keys, tried), chars, depth)
        shortened = _Cut(limits, budget * CHARS_A_TOKEN // 2).attempt(value, budget)
        if shortened is None:
            high = tried
        else:
            found, low = shortened, tried
        tried = min(low * 4, budget) if high > budget else (low + high) // 2
    return low, found


def _grown(
    value: Any, budget: int, fitting: tuple[_Limits, Shortened], field: str, most: int
) -> tuple[_Limits, Shortened]:
    """Find the most of one limit, up to `most`, that fits beside what fits already: no room is left unused."""
    limits, best = fitting
    low, high = getattr(limits, field), most
    for _ in range(_STEPS):
        if high - low < 2 or not _cuts(best, field):
            break
        middle = (low + high) // 2
        wider = limits._replace(**{field: middle})
        attempt = _Cut(wider, budget * CHARS_A_TOKEN).attempt(value, budget)
        if attempt is None:
            high = middle
        else:
            limits, best, low = wider, attempt, middle
    return limits, best


def _cuts(found: Shortened, field: str) -> bool:
    return ("long string" if field == "chars" else "deeply nested") in found.left_out


def _sketch(value: Any, budget: int) -> str:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        bare = f"… an object of {_count(len(fields), 'key')}"
        named = f"{bare}: {', '.join(str(key)[:12] for key in islice(fields, 3))}"
        return named if fits(compact(named), budget) else bare
    if isinstance(value, list):
        return f"… an array of {_count(len(cast('list[Any]', value)), 'item')}"
    return "… a long value"


@dataclass
class _Cut:
    """One attempt: builds the shortened value, counts what it leaves out, and gives up when it grows too long."""

    limits: _Limits
    left: int
    """Characters that may still be given out."""
    items: int = 0
    keys: int = 0
    strings: int = 0
    levels: int = 0
    binary: int = 0
    path: list[str | int] = field(default_factory=list[str | int])
    most: int = 0
    rest: str = ""

    def attempt(self, value: Any, budget: int) -> Shortened | None:
        try:
            text = compact(self.cut(value, self.limits.depth))
        except _TooLong:
            return None
        return Shortened(text, self.left_out(), self.rest) if fits(text, budget) else None

    def left_out(self) -> str:
        parts = (
            (self.items, "array item"), (self.keys, "object key"), (self.strings, "long string"),
            (self.binary, "binary value"), (self.levels, "deeply nested value"),
        )  # fmt: skip
        return ", ".join(f"{count:,} {name}{'s' * (count != 1)}" for count, name in parts if count)

    def note(self, missing: int, after: str) -> None:
        """Remember where most is missing: of an array's items, else of a string."""
        if missing > self.most and len(self.path) <= _MAX_STEPS:
            self.most = missing
            self.rest = "".join(map(_step, self.path)) + after
            if len(self.rest) > _MAX_REST:
                self.rest = ""

    def spend(self, chars: int) -> None:
        self.left -= chars
        if self.left < 0:
            raise _TooLong

    def cut(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            return self.string(value)
        if isinstance(value, dict):
            return self.object(cast("dict[Any, Any]", value), depth)
        if isinstance(value, (list, tuple)):
            return self.array(cast("list[Any]", value), depth)
        if isinstance(value, (bytes, bytearray)):
            return self.bytes(bytes(value))
        number = scalar(value)
        self.spend(len(str(number)) + 1)
        return number

    def string(self, text: str) -> str:
        missing = len(text) - self.limits.chars
        # a cut that saves less than its own remark is none
        if missing <= 30:
            self.spend(len(text) + 3)
            return text
        self.strings += 1
        self.note(missing, f".slice({self.limits.chars})")
        self.spend(self.limits.chars + 30)
        return f"{text[: self.limits.chars]}… ({missing:,} more characters)"

    def array(self, value: list[Any], depth: int) -> Any:
        self.spend(3)
        if not value:
            return []
        if depth <= 0:
            self.levels += 1
            self.spend(16)
            return f"[… {_count(len(value), 'item')}]"
        kept = len(value) if len(value) > self.limits.items and _is_small(value) else self.limits.items
        given: list[Any] = []
        for at, item in enumerate(islice(value, kept)):
            self.path.append(at)
            given.append(self.cut(item, depth - 1))
            self.path.pop()
        missing = len(value) - len(given)
        if missing:
            self.items += missing
            self.note(missing + _ITEMS_FIRST, f".slice({kept})")
            self.spend(24)
            given.append(f"… {missing:,} more {'item' if missing == 1 else 'items'}")
        return given

    def object(self, value: dict[Any, Any], depth: int) -> Any:
        self.spend(3)
        if not value:
            return {}
        if depth <= 0:
            self.levels += 1
            self.spend(16)
            return f"{{… {_count(len(value), 'key')}}}"
        given: dict[str, Any] = {}
        for key, item in islice(value.items(), self.limits.keys):
            self.path.append(str(key))
            given[self.key(str(key), given)] = self.cut(item, depth - 1)
            self.path.pop()
        missing = len(value) - len(given)
        if missing:
            self.keys += missing
            self.spend(24)
            given[self.key("…", given)] = _count(missing, "more key")
        return given

    def key(self, name: str, given: dict[str, Any]) -> str:
        limit = max(self.limits.chars, 24)
        if len(name) > limit:
            name = name[:limit] + "…"
        while name in given:
            name += "…"
        self.spend(len(name) + 4)
        return name

    def bytes(self, value: bytes) -> Any:
        if len(value) <= min(WHOLE_BYTES, self.limits.chars):
            self.spend(len(value) * 2 + 12)
            return {"$bytes": base64.b64encode(value).decode()}
        self.binary += 1
        self.spend(24)
        return f"[bytes: {len(value):,}]"


def _is_small(value: list[Any]) -> bool:
    """Say whether a list is of a few short scalars."""
    if len(value) > _SMALL_LIST // 2:
        return False
    return all(isinstance(item, (str, int, float)) or item is None for item in value) and (
        sum(len(item) + 3 if isinstance(item, str) else 8 for item in value) <= _SMALL_LIST
    )


def _step(key: str | int) -> str:
    """Give one step of a path in JavaScript."""
    if isinstance(key, str):
        return f".{key}" if _IDENTIFIER.fullmatch(key) else f"[{compact(key)}]"
    return f"[{key}]"


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
