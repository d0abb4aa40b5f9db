"""From a call to a request that is ready to go, but for the credentials. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, unquote

from keyhole.errors import InvalidArguments, Unreachable, nearest
from keyhole.sources.openapi.body import encoded, guessed
from keyhole.sources.openapi.guard import climbs
from keyhole.sources.openapi.media import essence
from keyhole.sources.openapi.multipart import Encoding
from keyhole.sources.openapi.operations import TEMPLATE, is_forbidden, overrides_method, template_name
from keyhole.sources.openapi.parameters import (
    SerialisationError,
    Wire,
    bracketed,
    cookie_parts,
    encode,
    header_text,
    path_text,
    query_parts,
)

if TYPE_CHECKING:
    from keyhole.catalog.call import Call
    from keyhole.sources.openapi.operations import Endpoint
    from keyhole.sources.openapi.signature import Plan
    from keyhole.sources.openapi.streamed import Content

# RFC 3986 section 6.2.2.2: letters, digits and "-._~" mean the same percent-encoded.
_UNRESERVED = re.compile("%(2[DdEe]|3[0-9]|4[1-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9AaEe])")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_MAX_HEAD = 64_000
_NO_SERVER = "the document does not say where the API is (no server, or a relative one, in a file)"


@dataclass(frozen=True, slots=True)
class AdHoc:
    """The origin of an ad-hoc operation. `path` may hold a query."""

    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request but for the credentials. `url` is absolute and encoded; header names are lower-case."""

    method: str
    base: str
    url: str
    headers: dict[str, str]
    cookies: tuple[str, ...]
    content: Content
    query_names: frozenset[str]
    json_answer: bool = True
    more: tuple[tuple[str, str], ...] = ()
    """What `Call.more` adds to the query: names, and the encoded parts."""


def build(call: Call, endpoint: Endpoint, plan: Plan, base: str) -> Outgoing:
    """Build a call of a described operation. Raises `InvalidArguments`; `Unreachable` where the base is not known."""
    operation = call.operation.qualified
    if not base:
        raise Unreachable(_NO_SERVER, hint="say it with --base-url https://HOST/PATH", operation=operation, sent=False)
    try:
        _check_known(call, plan)
        path, query = _target(call, endpoint, plan)
        headers, cookies = _headers(call, plan)
        content = _content(call, plan, headers)
        names = _query_names(query)
        _check_method(names | call.more.keys(), call)
        more = tuple((name, f"{encode(name)}={encode(value)}") for name, value in call.more.items())
    except SerialisationError as error:
        raise InvalidArguments(str(error), operation=operation) from None
    headers.setdefault("accept", plan.accept)
    _check_size(path, [*query, *(part for _, part in more)], headers, cookies, operation)
    return Outgoing(
        endpoint.method, base, base + path + ("?" + "&".join(query) if query else ""), headers, tuple(cookies), content,
        names, plan.json_answer, more,
    )  # fmt: skip


def path_of(call: Call, plan: Plan) -> str:
    """Give the encoded path of a call of a described operation. Raises `InvalidArguments`."""
    try:
        return _target(call, cast("Endpoint", call.operation.origin), plan)[0]
    except SerialisationError as error:
        raise InvalidArguments(str(error), operation=call.operation.qualified) from None


def _check_known(call: Call, plan: Plan) -> None:
    known = {parameter.name for parameter in plan.signature.parameters}
    if plan.signature.body:
        known.add("body")
    for name in call.arguments:
        if name not in known:
            near = nearest(name, known)
            also = f"; did you mean {', '.join(near)}?" if near else ""
            raise SerialisationError(f"there is no argument {name!r}{also}")
    missing = [one.name for one in plan.signature.parameters if one.required and call.arguments.get(one.name) is None]
    if plan.signature.body and plan.signature.body.required and "body" not in call.arguments:
        missing.append("body")
    if missing:
        raise SerialisationError(f"missing: {', '.join(missing)}")


def _given(call: Call, plan: Plan, place: str) -> list[tuple[str, Wire, Any]]:
    return [
        (one.name, plan.wires[one.name], call.arguments[one.name])
        for one in plan.signature.parameters
        if one.place == place and call.arguments.get(one.name) is not None
    ]


