"""Names that programs write: valid identifiers, short, and the same tomorrow.

What holds of an operation's name: it is made of the operation alone (its operationId, tags, method and path), so
neither the order of a document nor an operation added later changes it. The one exception: where two operations come
to the very same name, the one whose operationId is that name to the letter keeps it (else the shorter path, else
the smaller method and path), and the others say besides what else is in their path, or carry a suffix made of their own
method and path.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_NAME = 48
_MAX_API_NAME = 32
_DIGEST = 4


def loose(name: str) -> str:
    """Give what two spellings of a name have in common: `perPage`, `per_page` and `per-page` are one."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_RESERVED = _set(
    """
    arguments as async await break case catch class const continue debugger default delete do else enum eval
    export extends false finally for from function get if implements import in instanceof interface let new null
    of package private protected public return set static super switch this throw true try typeof undefined var
    void while with yield infinity nan
    """
)
# Lower case, as names are: the built-ins of the engine, what its prelude adds, and Keyhole's own globals.
_GLOBALS = _set(
    """
    abortcontroller aggregateerror array arraybuffer atob atomics bigint boolean btoa buffer callsite
    clearinterval cleartimeout console constructor crypto dataview date decodeuri decodeuricomponent encodeuri
    encodeuricomponent error escape event exports fetch float32array float64array function global globalthis
    headers int8array intl isfinite isnan iterator json map math module navigator number object parsefloat
    parseint performance process promise proxy prototype queuemicrotask rangeerror referenceerror reflect regexp
    request require response results self set setinterval settimeout string structuredclone symbol syntaxerror
    temporal textdecoder textencoder typeerror uint8array unescape urierror url urlsearchparams weakmap weakref
    weakset webassembly window worker apierror describe files find host keyhole main ops search spec __proto__
    """
)
# What `api.x` means already: the calls by method and path, and what every object or function answers to.
_MEMBERS = _set(
    """
    get post put patch delete head options trace connect query request call apply bind then catch finally
    constructor prototype name length caller callee arguments inspect items raw tostring tojson to_string
    to_json value_of valueof has_own_property is_prototype_of __proto__ to_locale_string
    """
)
_NOISE = _set(
    """
    a an and api apis at by core def definition definitions doc docs documentation endpoint endpoints for from
    http https in interface namespace odata of on open openapi openapi3 our public reference rest restful schema
    sdk service services spec specification specifications swagger the to used uses using via web webservice
    with yaml json official
    """
)
_STOP = frozenset({"a", "an", "and", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"})
_WORD = re.compile(r"OAuth\d?|[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_VERSION = re.compile(r"v?\d+([._-]\d+)*([a-z]\d*)?", re.IGNORECASE)


class NameEntry(NamedTuple):
    """What an operation's name is made of. `operation_id` is None where the document gives none."""

    operation_id: str | None
    method: str
    path: str
    tags: tuple[str, ...] = ()


def words(text: str) -> list[str]:
    """Split an identifier or phrase into lower-case words: "listURLs-forZone2" → list, urls, for, zone2."""
    found: list[str] = []
    for chunk in re.findall(r"[A-Za-z0-9]+", _ascii(text)):
        start = len(found)
        for part in _WORD.findall(chunk):
            if part.isdigit() and len(found) > start:
                found[-1] += part  # sha256, v1, s3
            else:
                found.append(part.lower())
    return found


def api_name(text: str) -> str:
    """Make an API's global of a given name or a title: "GitHub v3 REST API" → "github". Always a valid identifier."""
    plain = _ascii(text).strip()
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", plain):
        plain = _title_words(plain)
    plain = plain[:_MAX_API_NAME].strip("_") or "api"
    if plain[0].isdigit():
        plain = f"api_{plain}"
    return f"{plain}_" if plain in _RESERVED or plain in _GLOBALS else plain


def unique_api_names(names: Iterable[str]) -> list[str]:
    """Make names unique: the second and later of equal ones get a number, in the order given: petstore_2."""
    taken: set[str] = set()
    result: list[str] = []
    for name in names:
        unique, number = name, 2
        while unique in taken:
            unique, number = f"{name}_{number}", number + 1
        taken.add(unique)
        result.append(unique)
    return result


def operation_names(entries: Sequence[NameEntry]) -> list[str]:
    """Give each operation of one API its name, in the order given. See the module's text for what holds of names."""
    groups: dict[str, list[int]] = {}
    for index, entry in enumerate(entries):
        groups.setdefault(_named(entry, _telling(entry)), []).append(index)
    names = [""] * len(entries)
    taken = set(groups)
    for name, members in sorted(groups.items()):
        keeper, *others = sorted(members, key=lambda index: _rank(entries[index], name))
        names[keeper] = name
        for index in others:
            names[index] = _suffixed(name, entries[index], taken)
            taken.add(names[index])
    return names


def _telling(entry: NameEntry) -> list[str]:
    """Leave out of an operationId the path and method that it repeats, as FastAPI's do: read_user_users__id__get."""
    parts = words(entry.operation_id or "")
    path = words(entry.path)
    repeated = [*path, entry.method.lower()]
    own = parts[: -len(repeated)]
    if not own or parts[len(own) :] != repeated:
        return parts
    if len(own) > 1 or own[0] in path:
        return own
    things = [words(segment) for segment in _literal(entry) if words(segment)]
    return [*own, *things[-1]] if things else parts


def _literal(entry: NameEntry) -> list[str]:
    return [segment for segment in entry.path.split("/") if "{" not in segment]


def _named(entry: NameEntry, parts: list[str]) -> str:
    if parts and entry.tags:
        parts = _without_tag(parts, entry.tags[0])
    if not parts:
        parts = _path_words(entry)
    name = "_".join(parts)
    if len(name) > MAX_NAME:
        # A shortened name is bound to its operation at once: two may well shorten to the same.
        return f"{_shortened(parts)}_{_digest(entry, _DIGEST)}"
    if name[0].isdigit():
        name = f"op_{name}"
    return f"{name}_" if name in _MEMBERS or name in _RESERVED else name


def _path_words(entry: NameEntry) -> list[str]:
    found = [entry.method.lower()]
    for segment in entry.path.split("/"):
        for part in re.split(r"(\{[^}]*\})", segment):
            if part.startswith("{"):
                found.append("by")
            found.extend(words(part))
    return found


def _without_tag(parts: list[str], tag: str) -> list[str]:
    """Drop a leading repetition of the tag where the rest names the tag's things again.

    What only the tag says stays in front: "dns-records-for-a-zone-list-dns-records" → zone, list, dns, records.
    """
    lead = words(tag)
    rest = parts[len(lead) :]
    if not lead or len(rest) < 2 or [_stem(word) for word in parts[: len(lead)]] != [_stem(word) for word in lead]:
        return parts
    said = {_stem(word) for word in rest}
    kept = [word for word in parts[: len(lead)] if _stem(word) not in said and word not in _STOP]
    return [*kept, *rest] if len(kept) < len([word for word in lead if word not in _STOP]) else parts


def _shortened(parts: list[str]) -> str:
    """Keep what fits of the beginning and, rather, of the end, each word once."""
    seen: set[str] = set()
    once: list[str] = []
    for word in reversed(parts):
        if word not in _STOP and _stem(word) not in seen:
            seen.add(_stem(word))
            once.insert(0, word)
    room = MAX_NAME - _DIGEST - 1
    head: list[str] = []
    tail: list[str] = []
    while once:
        front = len("_".join(head)) * 2 <= len("_".join(tail))
        used = len("_".join([*head, *tail, ""]))
        if used + len(once[0] if front else once[-1]) > room:
            front = not front
        if used + len(once[0] if front else once[-1]) > room:
            break
        if front:
            head.append(once.pop(0))
        else:
            tail.insert(0, once.pop())
    name = "_".join([*head, *tail]) or "_".join(parts)[:room].rstrip("_")
    return f"op_{name}"[:room] if name[0].isdigit() else name


def _rank(entry: NameEntry, name: str) -> tuple[bool, int, str, str]:
    return (entry.operation_id != name, entry.path.count("/"), entry.path, entry.method)


def _suffixed(name: str, entry: NameEntry, taken: set[str]) -> str:
    own = _telling(entry)
    said = {_stem(word) for word in own}
    more = [word for segment in _literal(entry) for word in words(segment) if _stem(word) not in said]
    if more and (fuller := _named(entry, [*own, *more])) not in taken:
        return fuller
    for size in range(_DIGEST, 41):
        candidate = f"{name[: MAX_NAME - size - 1].rstrip('_')}_{_digest(entry, size)}"
        if candidate not in taken:
            return candidate
    number = 2
    while f"{name[:40]}_{number}" in taken:  # the same method and path twice: only then does order decide
        number += 1
    return f"{name[:40]}_{number}"


def _digest(entry: NameEntry, size: int) -> str:
    # No security in it: a short fingerprint of the one thing that is unique in a document.
    return hashlib.sha1(f"{entry.method.upper()} {entry.path}".encode(), usedforsecurity=False).hexdigest()[:size]


def _stem(word: str) -> str:
    if len(word) > 3 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _title_words(title: str) -> str:
    """Say what a title is about, in at most four words: versions, brackets and words of the trade are left out."""
    bare = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", title)
    bare = re.sub(r"^(\s*\w+)['\u2019]s\b.*", r"\1", bare)  # "GitHub's Octokit extension": whose it is says most
    found = [word.strip("_").lower() for word in re.findall(r"v?\d+(?:[.-]\d+)+|[A-Za-z0-9_]+", bare)]
    kept = [word for word in found if word and word not in _NOISE and not _VERSION.fullmatch(word)]
    if not kept:
        kept = [word for word in found if re.fullmatch(r"[a-z0-9_]+", word)]
    name = "_".join(kept[:1])
    for word in kept[1:4]:
        if len(name) + 1 + len(word) > _MAX_API_NAME:
            break
        name = f"{name}_{word}"
    return name
