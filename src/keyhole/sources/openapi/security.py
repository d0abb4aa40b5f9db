"""Security schemes: which credential each one takes, and where the document says that it goes."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from keyhole.errors import CredentialError, UsageError, nearest
from keyhole.sources.openapi.guard import joined, origin_of, origin_text
from keyhole.sources.openapi.http import is_within
from keyhole.sources.openapi.operations import is_forbidden
from keyhole.sources.source import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyhole.catalog.call import Credentials
    from keyhole.catalog.scheme import SchemeSecret
    from keyhole.sources.openapi.oauth import Tokens

Object = dict[str, Any]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2
_WRITTEN = {
    "text": '"{env:NAME}"',
    "login": '{ username = "…", password = "{env:NAME}" }',
    "client": '{ client_id = "…", client_secret = "{env:NAME}" }',
}


def kinds_of(scheme: Object) -> tuple[str, ...]:
    """Give the kinds of credential that a scheme takes, the usual one first; none where Keyhole cannot place one."""
    kind, place, name = scheme.get("type"), scheme.get("in"), scheme.get("name")
    if kind == "apiKey":
        usable = isinstance(name, str) and bool(name) and (place == "query" or _names_a_credential(name, place))
        return ("text",) if usable else ()
    if kind == "http":
        written = str(scheme.get("scheme", ""))
        return ("login",) if written.lower() == "basic" else ("text",) if _TOKEN.fullmatch(written) else ()
    return {"basic": ("login",), "oauth2": ("client", "text"), "openIdConnect": ("client", "text")}.get(str(kind), ())


def _names_a_credential(name: str, place: Any) -> bool:
    """Say whether a header or cookie of this name can hold a credential and does not change what the request is."""
    if place == "cookie":
        return bool(_TOKEN.fullmatch(name))
    allowed = name.lower() in ("authorization", "cookie") or not is_forbidden(name)
    return place == "header" and bool(_TOKEN.fullmatch(name)) and allowed


def wanted(name: str, scheme: Object) -> Wanted:
    """Say what a scheme wants. The document's words are cut to a line."""
    kind = str(scheme.get("type"))
    place, key = "header", "Authorization"
    what = {"oauth2": "OAuth 2", "openIdConnect": "OpenID Connect", "basic": "HTTP Basic"}.get(kind, _line(kind))
    if kind == "apiKey":
        place, key = _line(scheme.get("in")), _line(scheme.get("name"))
        what = f"API key in the {place} {key}"
    elif kind == "http":
        what = f"HTTP {_line(scheme.get('scheme')).capitalize()}"
    return Wanted(name, what, place, key, written_of(scheme))


def _line(text: Any) -> str:
    return " ".join(str(text).split())[:60]


def written_of(scheme: Object) -> str:
    """Say how the scheme's credential is written in a configuration; empty where there is no way."""
    return _WRITTEN[kinds[0]] if (kinds := kinds_of(scheme)) else ""


def check(schemes: Mapping[str, Object], given: Mapping[str, SchemeSecret], api: str) -> None:
    """Raise `UsageError` for a credential whose scheme the document lacks, or that is of another kind."""
    for name, secret in given.items():
        where = f"[apis.{api}.security] `{name}`"
        if name not in schemes:
            near = nearest(name, schemes, limit=1)
            listed = ", ".join(list(schemes)[:12]) or "none"
            raise UsageError(
                f"{where} is no security scheme of the document",
                hint=f"Did you mean {near[0]}?" if near else f"The document has {listed}; see: keyhole doctor DOC",
            )
        scheme = schemes[name]
        if secret.kind not in kinds_of(scheme):
            told = str(scheme.get("type"))[:40]
            hint = f"Write {name} = {written}" if (written := written_of(scheme)) else "Leave it out."
            raise UsageError(f"{where} is not what a scheme of the type {told!r} takes", hint=hint)


