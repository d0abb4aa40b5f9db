"""Object types that declarations repeat word for word, named and declared once."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from keyhole.catalog.wording import SKIPPED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

TAKEN = frozenset({"Promise", "Record", "Uint8Array", "Array", "Object", "Function"})
"""Names of types that stand for something already."""

_LEAST = 72
_COST = 40  # characters that a name and its declaration take
_ROUNDS = 4
_OF = re.compile(r"([A-Za-z]\w*)\"?\??: \(?$")


def named_once(texts: list[str], taken: Collection[str]) -> list[str]:
    """Give the texts of one namespace with what they repeat declared before them, where that is shorter."""
    declared: list[str] = []
    known = set(taken)
    for _ in range(_ROUNDS):
        found = Counter(group for text in texts + declared for group in _groups(text))
        saved = {group: (times - 1) * len(group) - _COST for group, times in found.items() if times > 1}
        best = max(saved, key=lambda group: saved[group], default="")
        if not best or saved[best] <= 0:
            break
        name = _name(best, texts + declared, known)
        known.add(name)
        texts, declared = ([text.replace(best, name) for text in each] for each in (texts, declared))
        declared.insert(0, f"type {name} = {best};")
    return [*declared, *texts]


def _groups(text: str) -> Iterator[str]:
    """Give the object types in a text, outer and inner ones, that are long enough to be worth a name."""
    plain = SKIPPED.sub(lambda found: " " * len(found[0]), text)
    opened: list[int] = []
    for at, char in enumerate(plain):
        if char == "{":
            opened.append(at)
        elif char == "}" and opened:
            start = opened.pop()
            declares = text[:start].endswith(" = ") and text.startswith("type ")
            if at - start >= _LEAST and not declares:
                yield text[start : at + 1]


def _name(group: str, texts: list[str], known: set[str]) -> str:
    """Name a type after the field that holds it."""
    text = next(text for text in texts if group in text)
    field = _OF.search(text[: text.index(group)])
    wished = field[1][:1].upper() + field[1][1:30] if field else "Result"
    name, number = wished, 2
    while name in known:
        name, number = f"{wished}{number}", number + 1
    return name
