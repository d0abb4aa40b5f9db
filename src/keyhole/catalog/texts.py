"""What each operation says of itself in a few words: numbers of terms, packed, for all operations are kept at once."""

from __future__ import annotations

from array import array
from collections import Counter
from typing import TYPE_CHECKING

from keyhole.catalog.fields import asked_of
from keyhole.catalog.words import plain_words, stem, terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keyhole.catalog.operation import Operation

LONGEST = 4
"""No abbreviation of first letters, and no phrase that is looked for as a whole, has more words."""

_TEXTS = 3
_MAX_WORDS = 12
_MAX_PLACES = 2_000
_BETWEEN = (0xFFFFFFFF, ord(" "))  # after each text, so that no phrase spans two


class Texts:
    """The terms of the summary, the name and the end of the path of each operation, in their order."""

    def __init__(self) -> None:
        self._terms = array("I")
        self._letters = bytearray()
        self._starts = array("I", [0])

    def add(self, operation: Operation, numbers: Mapping[str, int]) -> None:
        """Add the next operation. A term that is not in `numbers` cannot be asked for and is left out."""
        for text in (terms(operation.summary), terms(operation.name), _leaf(operation)):
            known = [term for term in text if term in numbers]
            self._terms.extend(numbers[term] for term in known)
            self._letters.extend(ord(term[0]) if term.isascii() else _BETWEEN[1] for term in known)
            self._terms.append(_BETWEEN[0])
            self._letters.append(_BETWEEN[1])
            self._starts.append(len(self._terms))

    def of(self, number: int) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
        """Give the terms of the summary, the name and the end of the path."""
        first, second, third, end = self._starts[_TEXTS * number : _TEXTS * number + _TEXTS + 1]
        return self._terms[first : second - 1], self._terms[second : third - 1], self._terms[third : end - 1]

    def abbreviated(self, short: str) -> tuple[int, ...]:
        """Give the words in a row whose first letters most often make `short`, not just once: pr → pull, request."""
        letters, size = short.encode(), len(short)
        counts: Counter[tuple[int, ...]] = Counter()
        place = self._letters.find(letters)
        for _ in range(_MAX_PLACES):
            if place < 0:
                break
            counts[tuple(self._terms[place : place + size])] += 1
            place = self._letters.find(letters, place + 1)
        best = max(counts, key=lambda phrase: counts[phrase], default=())
        return best if counts[best] > 1 else ()


def _leaf(operation: Operation) -> list[str]:
    """Give the terms of the last word of the path; "storageclasses" is two where the name says `StorageClass`."""
    path = asked_of(operation) or operation.path
    literal = [part for part in path.split("/") if part and not part.startswith("{")]
    found = terms(literal[-1]) if literal else []
    texts = [plain_words(text)[:_MAX_WORDS] for text in (operation.id, operation.summary)]
    known = {stem(word) for words in texts for word in words}
    if known.issuperset(found):
        return found
    apart: dict[str, list[str]] = {}
    for words in texts:
        for start in range(len(words)):
            for end in range(start + 2, min(start + LONGEST, len(words)) + 1):
                apart.setdefault(stem("".join(words[start:end])), words[start:end])
    return [stem(word) for term in found for word in apart.get(term, (term,))]
