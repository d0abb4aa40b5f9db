"""Multipart bodies (RFC 2046 section 5.1, RFC 7578): fields by name, or a list of parts. Pure functions."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from keyhole.sources.openapi.media import essence, is_json, kind_of
from keyhole.sources.openapi.parameters import (
    SerialisationError,
    Wire,
    form_pairs,
    header_text,
    json_text,
    text_of,
    utf8,
)
from keyhole.sources.openapi.streamed import Content, joined
from keyhole.value import File

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyhole.catalog.schema import Schemas

Object = dict[str, Any]

_PART_KEYS = {"content", "filename", "content_type", "headers"}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2
_OWN = frozenset({"content-type", "content-disposition", "content-length"})
_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Encoding:
    """What a media type says of the parts: by `fields`, or by place (OpenAPI 3.2): `prefix`, then `items`.

    `files` are the fields that are files; `plain` those whose own schema has a `content`, so that an object with one
    is a value and not a part.
    """

    fields: dict[str, Object] = field(default_factory=dict[str, Object])
    prefix: tuple[Object, ...] = ()
    items: Object = field(default_factory=dict[str, Any])
    files: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()

    @classmethod
    def read(cls, media: Object, files: Iterable[str] = (), plain: Iterable[str] = ()) -> Encoding:
        """Read a Media Type Object, or an Encoding Object that holds further ones. Never raises."""
        prefix = media.get("prefixEncoding")
        return cls(
            {name: _object(one) for name, one in _object(media.get("encoding")).items()},
            tuple(map(_object, cast("list[Any]", prefix))) if isinstance(prefix, list) else (),
            _object(media.get("itemEncoding")), frozenset(files), frozenset(plain),
        )  # fmt: skip

    def at(self, index: int) -> Object:
        """Give what is said of one part of a list."""
        return self.prefix[index] if index < len(self.prefix) else self.items


def part_headers(rule: Object, schemas: Schemas) -> Object:
    """Give the headers that an Encoding Object lets a part have, as the schema of an object; empty where none."""
    found = {name: schemas.resolve(one) for name, one in _object(rule.get("headers")).items()}
    found = {name: one for name, one in found.items() if _TOKEN.fullmatch(name) and name.lower() not in _OWN}
    if not found:
        return {}
    required = [name for name, one in found.items() if one.get("required") is True and _fixed(one, schemas) is None]
    properties = {name: _object(one.get("schema")) or {"type": "string"} for name, one in found.items()}
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def multipart(
    content_type: str, value: Any, encoding: Encoding, schemas: Schemas, depth: int = 0
) -> tuple[str, Content]:
    """Give the Content-Type with its boundary, and the body: an object by its fields, a list part by part.

    A part that is bytes, a file, or `{content, filename, content_type, headers}`, is sent as such; of a field, a
    list of them is several parts. Raises `SerialisationError`.
    """
    form = essence(content_type) == "multipart/form-data"
    if depth > _MAX_DEPTH:
        raise SerialisationError(f"body: parts in parts deeper than {_MAX_DEPTH} levels")
    parts: list[_Part] = []
    if isinstance(value, dict):
        for name, item in cast("Object", value).items():
            rule = encoding.fields.get(name, {})
            made = _Maker(name, rule, schemas, depth, file=name in encoding.files, plain=name in encoding.plain)
            parts += [made.part(one) for one in _separate(name, item, rule)]
    elif isinstance(value, list) and not form:
        for index, item in enumerate(cast("list[Any]", value)):
            parts.append(_Maker("", encoding.at(index), schemas, depth, where=f"part {index}").part(item))
    else:
        wanted = "an object" if form else "an object, or a list of parts"
        raise SerialisationError(f"body: {essence(content_type)} takes {wanted}, not {_kind(value)}")
    return _joined(content_type, parts)


@dataclass(frozen=True, slots=True)
class _Part:
    headers: list[tuple[str, str]]
    media: str
    content: Content | File


def _joined(content_type: str, parts: list[_Part]) -> tuple[str, Content]:
    boundary = secrets.token_hex(16)
    out: list[Content | File] = []
    for part in parts:
        head = "".join(f"{name}: {text}\r\n" for name, text in part.headers)
        out += [utf8(f"--{boundary}\r\n{head}\r\n"), part.content, b"\r\n"]
    out.append(f"--{boundary}--\r\n".encode())
    kind = essence(content_type)
    given = [one.strip() for one in content_type.split(";")[1:]] if kind != "multipart/form-data" else []
    more = [one for one in given if one and not one.lower().startswith("boundary")]
    if kind == "multipart/related" and parts and not any(one.lower().startswith("type=") for one in more):
        more.append(f'type="{parts[0].media or "text/plain"}"')  # RFC 2387 section 3.1
    return "; ".join([kind, *more, f"boundary={boundary}"]), joined(out)


class _Maker:
    """Makes the parts of one field, or of one place in a list (`name` is empty, errors say `where`)."""

    def __init__(  # noqa: PLR0913  (what a part depends on, by name)
        self, name: str, rule: Object, schemas: Schemas, depth: int, *,
        file: bool = False, plain: bool = False, where: str = "",
    ) -> None:  # fmt: skip
        self._name = name
        self._where = where or name
        self._rule = rule
        self._schemas = schemas
        self._depth = depth
        self._file = file
        self._plain = plain
        # Of several content types the document has no favourite; of a range (image/*) nobody can send one.
        said = rule.get("contentType")
        self._media = said.partition(",")[0].strip() if isinstance(said, str) and "*" not in said else ""

    def part(self, item: Any) -> _Part:
        """Make one part of a value, or of a part as a program writes it. Raises `SerialisationError`."""
        entry: Object = cast("Object", item) if self._is_part(item) else {"content": item}
        written = isinstance(item, dict) and entry is item
        given = self._checked_media(entry.get("content_type"))
        media, content = self._encoded(entry["content"], given)
        raw = entry["content"]
        file = self._file or isinstance(raw, (bytes, bytearray, File)) or bool(entry.get("filename"))
        file = file or (written and isinstance(raw, str) and "headers" not in entry)
        usual = raw.name if isinstance(raw, File) else self._name if file else ""
        filename = str(entry.get("filename") or usual)
        media = media or ("application/octet-stream" if file else "")
        headers = self._disposition(filename) + ([("Content-Type", media)] if media else [])
        return _Part(headers + self._headers(entry.get("headers")), media, content)

    def _is_part(self, item: Any) -> bool:
        if not isinstance(item, dict) or self._plain or "content" not in item:
            return False
        entry = cast("Object", item)
        raw = isinstance(entry["content"], (bytes, bytearray, str, File))
        if set(entry) - _PART_KEYS or not isinstance(entry.get("headers", {}), dict):
            return False
        return "headers" in entry or (raw and (self._file or len(entry) > 1 or not isinstance(entry["content"], str)))

    def _checked_media(self, given: Any) -> str:
        kind = str(given or "")
        if any(ord(char) < 32 or ord(char) > 126 for char in kind):
            raise SerialisationError(f"{self._where}: content_type {kind[:60]!r} is not a content type")
        return kind

    def _encoded(self, content: Any, given: str) -> tuple[str, Content | File]:
        """Give the content type, empty where it need not be said, and the bytes."""
        media = given or self._media
        if isinstance(content, File):
            return media or content.media_type, content
        if isinstance(content, (bytes, bytearray)):
            return media, bytes(content)
        if kind_of(media or "text/plain") == "multipart" and isinstance(content, (dict, list)):
            return multipart(media, content, Encoding.read(self._rule), self._schemas, self._depth + 1)
        if isinstance(content, (dict, list)) or (is_json(media) and not (isinstance(content, str) and given)):
            return media or "application/json", utf8(json_text(content))
        return media, utf8("" if content is None else text_of(content))

    def _disposition(self, filename: str) -> list[tuple[str, str]]:
        named = f'; filename="{_quoted(filename)}"' if filename else ""
        if self._name:
            return [("Content-Disposition", f'form-data; name="{_quoted(self._name)}"{named}')]
        return [("Content-Disposition", f"attachment{named}")] if named else []

    def _headers(self, given: Any) -> list[tuple[str, str]]:
        """Give the headers that the program or the document gives a part. Raises `SerialisationError`."""
        declared = {name: self._schemas.resolve(one) for name, one in _object(self._rule.get("headers")).items()}
        spelled = {name.lower(): name for name in declared}
        found = {name: fixed for name, one in declared.items() if (fixed := _fixed(one, self._schemas)) is not None}
        for name, value in _object(given).items():
            if not _TOKEN.fullmatch(name) or name.lower() in _OWN:
                raise SerialisationError(f"{self._where}: the header {name[:60]!r} of a part is not a program's to set")
            found[spelled.get(name.lower(), name)] = value
        for name, one in declared.items():
            if one.get("required") is True and found.get(name) is None and name.lower() not in _OWN:
                raise SerialisationError(
                    f"{self._where}: the part needs the header {name}: "
                    f"give {{ content: …, headers: {{ {json_text(name)}: … }} }}"
                )
        return [
            (name, header_text(_wire(name, _object(declared.get(name))), value))
            for name, value in found.items()
            if value is not None and name.lower() not in _OWN
        ]


def _wire(name: str, header: Object) -> Wire:
    return Wire(name, "header", "simple", explode=header.get("explode") is True)


def _fixed(header: Object, schemas: Schemas) -> Any:
    """Give the only value that a header can have, or the default of one that has to be there; None where neither."""
    schema = schemas.resolve(header.get("schema"))
    only: Any = schema.get("enum")
    if "const" in schema:
        return schema["const"]
    if isinstance(only, list) and len(cast("list[Any]", only)) == 1:
        return cast("list[Any]", only)[0]
    return schema.get("default") if header.get("required") is True else None


def _separate(name: str, item: Any, rule: Object) -> list[Any]:
    """Give what becomes a part each: the members of a list, unless it is one JSON value or joined by its style."""
    media = str(rule.get("contentType") or "")
    if not isinstance(item, list) or is_json(media) or kind_of(media or "text/plain") == "multipart":
        return [item]
    members = cast("list[Any]", item)
    joined = rule.get("explode") is False or ("style" in rule and "explode" not in rule and rule["style"] != "form")
    if joined and not any(isinstance(one, (bytes, bytearray, File, dict, list)) for one in members):
        return [text for _, text in form_pairs(name, members, style=str(rule.get("style") or "form"), explode=False)]
    return members


def _quoted(text: str) -> str:
    # WHATWG's form encoding: these three, and nothing else.
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _kind(value: Any) -> str:
    return {list: "a list", str: "a text", bool: "true or false", type(None): "null", bytes: "bytes"}.get(
        cast("Any", type(value)), "a number"
    )


def _object(value: Any) -> Object:
    return cast("Object", value) if isinstance(value, dict) else {}
