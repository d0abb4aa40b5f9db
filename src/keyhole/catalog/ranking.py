"""Ranks operations for a query in words: BM25F over their fields, in plain Python, deterministic, without a model."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

from keyhole.catalog.fields import Reader
from keyhole.catalog.words import CHANGES, CREATES, DELETES, READS, RELATED, STOP, plain_words, stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyhole.catalog.fields import Field
    from keyhole.catalog.operation import Operation

_K1 = 1.5
_MAX_QUERY = 1_000
_MAX_INTENTS = 8
_MAX_TERMS = 40
_RELATED = 0.35
_PREFIX = 0.7
_JOINED = 0.8
_VERB = 0.5
_METHOD_BONUS = 1.15
_DEPRECATED = 0.8
_INITIALS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: the best operations with their scores, and how many matched at all."""

    operations: tuple[Operation, ...]
    scores: tuple[float, ...]
    total: int


class Index:
    """An inverted index over operations. Immutable once made; safe to share between threads."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._operations = tuple(operations)
        self._postings: dict[str, tuple[array[int], array[float]]] = {}
        self._initials: dict[str, dict[tuple[str, ...], int]] = {}
        reader = Reader()
        for number, operation in enumerate(self._operations):
            self._add(number, reader.fields(operation))
            self._note_initials(operation)
        self._weigh()
        self._sorted = sorted(self._postings)

    def search(self, query: str, *, limit: int = 10, api: str | None = None) -> Found:
        """Rank. Lines of the query are intents of their own and take turns in the answer."""
        lines = [line for line in query[:_MAX_QUERY].splitlines() if line.strip()][:_MAX_INTENTS]
        ranked = [self._rank(line, api) for line in lines]
        matched = {number for scores in ranked for number in scores}
        best = [sorted(scores, key=lambda number: (-scores[number], number))[: limit * len(lines)] for scores in ranked]
        chosen: dict[int, float] = {}
        for place in range(max((len(found) for found in best), default=0)):
            for found, scores in zip(best, ranked, strict=True):
                if place < len(found) and len(chosen) < limit:
                    chosen.setdefault(found[place], scores[found[place]])
        return Found(tuple(self._operations[number] for number in chosen), tuple(chosen.values()), len(matched))

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

    def _note_initials(self, operation: Operation) -> None:
        """Note what two to four words in a row abbreviate to: pull request → pr."""
        for text in (operation.name, operation.summary):
            words = [word for word in plain_words(text) if not word.isdigit()][:12]
            for start in range(len(words)):
                for size in range(2, min(_INITIALS, len(words) - start) + 1):
                    phrase = tuple(words[start : start + size])
                    if phrase[0] in STOP or phrase[-1] in STOP:
                        continue
                    short = "".join(word[0] for word in phrase)
                    key = tuple(stem(word) for word in phrase)
                    counts = self._initials.setdefault(short, {})
                    counts[key] = counts.get(key, 0) + 1

    def _weigh(self) -> None:
        """Turn term weights into each posting's share of the score."""
        total = len(self._operations)
        for numbers, weights in self._postings.values():
            rarity = log(1 + (total - len(numbers) + 0.5) / (len(numbers) + 0.5))
            for at, weight in enumerate(weights):
                weights[at] = rarity * weight * (_K1 + 1) / (_K1 + weight)

    def _rank(self, line: str, api: str | None) -> dict[int, float]:
        words = plain_words(line)[:_MAX_TERMS]
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
        methods = _methods(words)
        result: dict[int, float] = {}
        for number, score in scores.items():
            operation = self._operations[number]
            if api is None or operation.api == api:
                bonus = _METHOD_BONUS if operation.method in methods else 1.0
                result[number] = score * bonus * (_DEPRECATED if operation.deprecated else 1.0)
        return result

    def _wanted(self, words: list[str]) -> list[dict[str, float]]:
        """Give, for each word that says something, the terms that count as it and how much."""
        wanted: list[dict[str, float]] = []
        stems = [stem(word) for word in words if word not in STOP and (len(word) > 1 or word.isdigit())]
        for at, term in enumerate(stems):
            weight = _VERB if term in RELATED else 1.0
            options = {term: weight}
            for other in RELATED.get(term, ()):
                options[other] = _RELATED
            if at + 1 < len(stems):
                options[term + stems[at + 1]] = _JOINED
            if at:
                options[stems[at - 1] + term] = _JOINED
            if term not in self._postings and len(term) > 2:
                options.update(dict.fromkeys(self._starting(term), _PREFIX))
            known = {option: share for option, share in options.items() if option in self._postings}
            if known:
                wanted.append(known)
            if 1 < len(term) <= _INITIALS and term in self._initials and len(self._postings.get(term, ((),))[0]) < 3:
                phrase = max(sorted(self._initials[term].items()), key=lambda item: item[1])[0]
                wanted.extend({part: 1.0} for part in phrase if part in self._postings)
        return wanted

    def _starting(self, start: str) -> list[str]:
        from bisect import bisect_left

        at = bisect_left(self._sorted, start)
        found: list[str] = []
        while at < len(self._sorted) and self._sorted[at].startswith(start) and len(found) < 8:
            found.append(self._sorted[at])
            at += 1
        return found


def _methods(words: list[str]) -> frozenset[str]:
    for word in words:
        if word in DELETES:
            return frozenset({"DELETE"})
        if word in CHANGES:
            return frozenset({"PATCH", "PUT", "POST"})
        if word in CREATES:
            return frozenset({"POST", "PUT"})
        if word in READS:
            return frozenset({"GET"})
    return frozenset()
