"""Text as search terms: words split, folded and stemmed."""

from __future__ import annotations

import re
from functools import lru_cache
from string import ascii_lowercase

_TOKEN = re.compile(r"[A-Za-z0-9]+|[^\W\d_A-Za-z]+")
_CJK = 0x2E80
_CAMEL = re.compile(r"OAuth\d?|[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP = _set(
    """
    a about all also an and any are as at be been but by can could did do does everything for from had has have
    he her him how i if in into is it its just let like may me my no not of on or our out please really she
    should so some somebody someone something than that the their them there these they thing this those through
    to up us using very via want was we were what when where which while who whose will with within would yet
    you your s t re ve ll d m given specific specified used use uses api endpoint provide provided one another
    other right now down off over back away somehow must shall again already still only same
    """
)
"""Words that say nothing about an operation. "all", "which" and the like are looked at before they are dropped."""


def plain_words(text: str) -> list[str]:
    """Split text into lower-case words; camelCase falls apart, runs of CJK become pairs."""
    found: list[str] = []
    for token in _TOKEN.findall(text):
        found.extend(_split(token))
    return found


def terms(text: str) -> list[str]:
    """Give the index terms of a text: stems, without the words that say nothing."""
    found: list[str] = []
    for token in _TOKEN.findall(text):
        found.extend(_terms(token))
    return found


@lru_cache(maxsize=65_536)
def _split(token: str) -> tuple[str, ...]:
    if not token.isascii():
        if ord(token[0]) < _CJK:
            return (token.lower(),)
        return tuple(token[index : index + 2] for index in range(max(1, len(token) - 1)))
    if token.islower() or token.isdigit():
        return (token,)
    parts: list[str] = []
    for part in _CAMEL.findall(token):
        if part.isdigit() and parts:
            parts[-1] += part
        else:
            parts.append(part.lower())
    if len(parts) > 1 and len(parts[0]) == 1:
        parts[:2] = ["".join(parts[:2])]  # RRset, eTag
    return tuple(parts)


@lru_cache(maxsize=65_536)
def _terms(token: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in _split(token) if word not in STOP and (len(word) > 1 or word.isdigit()))


_ENDINGS = (
    ("izations", "iz"), ("ization", "iz"), ("isations", "iz"), ("isation", "iz"),
    ("ications", "y"), ("ication", "y"), ("ations", "at"), ("ation", "at"),
    ("ators", "at"), ("ator", "at"),
    ("ements", ""), ("ement", ""), ("ments", ""), ("ment", ""), ("nesses", ""), ("ness", ""),
    ("ities", ""), ("ity", ""),
    ("ances", ""), ("ance", ""), ("ences", ""), ("ence", ""),
)  # fmt: skip


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Reduce a word to what its forms share, lightly: policies → polici, deployments → deploy, created → creat."""
    if len(word) < 4 or not word.isascii() or word[-1].isdigit():
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return _final(word[: -len(ending)] + instead)
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "xes", "ches", "shes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return _final(_without_ending(word))


def _final(word: str) -> str:
    if word.endswith("ll") and len(word) > 5:
        word = word[:-1]  # cancelled and canceled, enroll and enrol
    if word.endswith("e") and len(word) > 4:
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and len(word) > 4 else word


def _without_ending(word: str) -> str:
    for ending in ("ing", "ed", "ion"):
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) > 3 and re.search("[aeiouy]", base[:-1]):
            return base[:-1] if base[-1] == base[-2] and base[-1] not in "lsz" else base
    return word


def misspelt(word: str) -> list[str]:
    """Give what a word may be meant to be, one slip away: a letter too few, too many, wrong, or two in the wrong order.

    The first letter is taken to be right.
    """
    found: dict[str, None] = {}
    for at in range(1, len(word) + 1):
        head, tail = word[:at], word[at:]
        found[head + tail[1:]] = None
        found[head + tail[1:2] + tail[:1] + tail[2:]] = None
        for letter in ascii_lowercase:
            found[head + letter + tail[1:]] = None
            found[head + letter + tail] = None
    found.pop(word, None)
    return list(found)


def forget() -> None:
    """Drop what is remembered of words: an index has been made, and its words take memory for nothing."""
    for remembered in (_split, _terms, stem):
        remembered.cache_clear()
