"""Ranks operations for a query in words: BM25F over their fields, in plain Python, deterministic, without a model."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from heapq import nlargest
from math import log
from typing import TYPE_CHECKING

from keyhole.catalog.fields import Reader, forget, verbatim
from keyhole.catalog.texts import LONGEST, Texts
from keyhole.catalog.vocabulary import ABBREVIATED, ALIKE, RELATED
from keyhole.catalog.wish import Wish, spelt_out
from keyhole.catalog.words import STOP, misspelt, plain_words, stem
from keyhole.uncollected import uncollected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keyhole.catalog.intent import Intent
    from keyhole.catalog.operation import Operation

MAX_RANKED = 200
"""No search answers with more for one intent."""

_K1 = 1.0
_RARITY = 0.7  # in a few words each counts; the plain logarithm lets the rarest decide alone
_MAX_TERMS = 60
_RELATED = 0.35
_ALIKE = 0.45
_ALIKE_IN_LONG = 0.25
_PREFIX = 0.7
_JOINED = 0.9
_SPLIT = 0.7
_MISSPELT = 0.6
_VERB = 0.5
_SENTENCE_ALONE = 0.6  # a story of several sentences asks for something else in each
_SENTENCE = re.compile(r"(?<=[.?!;])\s+(?=\S)")
_MAX_SENTENCES = 8
_LONG = 5
_LONGEST = 30
_SHORT = 8  # a longer text says it in several words, and what no operation has is a name in it, not a slip
_SHORTEST = 3
_FEW = 3
_MAX_STARTING = 8
_NAMED = 2.0
_NEAR = 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: the best operations with their scores, and how many are near the best (`total`).

    `best` are the places, in `operations`, of the best hit of each line; `unanswered` the lines that have none.
    """

    operations: tuple[Operation, ...]
    scores: tuple[float, ...]
    total: int
    best: tuple[int, ...] = ()
    unanswered: tuple[str, ...] = ()


