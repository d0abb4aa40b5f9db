"""Parameters that ask a program for the token which the credential of a security scheme sends already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyhole.sources.openapi.operations import spelt

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from keyhole.sources.openapi.operations import Endpoint

_NAMES = frozenset({
    "token", "access-token", "auth-token", "bearer-token", "oauth-token", "x-access-token", "x-auth-token", "x-token",
})  # fmt: skip
_PLACES = frozenset({"query", "header", "formdata"})
_LEAST = 3


def undoubled(
    endpoints: Iterable[Endpoint],
    schemes: Mapping[str, dict[str, Any]],
    given: Collection[str],
    filled: Iterable[tuple[str, str]],
) -> list[Endpoint]:
    """Give the endpoints without the parameters that are the token of a security scheme once more (as Slack's are).

    `given` are the schemes that there are credentials for, `filled` place and name of what is sent with every call.
    Such a parameter is called so, most operations that are sure to be sent a token have it, and most of these require
    it: a token that is something else (of an invitation, of a page) belongs to a few. Nothing is sent in its place.
    """
    found = list(endpoints)
    general = ("header", "authorization") in {(place, name.lower()) for place, name in filled}
    sent = {name for name, scheme in schemes.items() if _is_bearer(scheme) and (general or name in given)}
    certain = [one for one in found if one.security and all(not sent.isdisjoint(use) for use in one.security)]
    for name in _NAMES if certain else ():
        having = [(one, own) for one in certain for own in one.parameters if _is_of(own, name)]
        required = sum(own.get("required") is True for _, own in having)
        if len(having) >= _LEAST and 2 * len(having) > len(certain) and 2 * required > len(having):
            for one, own in having:
                one.parameters = tuple(other for other in one.parameters if other is not own)
    return found


def _is_bearer(scheme: Mapping[str, Any]) -> bool:
    """Say whether a scheme's credential is a token in the header Authorization."""
    other = scheme.get("type") == "http" and str(scheme.get("scheme")).lower() != "basic"
    return other or scheme.get("type") in ("oauth2", "openIdConnect")


def _is_of(parameter: Mapping[str, Any], name: str) -> bool:
    return str(parameter.get("in")).lower() in _PLACES and spelt(str(parameter.get("name"))) == name
