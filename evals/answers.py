"""How answers are compared: exact values, taken out of a sentence by tolerant rules; a wrong one beside them is refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


def plain(text: str) -> str:
    """Give a text in lower case, without Markdown's marks."""
    return re.sub(r"[*`_\"'\u2018\u2019\u201c\u201d]", " ", text).lower()


def numbers(text: str) -> list[float]:
    """Give the numbers of a text: thousands may be parted by commas; keys such as `WEB-12` and dates are none."""
    text = re.sub(r"\b\w+-\w[\w-]*", " ", text.replace("*", " ").replace("`", " "))
    found = re.findall(r"(?<![\w.])[-\u2212]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.])[-\u2212]?\d+(?:\.\d+)?", text)
    return [float(number.replace(",", "").replace("\u2212", "-")) for number in found]


def number(answer: str, right: float, decoys: Iterable[float] = ()) -> list[str]:
    """Check that the answer has this number, and none of those that a usual mistake gives."""
    found = numbers(answer)
    wrong = [each for each in decoys if each in found and each != right]
    if not any(abs(each - right) < 0.005 for each in found):
        return [f"the answer has not the number {right:g}: {answer[:200]!r}"]
    return [f"the answer also has {each:g}" for each in wrong]


def words(answer: str, right: Collection[str], universe: Iterable[str]) -> list[str]:
    """Check that, of all the names that there are, the answer has exactly these, in any order."""
    text = plain(answer)
    # A name that is part of a longer one found in its place (db1 in db1.cedar.example) does not count.
    found: set[str] = set()
    for name in sorted(set(universe) | set(right), key=len, reverse=True):
        mark = re.compile(rf"(?<![\w.@-]){re.escape(plain(name))}(?![\w@-]|\.\w)")
        if mark.search(text):
            found.add(name)
            text = mark.sub(" ", text)
    if found == set(right):
        return []
    missing, extra = sorted(set(right) - found), sorted(found - set(right))
    return [f"the answer lacks {missing}" for _ in missing[:1]] + [f"the answer also has {extra}" for _ in extra[:1]]


def differences(kind: str, right: dict[str, object], found: dict[str, object]) -> list[str]:
    """Say what of a state is not as it should be: what is missing, what is too much, what differs."""
    said = [f"{kind} {key} is missing; it should be {right[key]}" for key in right.keys() - found.keys()]
    said += [f"{kind} {key} should not be there: {found[key]}" for key in found.keys() - right.keys()]
    for key in right.keys() & found.keys():
        if right[key] != found[key]:
            said.append(f"{kind} {key} is {found[key]}; it should be {right[key]}")
    return sorted(said)


def only(rows: Sequence[tuple[float, str]]) -> tuple[float, str]:
    """Give the greatest of some; the task would be no task if two were the greatest."""
    ordered = sorted(rows, reverse=True)
    assert len(ordered) < 2 or ordered[0][0] != ordered[1][0], f"two are the greatest: {ordered[:3]}"
    return ordered[0]