class Authorization:
    """Makes credentials ready to send. `base` is the pinned base URL, `typed` says that the operator gave it."""

    def __init__(self, schemes: Mapping[str, Object], tokens: Tokens, *, base: str, typed: bool) -> None:
        self._schemes = schemes
        self._tokens = tokens
        self._base = base
        self._typed = typed

    async def ready(
        self, credentials: Credentials, operation: str, *, stale: tuple[str, ...] = ()
    ) -> tuple[Credentials, tuple[str, ...]]:
        """Give the credentials in their places, and the tokens among them that could be fetched anew.

        None of the `stale` tokens is used again. Raises `CredentialError`.
        """
        headers, query, cookies = dict(credentials.headers), dict(credentials.query), dict(credentials.cookies)
        secrets = list(credentials.secrets)
        fetched: list[str] = []
        taken: set[str] = set()
        for name, secret in credentials.schemes.items():
            scheme = self._schemes[name]
            text = secret.secret
            if secret.kind == "client":
                url = self._token_url(name, secret, operation)
                text = await self._tokens.token(secret, url, operation, stale=stale)
                fetched.append(text)
            place, key, value = _placed(scheme, secret, text)
            spot = f"{place} {key.lower() if place == 'header' else key}"
            if spot in taken:
                raise CredentialError(
                    f"two security schemes of {operation} both want the {place} {key}",
                    hint="Configure one of them.", operation=operation,
                )  # fmt: skip
            taken.add(spot)
            if place == "header":
                headers = {known: said for known, said in headers.items() if known.lower() != key.lower()}
            {"header": headers, "query": query, "cookie": cookies}[place][key] = value
            secrets += [text, value.partition(" ")[2]] if secret.kind == "login" else [text]
        made = (*secrets, *self._tokens.issued)
        return replace(
            credentials, headers=headers, query=query, cookies=cookies, secrets=tuple(dict.fromkeys(made))
        ), tuple(fetched)

    def _token_url(self, name: str, client: SchemeSecret, operation: str) -> str:
        """Give where a client's secret goes: what the operator typed, or what the document says within the pinned base.

        Where the operator pins no base, the document says where credentials go, and so it does for these.
        """
        if client.token_url:
            return client.token_url
        said = _said(self._schemes[name])
        url = joined(self._base, said) if said else ""
        origin = origin_of(url)
        own = origin is not None and origin[0] == "https" and not self._typed and is_within(url, origin_text(origin))
        if own or is_within(url, self._base):
            return url
        told = f"is at {origin_text(origin)}, outside of {self._base}" if origin else "is not said by the document"
        raise CredentialError(
            f"the token URL of the security scheme {name!r} {told}: the client's secret is not sent",
            hint=f"The operator gives `token_url` beside the client_id of {name}, if that is right. Tell the user.",
            operation=operation,
        )

    async def aclose(self) -> None:
        """Close connections. Idempotent."""
        await self._tokens.aclose()


def _said(scheme: Object) -> str:
    """Give the token URL of a scheme's client credentials, as the document writes it; empty where it has none."""
    flows = scheme.get("flows")
    flow: Any = cast("Object", flows).get("clientCredentials") if isinstance(flows, dict) else None
    if scheme.get("flow") == "application":  # Swagger 2.0
        flow = scheme
    url = cast("Object", flow).get("tokenUrl") if isinstance(flow, dict) else None
    return url if isinstance(url, str) else ""


def _placed(scheme: Object, secret: SchemeSecret, text: str) -> tuple[str, str, str]:
    """Give the place, the name there and the value of one scheme's credential."""
    if scheme.get("type") == "apiKey":
        return str(scheme["in"]), str(scheme["name"]), text
    if secret.kind == "login":
        return "header", "Authorization", "Basic " + base64.b64encode(f"{secret.user}:{text}".encode()).decode()
    written = str(scheme.get("scheme", "bearer")) if scheme.get("type") == "http" else "bearer"
    return "header", "Authorization", f"{'Bearer' if written.lower() == 'bearer' else written} {text}"
