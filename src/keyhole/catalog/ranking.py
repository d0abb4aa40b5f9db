"""Ranks operations for a query in words: BM25F over their fields, in plain Python, deterministic, without a model."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass
from heapq import nlargest
from math import log
from typing import TYPE_CHECKING

from keyhole.catalog.fields import Reader, is_collection, verbatim
from keyhole.catalog.words import ABBREVIATED, CHANGES, CREATES, DELETES, READS, RELATED, STOP, plain_words, stem, terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyhole.catalog.fields import Field
    from keyhole.catalog.intent import Intent
    from keyhole.catalog.operation import Operation

MAX_RANKED = 200
"""No search answers with more for one intent."""

_K1 = 1.0
_MAX_TERMS = 40
_RELATED = 0.35
_PREFIX = 0.7
_JOINED = 0.8
_VERB = 0.5
_METHOD_BONUS = 1.15
_DEPRECATED = 0.8
_INITIALS = 4
_COVER = 0.4
_LEAF_BONUS = 0.3
_MANY_BONUS = 1.1
_DEPTH = 0.01
_NAMED = 2.0
_NEAR = 0.5
_FITTING_BONUS = 1.12


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: the best operations with their scores, and how many answer about as well (`total`).

    `best` are the places, in `operations`, of the best hit of each line; `unanswered` the lines that have none.
    """

    operations: tuple[Operation, ...]
    scores: tuple[float, ...]
    total: int
    best: tuple[int, ...] = ()
    unanswered: tuple[str, ...] = ()


class Index:
    """An inverted index over operations. Immutable once made; safe to share between threads."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._operations = tuple(operations)
        self._numbers = {id(operation): number for number, operation in enumerate(self._operations)}
        self._postings: dict[str, tuple[array[int], array[float]]] = {}
        counted: dict[str, dict[tuple[str, ...], int]] = {}
        reader = Reader()
        for number, operation in enumerate(self._operations):
            self._add(number, reader.fields(operation))
            _note_initials(operation, counted)
        self._weigh()
        self._sorted = sorted(self._postings)
        self._initials = {short: max(sorted(found), key=lambda one: found[one]) for short, found in counted.items()}

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
        near.update(chosen)
        places = {number: place for place, number in enumerate(chosen)}
        return Found(
            tuple(self._operations[number] for number in chosen),
            tuple(chosen.values()),
            len(near),
            tuple(dict.fromkeys(places[order[0]] for order in orders if order)),
            tuple(intent.asked for intent, order in zip(intents, orders, strict=True) if not order),
        )

    def _add(self, number: int, fields: Iterable[tuple[Field, list[str]]]) -> None:
        weights: dict[str, float] = {}
        for (weight, usual, b), found in fields:
            if found:
                share = weight / (1 - b + b * len(found) / usual)
                for term in found:
                    weights[term] = weights.get(term, 0.0) + share
        for term, weight in weights.items():
            posting = self._postings.get(term)
            if posting is None:
                posting = self._postings[term] = (array("I"), array("f"))
            posting[0].append(number)
            posting[1].append(weight)

    def _weigh(self) -> None:
        """Turn term weights into each posting's share of the score."""
        total = len(self._operations)
        for numbers, weights in self._postings.values():
            rarity = log(1 + (total - len(numbers) + 0.5) / (len(numbers) + 0.5))
            for at, weight in enumerate(weights):
                weights[at] = rarity * weight * (_K1 + 1) / (_K1 + weight)

    def _rank(self, line: str, apis: frozenset[str]) -> dict[int, float]:
        """Give the scores of the best `MAX_RANKED` for one intent."""
        words = _spelt_out(plain_words(line)[:_MAX_TERMS])
        scores: dict[int, float] = {}
        for options in self._wanted(words):
            best: dict[int, float] = {}
            for term, share in options.items():
                numbers, weights = self._postings[term]
                for number, weight in zip(numbers, weights, strict=True):
                    if (score := weight * share) > best.get(number, 0.0):
                        best[number] = score
            for number, score in best.items():
                scores[number] = scores.get(number, 0.0) + score
        if apis:
            scores = {number: score for number, score in scores.items() if self._operations[number].api in apis}
        wish = _Wish(line, words)
        top = nlargest(MAX_RANKED, scores.items(), key=lambda item: (item[1], -item[0]))
        return {number: score * wish.factor(self._operations[number]) for number, score in top}

    def _wanted(self, words: list[str]) -> list[dict[str, float]]:
        """Give, for each word that says something, the terms that count as it and how much."""
        wanted: list[dict[str, float]] = []
        bare = [word for word in words if word not in STOP and (len(word) > 1 or word.isdigit())]
        stems = [stem(word) for word in bare]
        for at, term in enumerate(stems):
            weight = _VERB if term in RELATED else 1.0
            options = {term: weight}
            for other in RELATED.get(term, ()):
                options[other] = _RELATED
            if at + 1 < len(stems):
                options[term + stems[at + 1]] = _JOINED
            if at:
                options[stems[at - 1] + term] = _JOINED
            for part in ABBREVIATED.get(bare[at], ()):
                options[stem(part)] = weight
            if term not in self._postings and len(term) > 2:
                options.update(dict.fromkeys(self._starting(term), _PREFIX))
            known = {option: share for option, share in options.items() if option in self._postings}
            if known:
                wanted.append(known)
            spans = (verbatim(stems[start : at + 1]) for start in range(max(0, at - _INITIALS), at))
            wanted.extend({whole: 1.0} for whole in spans if whole in self._postings)
            if 1 < len(term) <= _INITIALS and term in self._initials and len(self._postings.get(term, ((),))[0]) < 3:
                phrase = self._initials[term]
                wanted.extend({part: 1.0} for part in phrase if part in self._postings)
        return wanted

    def _starting(self, start: str) -> list[str]:
        at = bisect_left(self._sorted, start)
        found: list[str] = []
        while at < len(self._sorted) and self._sorted[at].startswith(start) and len(found) < 8:
            found.append(self._sorted[at])
            at += 1
        return found


