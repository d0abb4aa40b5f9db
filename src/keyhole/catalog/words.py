"""Text as search terms: words split, folded and stemmed; what people call things and what APIs call them."""

from __future__ import annotations

import re
from functools import lru_cache

_TOKEN = re.compile(r"[A-Za-z0-9]+|[^\W\d_A-Za-z]+")
_CAMEL = re.compile(r"OAuth\d?|[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

STOP = frozenset(
    "a about all also an and any are as at be been but by can could did do does everything for from had has have he her him how i if "
    "in into is it its just let like may me my no not of on or our out please really she should so some somebody someone something "
    "than that the their them there these they thing this those through to up us using very via want was we were what when where "
    "which while who whose will with within would yet you your s t re ve ll d m "
    "given specific specified used use uses api endpoint provide provided".split()
)
"""Words that say nothing about an operation. "all", "which" and the like are looked at before they are dropped."""

# One group a line: people's words for what an operation does. General English, nothing of one API.
_VERBS = """
get show fetch retrieve read view see look check display give tell obtain return inspect
list every enumerate browse
search find query lookup filter locate discover
create add new make insert register issue open start generate provision
update edit change modify set adjust alter replace rename patch put configure fix
delete remove destroy drop erase clear revoke unset purge wipe discard
cancel stop end terminate abort halt
send post publish submit deliver emit
upload attach import
download export
enable activate allow
disable deactivate block
join enter
leave exit quit
run execute trigger invoke launch
restart reboot
approve accept confirm
reject decline refuse deny
copy duplicate clone fork
verify validate confirm
assign grant give
count total number many
"""
READS = frozenset("get show fetch retrieve read view see look check display tell list every enumerate browse search find query lookup "
                  "which what who how download export count many whose inspect".split())  # fmt: skip
CREATES = frozenset("create add new make insert register send post publish submit upload attach run execute trigger invite".split())
CHANGES = frozenset("update edit change modify set adjust alter replace rename patch put configure fix enable disable turn mark move".split())
DELETES = frozenset("delete remove destroy drop erase clear revoke purge wipe discard unassign".split())


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
        return tuple(token[index : index + 2] for index in range(max(1, len(token) - 1))) if ord(token[0]) > 0x2E7F else (token.lower(),)
    if token.islower() or token.isdigit():
        return (token,)
    parts: list[str] = []
    for part in _CAMEL.findall(token):
        if part.isdigit() and parts:
            parts[-1] += part
        else:
            parts.append(part.lower())
    return tuple(parts)


@lru_cache(maxsize=65_536)
def _terms(token: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in _split(token) if word not in STOP and (len(word) > 1 or word.isdigit()))


_ENDINGS = (
    ("izations", "iz"), ("ization", "iz"), ("ications", "y"), ("ication", "y"), ("ations", "at"), ("ation", "at"), ("ators", "at"), ("ator", "at"),
    ("ements", ""), ("ement", ""), ("ments", ""), ("ment", ""), ("nesses", ""), ("ness", ""), ("ities", ""), ("ity", ""),
    ("ances", ""), ("ance", ""), ("ences", ""), ("ence", ""),
)  # fmt: skip


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Reduce a word to what its forms share, lightly: policies → polici, deployments → deploy, created → creat."""
    if len(word) < 4 or not word.isascii() or word[-1].isdigit():
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)] + instead
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "xes", "ches", "shes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed", "er", "ers", "ion"):
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) > 3 and re.search("[aeiouy]", base[:-1]):
            if base[-1] == base[-2] and base[-1] not in "lsz":
                base = base[:-1]
            word = base
            break
    if word.endswith("e") and len(word) > 4:
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and len(word) > 4 else word


def _related() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for line in _VERBS.strip().splitlines():
        group = [stem(word) for word in line.split()]
        for word in group:
            found.setdefault(word, {}).update(dict.fromkeys(other for other in group if other != word))
    return {word: tuple(others) for word, others in found.items()}


RELATED = _related()
"""Stem → stems of verbs that may stand for it."""