def _target(call: Call, endpoint: Endpoint, plan: Plan) -> tuple[str, list[str]]:
    """Give the encoded path and the parts of the query; a path's own query goes first, its fragment nowhere."""
    template, _, fixed = endpoint.path.partition("#")[0].partition("?")
    values = {wire.name: (name, wire, value) for name, wire, value in _given(call, plan, "path")}

    def fill(match: re.Match[str]) -> str:
        expression = match[1].strip()
        name, wire, value = values[template_name(expression)]
        if expression.startswith("+"):
            wire = Wire(wire.name, wire.place, wire.style, wire.explode, reserved=True, media=wire.media)
        # A value stays in its place, also where reserved characters are left as they are (OpenAPI 3.2, 4.12.2).
        return re.sub("[?#&]", lambda char: quote(char[0]), _named(name, path_text, wire, value))

    path = _filled(template, fill)
    if climbs(path):
        # A URL parser or the server would resolve these, and the request would be another one than the policy saw.
        names = ", ".join(name for name, _, _ in values.values())
        raise SerialisationError(f"{names}: {path[:200]!r} holds '.' or '..', which leads to another path")
    # What the template has and is no path argument is a query parameter, and comes below.
    parts = [(part, {template_name(each) for each in TEMPLATE.findall(part)}) for part in fixed.split("&") if part]
    query = [_filled(part, fill) for part, names in parts if names <= values.keys()]
    for name, wire, value in _given(call, plan, "query"):
        query += _named(name, query_parts, wire, value)
    return path, query


def _filled(template: str, fill: Any) -> str:
    """Fill the template's expressions, and encode what a URL cannot hold of the rest."""
    parts = TEMPLATE.split(template)
    matches = iter(TEMPLATE.finditer(template))
    return "".join(
        fill(next(matches)) if index % 2 else quote(part, safe="/:?@!$&'()*+,;=~%-._")
        for index, part in enumerate(parts)
    )


def _named(name: str, serialise: Any, wire: Wire, value: Any) -> Any:
    try:
        return serialise(wire, value)
    except SerialisationError as error:
        raise SerialisationError(f"{name}: {error}") from None


def _headers(call: Call, plan: Plan) -> tuple[dict[str, str], list[str]]:
    headers: dict[str, str] = {}
    for name, wire, value in _given(call, plan, "header"):
        key = wire.name.lower()
        if is_forbidden(key):
            raise SerialisationError(f"the header {wire.name} is not a program's to set")
        headers[key] = _named(name, header_text, wire, value)
    cookies: list[str] = []
    for name, wire, value in _given(call, plan, "cookie"):
        cookies += _named(name, cookie_parts, wire, value)
    return headers, cookies


def _content(call: Call, plan: Plan, headers: dict[str, str]) -> Content:
    body = plan.signature.body
    if body is None or "body" not in call.arguments:
        headers.pop("content-type", None)
        return b""
    wanted = headers.get("content-type") or body.content_type
    offered = {essence(one): one for one in (*body.content_types, body.content_type)}
    if essence(wanted) not in offered and not any("*" in one for one in offered):
        raise SerialisationError(f"Content-Type {wanted!r} is not one of {', '.join(sorted(offered))}")
    sent = body.sent_as(wanted)
    rules = plan.encoding.get(sent.content_type, Encoding())
    content_type, content = encoded(wanted, call.arguments["body"], rules, plan.signature.schemas)
    headers["content-type"] = content_type
    return content


def within(base: str, path: str) -> str:
    """Give a program's path for an ad-hoc request: absolute, nothing that climbs. Raises `InvalidArguments`."""
    text = path.strip()
    if base and (text == base or text.startswith((base + "/", base + "?"))):
        text = text[len(base) :] or "/"
    text = text.partition("#")[0]
    if not text.startswith("/") or text.startswith("//") or "\\" in text:
        hint = "give a path that begins with / (it is added to the base URL)"
        raise InvalidArguments(f"{path[:200]!r} is not a path of this API", hint=f"{hint}: {base}" if base else hint)
    plain, mark, query = text.partition("?")
    if climbs(plain) or "//" in plain:
        raise InvalidArguments(f"a path may not hold '.', '..' or '//': {plain[:200]!r}", hint="write where it leads")
    try:
        # "%" stays: the path is the program's own, already encoded. But only one spelling of it meets the policy.
        plain = _UNRESERVED.sub(lambda octet: chr(int(octet[1], 16)), plain)
        return quote(plain, safe="/:@!$&'()*+,;=~%-._") + mark + quote(query, safe="/:?@!$&'()*+,;=~%-._[]")
    except UnicodeEncodeError:
        raise InvalidArguments("the path holds half of a surrogate pair") from None


