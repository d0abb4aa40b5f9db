"""From a document to its endpoints: paths, methods, merged parameters, security. Dirty parts are skipped and named."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from keyhole.catalog.operation import Effect
from keyhole.sources.openapi.refs import pointer_to
from keyhole.sources.source import Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyhole.catalog.schema import Schemas
    from keyhole.sources.openapi.signature import Plan

Object = dict[str, Any]

READS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY"})
WRITES = frozenset({"POST", "PUT", "PATCH"})
METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
FORBIDDEN = frozenset({
    "authorization", "cookie", "cookie2", "host", "content-length", "transfer-encoding", "connection", "keep-alive",
    "te", "trailer", "upgrade", "expect", "accept-encoding", "forwarded", "x-real-ip", "x-original-url",
    "x-original-host", "x-original-method", "x-rewrite-url", "x-http-path-override", "x-http-method",
    "x-http-method-override", "x-method-override",
})  # fmt: skip
_OVERRIDES = frozenset({"-method", "x-http-method", "x-http-method-override", "x-method-override"})

TEMPLATE = re.compile(r"\{([^{}]*)\}")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2
_PLACES = frozenset({"path", "query", "header", "cookie", "body", "formdata", "querystring"})
_EFFECTS = {Effect.READ: 0, Effect.WRITE: 1, Effect.DESTRUCTIVE: 2}


@dataclass(slots=True, eq=False)
class Endpoint:
    """The source's own record of one operation (`Operation.origin`). `parameters` are merged and resolved."""

    method: str
    path: str
    pointer: str
    operation: Object
    parameters: tuple[Object, ...]
    security: tuple[tuple[str, ...], ...]
    """Alternatives (OR) of scheme names that go together (AND); empty where the document wants none."""
    servers: list[Any] | None
    """The operation's own servers, else the path's; None where the document's apply."""
    plan: Plan | None = field(default=None, repr=False)

    @property
    def parts(self) -> tuple[str, ...]:
        """The keys from the document's root to where the operation is declared; a reference may be on the way."""
        return tuple(part.replace("~1", "/").replace("~0", "~") for part in self.pointer.split("/")[1:])


def template_name(expression: str) -> str:
    """Give the name in `{name}`, also where it is written as an RFC 6570 expression: "+path*" → "path"."""
    return expression.strip().lstrip("+#./;?&").rstrip("*")


def spelt(name: str) -> str:
    """Give the spelling under which a server may take a name for another: many cannot tell `_` from `-`.

    RFC 3875, 4.1.18.
    """
    return name.lower().replace("_", "-")


def is_forbidden(header: str) -> bool:
    """Say whether no program sets this header: credentials, framing, and what changes which request the server sees."""
    name = spelt(header)
    return name in FORBIDDEN or name.startswith(("proxy-", "x-forwarded-"))


def overrides_method(name: str) -> bool:
    """Say whether a field of a query or a form makes some frameworks take the request for one of another method."""
    return spelt(name) in _OVERRIDES


def effect_of(method: str, hint: Any = None) -> Effect:
    """Decide by the method: one that is not known may do anything.

    `hint` (`x-keyhole-effect`) comes from the document, so it can only make things worse.
    """
    effect = Effect.READ if method in READS else Effect.WRITE if method in WRITES else Effect.DESTRUCTIVE
    hinted = next((known for known in _EFFECTS if known == hint), effect)
    return max(effect, hinted, key=_EFFECTS.__getitem__)


def tags_of(raw: Any) -> tuple[str, ...]:
    """Give the tags of an operation: what of the list is text."""
    return tuple(tag for tag in cast("list[Any]", raw) if isinstance(tag, str)) if isinstance(raw, list) else ()