def _spelt_out(words: list[str]) -> list[str]:
    """Put the words for what stands for several of them; what stands for one is looked for beside it."""
    long = [(word, ABBREVIATED.get(word, ())) for word in words]
    return [part for word, parts in long for part in (parts if len(parts) > 1 else (word,))]


def _note_initials(operation: Operation, counted: dict[str, dict[tuple[str, ...], int]]) -> None:
    """Count what two to four words in a row abbreviate to: pull request → pr."""
    for text in (operation.name, operation.summary):
        words = [word for word in plain_words(text) if not word.isdigit()][:8]
        for start in range(len(words)):
            for size in range(2, min(_INITIALS, len(words) - start) + 1):
                phrase = words[start : start + size]
                if phrase[0] in STOP or phrase[-1] in STOP:
                    continue
                counts = counted.setdefault("".join(word[0] for word in phrase), {})
                key = tuple(stem(word) for word in phrase)
                counts[key] = counts.get(key, 0) + 1


class _Wish:
    """What a query says beyond its words: the kind of action, one thing or many. Weighs the best candidates again."""

    def __init__(self, line: str, words: list[str]) -> None:
        self._stems = frozenset(stem(word) for word in words if word not in STOP)
        self._methods, self._makes = _methods(line, words)
        nouns = [word for word in words if word not in STOP and word not in READS]
        self._many = (
            any(word.endswith("s") and not word.endswith("ss") and len(word) > 3 for word in nouns) or "list" in words
        )

    def factor(self, operation: Operation) -> float:
        """Give what to multiply the operation's score by."""
        factor = _DEPRECATED if operation.deprecated else 1.0
        if operation.method in self._methods:
            factor *= _METHOD_BONUS
            if self._makes is not None and operation.method != "PATCH":
                factor *= _FITTING_BONUS if is_collection(operation.path) == self._makes else 1.0
        if operation.method == "GET" and self._many and (not self._methods or "GET" in self._methods):
            factor *= _MANY_BONUS if is_collection(operation.path) else 1.0
        said = set(terms(operation.summary or operation.name))
        if said:
            factor *= 1 + _COVER * len(said & self._stems) / len(said)
        literal = [part for part in operation.path.split("/") if part and not part.startswith("{")]
        leaf = set(terms(literal[-1])) if literal else set[str]()
        if leaf:
            factor *= 1 + _LEAF_BONUS * len(leaf & self._stems) / len(leaf)
        return factor * (1 - _DEPTH * min(len(literal), 10))


_KINDS = (
    (DELETES, frozenset({"DELETE"}), None),
    (CHANGES, frozenset({"PATCH", "PUT", "POST"}), False),
    (CREATES, frozenset({"POST", "PUT"}), True),
    (READS, frozenset({"GET"}), None),
)


def _methods(line: str, words: list[str]) -> tuple[frozenset[str], bool | None]:
    """Give the methods that a query asks for, and whether it makes something (else: changes; None: neither)."""
    first = line.partition(" ")[0]
    if first in ("GET", "DELETE", "POST", "PUT", "PATCH", "HEAD", "OPTIONS"):
        return frozenset({first}), None
    for word in words:
        for known, methods, makes in _KINDS:
            if word in known:
                return methods, makes
    if len(words) > 2 and words[0] not in STOP and words[1] in ("a", "an", "the"):
        return frozenset({"POST"}), True  # a command that is in no list: "refund a charge"
    return frozenset(), None
