"""Text as search terms: words split, folded and stemmed; what people call things and what APIs call them."""

from __future__ import annotations

import re
from functools import lru_cache

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

# One group a line: people's words for what an operation does. General English, nothing of one API.
_VERBS = """
get show fetch retrieve read view see look check display give tell obtain return inspect
list every enumerate browse
search find query lookup filter locate discover
create add new make insert register provision
update edit change modify set adjust alter replace rename patch put configure fix
delete remove destroy drop erase clear revoke unset purge wipe discard
cancel stop end terminate abort halt
send post publish submit deliver
upload attach import
download export
enable activate allow
disable deactivate
block ban
join enter
leave exit quit
run execute trigger invoke launch start dispatch kick
restart reboot
approve accept confirm
reject decline refuse deny
copy duplicate clone fork
verify validate confirm
assign grant give
count total number many
"""
_SHORT = """
repo repository, org organization, ns namespace, deploy deployment, sts statefulset, svc service, k8s
kubernetes, cm configmap, auth authentication, authn authentication, authz authorization, config
configuration, env environment, info information, msg message, db database, vm virtual machine, lb load
balancer, perm permission, perms permission, rm remove, del delete, ls list, pr pull request, prs pull
requests, mr merge request, mrs merge requests, ci workflow, app application, apps application, tz timezone,
deps dependency, dep dependency, cert certificate, img image, pic image, pics image, doc document, docs
document, acct account, addr address, admin administrator, pwd password, creds credential, sub subscription,
txn transaction, dir directory, attr attribute, param parameter, params parameter, qty quantity, num number,
spec specification, stats statistics, tx transaction, calc calculate, dept department, mgmt management, lang
language, ref reference
"""


def _abbreviations() -> dict[str, tuple[str, ...]]:
    entries = [entry.split() for entry in _SHORT.split(",")]
    return {short: tuple(long) for short, *long in entries}


READS = _set(
    """
    get show fetch retrieve read view see look check display tell list every enumerate browse search find query
    lookup which what who how download export count many whose inspect newest latest recent
    """
)
CREATES = _set(
    """
    create add new make insert register send post publish submit upload attach run execute trigger invite start
    dispatch kick launch
    """
)
CHANGES = _set(
    """
    update edit change modify set adjust alter replace rename patch put configure fix enable disable turn mark
    move
    """
)
DELETES = _set(
    """
    delete remove destroy drop erase clear revoke purge wipe discard unassign
    """
)


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
    return tuple(parts)


@lru_cache(maxsize=65_536)
def _terms(token: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in _split(token) if word not in STOP and (len(word) > 1 or word.isdigit()))


_ENDINGS = (
    ("izations", "iz"), ("ization", "iz"), ("ications", "y"), ("ication", "y"), ("ations", "at"), ("ation", "at"),
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
    if word.endswith("e") and len(word) > 4:
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and len(word) > 4 else word


def _without_ending(word: str) -> str:
    for ending in ("ing", "ed", "ion"):
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) > 3 and re.search("[aeiouy]", base[:-1]):
            return base[:-1] if base[-1] == base[-2] and base[-1] not in "lsz" else base
    return word


def _related() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for line in _VERBS.strip().splitlines():
        group = [stem(word) for word in line.split()]
        for word in group:
            found.setdefault(word, {}).update(dict.fromkeys(other for other in group if other != word))
    return {word: tuple(others) for word, others in found.items()}


RELATED = _related()
"""Stem → stems of verbs that may stand for it."""

ABBREVIATED = _abbreviations()
"""Short word → the words that it stands for: common in trade, of no single API."""