class Scan:
    """One reading of a document's paths. `notices` holds what was skipped or mended, `security` what all want.

    `filled` are place and name of what is sent with every call: parameters that no operation has. A cookie without a
    name stands for those that are required.
    """

    def __init__(self, schemas: Schemas, filled: Iterable[tuple[str, str]] = ()) -> None:
        self._schemas = schemas
        self._root = schemas.root
        self._old = schemas.dialect == "2.0"
        self.security = _security(self._root.get("security")) or ()
        self._filled = {(place, spelt(name)) for place, name in filled}
        self._keys = self._credential_names()
        self.notices: list[Notice] = []

    def endpoints(self) -> Iterator[Endpoint]:
        """Give every endpoint, in the document's order."""
        paths = self._root.get("paths")
        if not isinstance(paths, dict):
            if paths is not None or not self._root.get("webhooks"):
                self._note("paths", "#/paths", "is missing, or not an object")
            return
        for path, item in cast("Object", paths).items():
            if path.startswith("x-"):
                continue
            yield from self._path(path, item)

    def _path(self, path: str, raw: Any) -> Iterator[Endpoint]:
        pointer = pointer_to("paths", path)
        item = self._item(raw, pointer)
        if not item:
            return
        if not path.startswith("/"):
            self._note("path-slash", pointer, "a path must begin with a slash; one was put before it")
            path = f"/{path}"
        shared = self._parameters(item.get("parameters"), f"{pointer}/parameters")
        for method, operation, place in self._methods(item, pointer):
            own = self._parameters(operation.get("parameters"), f"{place}/parameters")
            yield self._endpoint(method, path, place, item, operation, {**shared, **own})

    def _item(self, raw: Any, pointer: str) -> Object:
        if not isinstance(raw, dict):
            if raw is not None:
                self._note("not-an-object", pointer, "is not an object; skipped")
            return {}
        item = cast("Object", raw)
        if not isinstance(item.get("$ref"), str):
            return item
        target = self._schemas.resolve({"$ref": item["$ref"]})
        if not target:
            self._note("ref-nowhere", pointer, f"its $ref {item['$ref'][:200]!r} leads nowhere")
        return {**target, **{key: value for key, value in item.items() if key != "$ref"}}

    def _methods(self, item: Object, pointer: str) -> Iterator[tuple[str, Object, str]]:
        found: list[tuple[str, Any, str]] = [
            (key.upper(), value, f"{pointer}/{key}")
            for key, value in item.items()
            if key.lower() in METHODS or (key == "query" and not self._old)
        ]
        more = item.get("additionalOperations")  # OpenAPI 3.2
        for key, value in cast("Object", more).items() if isinstance(more, dict) else ():
            place = f"{pointer}/additionalOperations/{key}"
            if _TOKEN.fullmatch(key) and key.upper() != "CONNECT":
                found.append((key.upper(), value, place))
            else:
                self._note("method", place, "is not a method that can be sent; skipped")
        for method, operation, place in found:
            if isinstance(operation, dict):
                yield method, self._schemas.resolve(operation), place
            elif operation is not None:
                self._note("not-an-object", place, "is not an object; skipped")

    def _endpoint(  # noqa: PLR0913, PLR0917
        self,
        method: str,
        path: str,
        pointer: str,
        item: Object,
        operation: Object,
        merged: dict[tuple[str, str], Object],
    ) -> Endpoint:
        security = _security(operation.get("security"))
        if security is None:
            security = self.security
        dropped = {self._keys[name] for names in security for name in names if name in self._keys}
        parameters = {key: value for key, value in merged.items() if (key[1], _folded(*key)) not in dropped}
        parameters = {key: value for key, value in parameters.items() if not self._is_filled(*key, value)}
        self._match_template(path, pointer, parameters)
        servers = operation.get("servers") or item.get("servers")
        return Endpoint(
            method,
            path,
            pointer,
            operation,
            tuple(parameters.values()),
            security,
            cast("list[Any]", servers) if isinstance(servers, list) and not self._old else None,
        )

    def _is_filled(self, name: str, place: str, parameter: Object) -> bool:
        unnamed = place == "cookie" and parameter.get("required") is True and ("cookie", "") in self._filled
        return unnamed or (place, spelt(name)) in self._filled

    def _match_template(self, path: str, pointer: str, parameters: dict[tuple[str, str], Object]) -> None:
        """Make the path parameters and the path's template agree."""
        wanted: dict[str, str] = {}
        for expression in TEMPLATE.findall(path) if "{" in path else []:
            wanted.setdefault(template_name(expression), expression.strip())
        own_query = path.partition("#")[0].partition("?")[2].split("&")
        for name, expression in wanted.items():
            if (name, "path") in parameters:
                continue
            if f"{name}={{{expression}}}" in own_query and (name, "query") in parameters:
                continue  # `/search?q={q}`, with `q` declared as what it is
            declared = parameters.pop((expression, "path"), None)
            if declared is None:
                self._note("path-undeclared", pointer, f"the path parameter {name!r} is not declared; taken as a text")
                declared = {"in": "path", "required": True, "schema": {"type": "string"}}
            # RFC 6570 section 3.2: the operator says what goes before the value.
            style = {".": "label", ";": "matrix"}.get(expression[:1], "simple")
            parameters[name, "path"] = {"style": style, **declared, "name": name}
        for name, place in list(parameters):
            if place == "path" and name not in wanted:
                self._note("path-stray", pointer, f"the path parameter {name!r} is not in the path; skipped")
                del parameters[name, place]

    def _parameters(self, raw: Any, pointer: str) -> dict[tuple[str, str], Object]:
        found: dict[tuple[str, str], Object] = {}
        if raw is None:
            return found
        if not isinstance(raw, list):
            self._note("not-a-list", pointer, "is not a list; skipped")
            return found
        for index, item in enumerate(cast("list[Any]", raw)):
            parameter = self._schemas.resolve(item)
            name, place = parameter.get("name"), parameter.get("in")
            if isinstance(name, (int, float)):
                name = str(name)
            if place == "body" and not isinstance(name, str):
                name = "body"
            if not isinstance(name, str) or not name or not isinstance(place, str) or place.lower() not in _PLACES:
                self._note("parameter-unusable", f"{pointer}/{index}", _why_not(item, parameter))
                continue
            place = place.lower()
            if why := _not_settable(name, place):
                # OpenAPI 3.1.1, 4.8.12.1: Authorization shall be ignored, and needs no mention.
                if name.lower() != "authorization":
                    self._note("parameter-reserved", f"{pointer}/{index}", why)
            elif (name, place) in found:
                said = f"the {place} parameter {name!r} is declared twice; the first one is kept"
                self._note("parameter-twice", f"{pointer}/{index}", said)
            else:
                found[name, place] = parameter
        return found

    def _credential_names(self) -> dict[str, tuple[str, str]]:
        """Give security scheme → (place, name) of the API keys: what a credential fills in, a program may not."""
        keys: dict[str, tuple[str, str]] = {}
        for name, scheme in security_schemes(self._schemas).items():
            place, key = scheme.get("in"), scheme.get("name")
            if scheme.get("type") == "apiKey" and isinstance(place, str) and isinstance(key, str):
                keys[name] = (place, _folded(key, place))
        return keys

    def _note(self, rule: str, pointer: str, message: str) -> None:
        self.notices.append(Notice(pointer, message, rule))


