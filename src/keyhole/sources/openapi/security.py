"""Security schemes: which credential each one takes, and where the document says that it goes."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from keyhole.catalog.scheme import as_options, as_table
from keyhole.errors import CredentialError, UsageError, nearest
from keyhole.sources.openapi.operations import is_forbidden
from keyhole.sources.source import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyhole.catalog.call import Credentials
    from keyhole.catalog.scheme import Kind, SchemeSecret
    from keyhole.sources.openapi.issuer import Issuers
    from keyhole.sources.openapi.oauth import Tokens

Object = dict[str, Any]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2
_NAMES = {
    "oauth2": "OAuth 2",
    "openIdConnect": "OpenID Connect",
    "basic": "HTTP Basic",
    "mutualTLS": "client certificate",
}
_KINDS: dict[str, tuple[Kind, ...]] = {
    "basic": ("login",),
    "oauth2": ("client", "text"),
    "openIdConnect": ("client", "text"),
    "mutualTLS": ("certificate",),
}


def kinds_of(scheme: Object) -> tuple[Kind, ...]:
    """Give the kinds of credential that a scheme takes, the usual one first; none where Keyhole cannot place one."""
    kind, place, name = scheme.get("type"), scheme.get("in"), scheme.get("name")
    if kind == "apiKey":
        usable = isinstance(name, str) and bool(name) and (place == "query" or _names_a_credential(name, place))
        return ("text",) if usable else ()
    if kind == "http":
        written = str(scheme.get("scheme", ""))
        return ("login",) if written.lower() == "basic" else ("text",) if _TOKEN.fullmatch(written) else ()
    return _KINDS.get(str(kind), ())


def _names_a_credential(name: str, place: Any) -> bool:
    """Say whether a header or cookie of this name can hold a credential and does not change what the request is."""
    if place == "cookie":
        return bool(_TOKEN.fullmatch(name))
    allowed = name.lower() in ("authorization", "cookie") or not is_forbidden(name)
    return place == "header" and bool(_TOKEN.fullmatch(name)) and allowed


def wanted(name: str, scheme: Object, issuers: Issuers, given: SchemeSecret | None) -> Wanted:
    """Say what a scheme wants. The document's words are cut to a line. `given` is what there is for it."""
    kind = str(scheme.get("type"))
    place, key = "header", "Authorization"
    what = _NAMES.get(kind, _line(kind))
    if kind == "apiKey":
        place, key = _line(scheme.get("in")), _line(scheme.get("name"))
        what = f"API key in the {place} {key}"
    elif kind == "http":
        what = f"HTTP {_line(scheme.get('scheme')).capitalize()}"
    first = next(iter(kinds_of(scheme)), None)
    settings = issuers.settings(name) if first == "client" else {}
    return Wanted(name, what, place, key, first, settings, issuers.trouble(name, given) if given else "")


def _line(text: Any) -> str:
    return " ".join(str(text).split())[:60]


def check(schemes: Mapping[str, Object], given: Mapping[str, SchemeSecret], api: str) -> None:
    """Raise `UsageError` for a credential whose scheme the document lacks, or that is of another kind."""
    for name, secret in given.items():
        if name not in schemes:
            near = nearest(name, schemes, limit=1)
            listed = ", ".join(list(schemes)[:12]) or "none"
            raise UsageError(
                f"{name!r} is no security scheme of {api}",
                hint=f"Did you mean {near[0]}?" if near else f"The document has {listed}; see: keyhole doctor DOC",
            )
        kinds = kinds_of(schemes[name])
        if secret.kind not in kinds:
            told = str(schemes[name].get("type"))[:40]
            hint = f"Write {name} = {as_table(kinds[0])}, or {as_options(name, kinds[0])}" if kinds else "Leave it out."
            raise UsageError(
                f"what is given for the security scheme {name!r} of {api} is not what the type {told!r} takes",
                hint=hint,
            )


class Authorization:
    """Makes credentials ready to send."""

    def __init__(self, schemes: Mapping[str, Object], tokens: Tokens, issuers: Issuers) -> None:
        self._schemes = schemes
        self._tokens = tokens
        self._issuers = issuers

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
        shown = [one.certificate for one in credentials.schemes.values() if one.certificate]
        certificate = shown[0] if shown else credentials.certificate
        for name, secret in credentials.schemes.items():
            if secret.kind == "certificate":
                continue
            scheme, text = self._schemes[name], secret.secret
            if secret.kind == "client":
                place = partial(self._issuers.place, name, secret, operation, certificate)
                text = await self._tokens.token(name, secret, place, operation, stale=stale)
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
            credentials, headers=headers, query=query, cookies=cookies, secrets=tuple(dict.fromkeys(made)),
            certificate=certificate,
        ), tuple(fetched)  # fmt: skip

    async def aclose(self) -> None:
        """Close connections. Idempotent."""
        await self._tokens.aclose()


def _placed(scheme: Object, secret: SchemeSecret, text: str) -> tuple[str, str, str]:
    """Give the place, the name there and the value of one scheme's credential."""
    if scheme.get("type") == "apiKey":
        return str(scheme["in"]), str(scheme["name"]), text
    if secret.kind == "login":
        return "header", "Authorization", "Basic " + base64.b64encode(f"{secret.user}:{text}".encode()).decode()
    written = str(scheme.get("scheme", "bearer")) if scheme.get("type") == "http" else "bearer"
    return "header", "Authorization", f"{'Bearer' if written.lower() == 'bearer' else written} {text}"