def checked_method(method: str) -> str:
    """Give a method in upper case. Raises `InvalidArguments`."""
    if not _TOKEN.fullmatch(method) or method.upper() == "CONNECT":
        raise InvalidArguments(
            f"{method[:40]!r} is not a method that can be sent", hint="GET, POST, PUT, PATCH, DELETE"
        )
    return method.upper()


def build_ad_hoc(call: Call, origin: AdHoc, base: str) -> Outgoing:
    """Build a request that no operation describes, from `query`, `headers` and `body`. Raises like `build`."""
    operation = call.operation.qualified
    if not base:
        raise Unreachable(_NO_SERVER, hint="say it with --base-url https://HOST/PATH", operation=operation, sent=False)
    try:
        headers = _free_headers(_mapping(call, "headers"))
        path, _, fixed = origin.path.partition("?")
        query = [part for part in fixed.split("&") if part] + _free_query(_mapping(call, "query"))
        content: Content = b""
        if "body" in call.arguments and (call.arguments["body"] is not None or "content-type" in headers):
            headers["content-type"], content = guessed(headers.get("content-type", ""), call.arguments["body"])
        names = _query_names(query)
        _check_method(names, call)
    except SerialisationError as error:
        raise InvalidArguments(str(error), operation=operation) from None
    headers.setdefault("accept", "application/json, */*;q=0.8")
    _check_size(path, query, headers, [], operation)
    return Outgoing(
        origin.method, base, base + path + ("?" + "&".join(query) if query else ""), headers, (), content, names
    )  # fmt: skip


def _check_size(path: str, query: list[str], headers: dict[str, str], cookies: list[str], operation: str) -> None:
    """Refuse a head that no server takes (most stop at 8 to 64 KB), before anything works on it."""
    size = len(path) + sum(map(len, [*query, *headers, *headers.values(), *cookies]))
    if size > _MAX_HEAD:
        raise InvalidArguments(
            f"path, query and headers come to {size:,} characters; the most is {_MAX_HEAD:,}",
            hint="send fewer values a call, or send them in the body where the operation takes one",
            operation=operation,
        )


def _query_names(query: list[str]) -> frozenset[str]:
    return frozenset(unquote(part.partition("=")[0]) for part in "&".join(query).split("&") if part)


def _check_method(query_names: frozenset[str], call: Call) -> None:
    """Refuse what would make some frameworks take the request for one of another method than the policy saw."""
    body = call.arguments.get("body")
    for name in (*query_names, *(cast("dict[str, Any]", body) if isinstance(body, dict) else ())):
        if overrides_method(name):
            raise SerialisationError(f"{name} is not a program's to set: it may change the method of the request")


def _mapping(call: Call, name: str) -> dict[str, Any]:
    value = call.arguments.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise SerialisationError(f"{name} must be an object, not {type(value).__name__}")
    return cast("dict[str, Any]", value)


def _free_headers(given: dict[str, Any]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in given.items():
        key = name.lower()
        if not _TOKEN.fullmatch(name):
            raise SerialisationError(f"{name[:60]!r} is not a header's name")
        if is_forbidden(key):
            raise SerialisationError(f"the header {name} is not a program's to set")
        if value is not None:
            headers[key] = _named(name, header_text, Wire(name, "header", "simple", explode=False), value)
    return headers


def _free_query(given: dict[str, Any]) -> list[str]:
    parts: list[str] = []
    for name, value in given.items():
        if isinstance(value, dict):
            parts += [f"{encode(key)}={encode(text)}" for key, text in bracketed(name, value)]
        else:
            parts += query_parts(Wire(name, "query", "form", explode=True), value)
    return parts