def security_schemes(schemas: Schemas) -> dict[str, Object]:
    """Give the document's security schemes by name, resolved."""
    root = schemas.root
    raw = (
        root.get("securityDefinitions")
        if schemas.dialect == "2.0"
        else _object(root.get("components")).get("securitySchemes")
    )
    return {name: schemas.resolve(scheme) for name, scheme in _object(raw).items()}


def _object(value: Any) -> Object:
    return cast("Object", value) if isinstance(value, dict) else {}


def _folded(name: str, place: str) -> str:
    return name.lower() if place == "header" else name


def _not_settable(name: str, place: str) -> str:
    if place == "header" and not _TOKEN.fullmatch(name):
        return f"{name[:60]!r} is not a header's name; skipped"
    if (place == "header" and is_forbidden(name)) or (place in ("query", "formdata") and overrides_method(name)):
        return f"the {place} parameter {name!r} is not a program's to set; skipped"
    return ""


def _why_not(raw: Any, parameter: Object) -> str:
    if not parameter and isinstance(raw, dict) and "$ref" in raw:
        return f"the parameter's $ref {str(cast('Object', raw)['$ref'])[:200]!r} leads nowhere; skipped"
    if not parameter:
        return "the parameter is not an object; skipped"
    return f"the parameter has no usable name ({parameter.get('name')!r}) or place ({parameter.get('in')!r}); skipped"[
        :200
    ]


def _security(raw: Any) -> tuple[tuple[str, ...], ...] | None:
    """Give the alternatives; None where nothing is said. An empty alternative (`{}`) is an empty tuple: optional."""
    if not isinstance(raw, list):
        return None
    return tuple(tuple(_object(item)) for item in cast("list[Any]", raw) if isinstance(item, dict))
