"""What a query says beyond its words: the kind of action, one thing or many, which words stand together."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from keyhole.catalog.fields import asked_of, is_collection
from keyhole.catalog.vocabulary import ABBREVIATED, CHANGES, CREATES, DELETES, ENDS, PHRASES, READS
from keyhole.catalog.words import STOP, stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from keyhole.catalog.operation import Operation

_METHOD = 1.15
_FITTING = 1.12
_ANOTHER = 0.85  # what makes or deletes something does not change it
_MANY = 1.15
_DEPRECATED = 0.8
_SUMMARY = 0.4
_NAME = 0.2
_LEAF = 0.3
_PAIR = 0.05
_MAX_PAIRS = 3
_DEPTH = 0.01
_MAX_DEPTH = 10
_GAP = 4
_NO_CHANGE = frozenset(map(stem, ("create", "add", "insert", "register", "new", "list", "get", "read")))
_PREPOSITIONS = frozenset({"to", "from", "for", "of", "in", "on", "into", "at"})
_KINDS = (
    (DELETES, frozenset({"DELETE"}), None),
    (ENDS, frozenset({"DELETE", "POST", "PATCH", "PUT"}), False),
    (CHANGES, frozenset({"PATCH", "PUT", "POST"}), False),
    (CREATES, frozenset({"POST", "PUT"}), True),
    (READS, frozenset({"GET"}), None),
)
_METHODS = frozenset({"GET", "DELETE", "POST", "PUT", "PATCH", "HEAD", "OPTIONS"})


class Wish:
    """Weighs candidates by what their summary, name and path say of themselves, not by what stands in them anywhere.

    Terms are numbers here, the index's own: `numbers` has those that occur in it.
    """

    def __init__(self, line: str, words: Sequence[str], numbers: Mapping[str, int]) -> None:
        spelt = [part for word in words for part in ABBREVIATED.get(word, (word,))]
        stems = [stem(word) for word in spelt if word not in STOP]
        self._terms = frozenset(numbers[term] for term in stems if term in numbers)
        self._pairs = frozenset(pairwise(numbers.get(term, -1) for term in stems))
        self._methods, self._makes = _methods(line, spelt)
        self._things = self._terms if self._makes is None else self._terms & _in_front(spelt, numbers)
        self._spares = "DELETE" not in self._methods and any(word in known for known, *_ in _KINDS for word in spelt)
        nouns = [word for word in spelt if word not in STOP and word not in READS]
        self._many = "list" in spelt or any(_is_plural(word) for word in nouns)

    def factor(self, operation: Operation, summary: Sequence[int], name: Sequence[int], leaf: Sequence[int]) -> float:
        """Give what to multiply the operation's score by, from the terms of its texts in their order."""
        factor = _DEPRECATED if operation.deprecated else 1.0
        method, collection = operation.method, is_collection(operation.path)
        if asked_of(operation) is not None:
            method = "GET"
        if method in self._methods:
            factor *= _METHOD
            if self._makes is not None and method != "PATCH" and collection == self._makes:
                factor *= _FITTING
        if (self._makes is False and stem(_first(operation)) in _NO_CHANGE) or (method == "DELETE" and self._spares):
            factor *= _ANOTHER
        if method == "GET" and self._many and collection and (not self._methods or "GET" in self._methods):
            factor *= _MANY
        factor *= 1 + _SUMMARY * _share(summary or name, self._terms)
        factor *= 1 + _NAME * _share(name, self._terms)
        factor *= 1 + _LEAF * _share(leaf, self._things)
        pairs = self._pairs.intersection((*pairwise(summary), *pairwise(name)))
        factor *= 1 + _PAIR * min(_MAX_PAIRS, len(pairs))
        depth = operation.path.count("/") - operation.path.count("/{")
        return factor * (1 - _DEPTH * min(depth, _MAX_DEPTH))


def _share(text: Sequence[int], terms: frozenset[int]) -> float:
    """Say how much of a text the query has words for."""
    said = set(text)
    return len(said & terms) / len(said) if said else 0.0


def spelt_out(words: Sequence[str]) -> list[str]:
    """Put one verb for a verb and its particle, and the words for what stands for several of them.

    What stands for one word is looked for beside it: `ns` is in some documents.
    """
    found: list[str] = []
    dropped = set[int]()
    for at, word in enumerate(words):
        if at in dropped:
            continue
        for behind, meant in PHRASES.get(stem(word), ()):
            places = _places(words, at + 1, behind)
            if places:
                dropped.update(places)
                found.append(meant)
                break
        else:
            long = ABBREVIATED.get(word, ())
            found.extend(long if len(long) > 1 else (word,))
    return found


def _first(operation: Operation) -> str:
    """Give the first word of what an operation says of itself."""
    return (operation.summary or operation.name.replace("_", " ")).partition(" ")[0].lower()


def _in_front(words: Sequence[str], numbers: Mapping[str, int]) -> frozenset[int]:
    """Give the terms in front of a preposition: what is changed, not what it is changed to, for or in."""
    end = next((at for at, word in enumerate(words) if at and word in _PREPOSITIONS), len(words))
    return frozenset(numbers[term] for term in map(stem, words[:end]) if term in numbers)


def _places(words: Sequence[str], start: int, behind: tuple[str, ...]) -> Iterable[int]:
    """Say where the words of a phrase stand: several at once, a single one up to three words later."""
    if len(behind) == 1:
        near = words[start : start + _GAP]
        return (start + near.index(behind[0]),) if behind[0] in near else ()
    end = start + len(behind)
    return range(start, end) if tuple(words[start:end]) == behind else ()


def _methods(line: str, words: Sequence[str]) -> tuple[frozenset[str], bool | None]:
    """Give the methods that a query asks for, and whether it makes something (else: changes; None: neither)."""
    first = line.partition(" ")[0]
    if first in _METHODS:
        return frozenset({first}), None
    for word in words:
        for known, methods, makes in _KINDS:
            if word in known:
                return methods, makes
    if len(words) > 2 and words[0] not in STOP and words[1] in ("a", "an", "the"):
        return frozenset({"POST"}), True  # a command that is in no list: "refund a charge"
    return frozenset(), None


def _is_plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith("ss") and len(word) > 3