class Index:
    """An inverted index over operations. Immutable once made; safe to share between threads."""

    @uncollected()
    def __init__(self, operations: Sequence[Operation]) -> None:
        self._operations = tuple(operations)
        self._numbers = {id(operation): number for number, operation in enumerate(self._operations)}
        self._terms: dict[str, int] = {}
        self._postings: list[tuple[array[int], array[float]]] = []
        self._texts = Texts()
        reader = Reader()
        for number, operation in enumerate(self._operations):
            self._add(number, reader.weights(operation))
            self._texts.add(operation, self._terms)
        self._weigh()
        self._sorted = sorted(self._terms)
        forget()

    def search(self, intents: Sequence[Intent], *, limit: int, exact: Sequence[Sequence[Operation]] = ()) -> Found:
        """Rank. Intents take turns in the answer; the best of each is in it, whatever the limit.

        `exact` holds, for each intent, the operations that it names outright: they come first.
        """
        ranked: list[dict[int, float]] = []
        for place, intent in enumerate(intents):
            scores = self._rank(intent.text, intent.apis)
            if not scores and intent.apis:
                scores = self._rank(intent.asked, frozenset())
            named = [self._numbers[id(operation)] for operation in (exact[place] if place < len(exact) else ())]
            top = max(scores.values(), default=1.0)
            for behind, number in enumerate(named):
                scores[number] = top * (_NAMED - 0.1 * behind)
            ranked.append(scores)
        return self._merged(intents, ranked, limit)

    def _merged(self, intents: Sequence[Intent], ranked: Sequence[dict[int, float]], limit: int) -> Found:
        orders = [sorted(scores, key=lambda number: (-scores[number], number)) for scores in ranked]
        near = set[int]()
        for scores, order in zip(ranked, orders, strict=True):
            near.update(number for number in order if scores[number] >= _NEAR * scores[order[0]])
        chosen: dict[int, float] = {}
        for place in range(max((len(order) for order in orders), default=0)):
            for order, scores in zip(orders, ranked, strict=True):
                if place < len(order) and (len(chosen) < limit or not place):
                    chosen.setdefault(order[place], scores[order[place]])
        places = {number: place for place, number in enumerate(chosen)}
        return Found(
            tuple(self._operations[number] for number in chosen),
            tuple(chosen.values()),
            len(near),
            tuple(dict.fromkeys(places[order[0]] for order in orders if order)),
            tuple(intent.asked for intent, order in zip(intents, orders, strict=True) if not order),
        )

    def _add(self, number: int, weights: Mapping[str, float]) -> None:
        for term, weight in weights.items():
            at = self._terms.get(term)
            if at is None:
                at = self._terms[term] = len(self._postings)
                self._postings.append((array("I"), array("f")))
            numbers, shares = self._postings[at]
            numbers.append(number)
            shares.append(weight)

    def _weigh(self) -> None:
        """Turn term weights into each posting's share of the score."""
        total = len(self._operations)
        for at, (numbers, weights) in enumerate(self._postings):
            rarity = log(1 + (total - len(numbers) + 0.5) / (len(numbers) + 0.5)) ** _RARITY * (_K1 + 1)
            shares = array("f", [rarity * weight / (_K1 + weight) for weight in weights])
            self._postings[at] = (array("I", numbers), shares)

    def _rank(self, line: str, apis: frozenset[str]) -> dict[int, float]:
        """Give the scores of the best `MAX_RANKED` for one intent."""
        sentences = [spelt_out(plain_words(part)) for part in _SENTENCE.split(line, _MAX_SENTENCES - 1)]
        parts = [self._score(words) for words in sentences]
        scores = parts[0]
        if len(parts) > 1:
            scores = {number: 0.0 for part in parts for number in part}
            for number in scores:
                each = [part.get(number, 0.0) for part in parts]
                scores[number] = _SENTENCE_ALONE * max(each) + (1 - _SENTENCE_ALONE) * sum(each)
        if apis:
            scores = {number: score for number, score in scores.items() if self._operations[number].api in apis}
        wish = Wish(line, [word for words in sentences for word in words], self._terms)
        return {
            number: score * wish.factor(self._operations[number], *self._texts.of(number))
            for number, score in _best(scores)
        }

    def _score(self, words: Sequence[str]) -> dict[int, float]:
        scores: dict[int, float] = {}
        for options in self._wanted(words):
            best = self._each_best(options)
            if not scores:
                scores = best
                continue
            for number, score in best.items():
                scores[number] = scores.get(number, 0.0) + score
        return scores

    def _each_best(self, options: Mapping[int, float]) -> dict[int, float]:
        """Give, for what may stand for one word, the best score that each operation has with any of it."""
        best: dict[int, float] = {}
        for at, share in sorted(options.items(), key=lambda item: -item[1]):
            numbers, weights = self._postings[at]
            if not best:
                best = {number: weight * share for number, weight in zip(numbers, weights, strict=True)}
                continue
            for number, weight in zip(numbers, weights, strict=True):
                if (score := weight * share) > best.get(number, 0.0):
                    best[number] = score
        return best

    def _wanted(self, words: Sequence[str]) -> list[dict[int, float]]:
        """Give, for each word that says something, the terms that count as it and how much."""
        wanted: list[dict[int, float]] = []
        bare = [word for word in words if word not in STOP and (len(word) > 1 or word.isdigit())][:_MAX_TERMS]
        stems = [stem(word) for word in bare]
        for at, term in enumerate(stems):
            spans = (verbatim(stems[start : at + 1]) for start in range(max(0, at - LONGEST), at))
            wanted.extend({self._terms[whole]: 1.0} for whole in spans if whole in self._terms)
            if term in stems[:at]:
                continue
            if known := self._options(bare, stems, at):
                wanted.append(known)
            elif len(bare) <= _SHORT:
                wanted.extend(self._guessed(bare[at], term))
            if 1 < len(term) <= LONGEST and self._count(term) < _FEW:
                wanted.extend({part: 1.0} for part in self._texts.abbreviated(term))
        return wanted

    def _options(self, bare: Sequence[str], stems: Sequence[str], at: int) -> dict[int, float]:
        """Give the terms of the index that may stand for the word at a place."""
        term = stems[at]
        weight = _VERB if term in RELATED else 1.0
        options = {term: weight}
        for other in RELATED.get(term, ()):
            options[other] = _RELATED
        alike = _ALIKE if len(stems) <= _SHORT else _ALIKE_IN_LONG
        for other in ALIKE.get(term, ()):
            options.setdefault(other, alike)
        if at + 1 < len(stems):
            options[term + stems[at + 1]] = _JOINED
        if at:
            options[stems[at - 1] + term] = _JOINED
        for part in ABBREVIATED.get(bare[at], ()):
            options[stem(part)] = weight
        if term not in self._terms and len(term) > 2:
            options.update(dict.fromkeys(self._starting(term), _PREFIX))
        return {self._terms[option]: share for option, share in options.items() if option in self._terms}

    def _guessed(self, word: str, term: str) -> list[dict[int, float]]:
        """Give terms for a word that the index has not: the two words it is made of, or what it may be misspelt for."""
        if not _LONG <= len(term) <= _LONGEST:
            return []
        for cut in range(_SHORTEST, len(word) - _SHORTEST + 1):
            halves = [stem(word[:cut]), stem(word[cut:])]
            if all(half in self._terms for half in halves):
                return [{self._terms[half]: _SPLIT} for half in halves]
        near = {self._terms[one]: _MISSPELT for one in misspelt(term) if one in self._terms}
        return [near] if near else []

    def _count(self, term: str) -> int:
        return len(self._postings[self._terms[term]][0]) if term in self._terms else 0

    def _starting(self, start: str) -> list[str]:
        at = bisect_left(self._sorted, start)
        found: list[str] = []
        while at < len(self._sorted) and self._sorted[at].startswith(start) and len(found) < _MAX_STARTING:
            found.append(self._sorted[at])
            at += 1
        return found


def _best(scores: Mapping[int, float]) -> list[tuple[int, float]]:
    """Give the best `MAX_RANKED`, best first; of equals those that the document has first."""
    least = nlargest(MAX_RANKED, scores.values())[-1] if len(scores) > MAX_RANKED else 0.0
    enough = [item for item in scores.items() if item[1] >= least]
    return sorted(enough, key=lambda item: (-item[1], item[0]))[:MAX_RANKED]
