"""Where an OAuth client's secret may go: what the operator typed, or what the document says within the pinned base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from keyhole.errors import CredentialError
from keyhole.sources.openapi.discovery import metadata_of
from keyhole.sources.openapi.guard import joined, origin_of, origin_text
from keyhole.sources.openapi.http import is_within
from keyhole.sources.openapi.oauth import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyhole.catalog.scheme import ClientCertificate, SchemeSecret
    from keyhole.sources.openapi.discovery import Discovery

Object = dict[str, Any]


class Issuers:
    """The token URLs of a document's security schemes.

    `base` is the pinned base URL. A document's own word counts within it, or, where it is the document's, too (`typed`
    is False), on its origin if that is https. An origin beside it may be anybody's, whatever its name.
    """

    def __init__(self, schemes: Mapping[str, Object], discovery: Discovery, *, base: str, typed: bool) -> None:
        self._schemes = schemes
        self._discovery = discovery
        self._base = base
        origin = origin_of(base)
        self._home = origin_text(origin) if origin and origin[0] == "https" and not typed else base

    async def place(
        self, name: str, client: SchemeSecret, operation: str, certificate: ClientCertificate | None
    ) -> Place:
        """Give where the client of the scheme `name` gets its token. Raises `CredentialError`.

        The certificate is for the origin of the pinned base, and for what the operator typed.
        """
        if client.token_url:
            return Place(client.token_url, certificate)
        if client.issuer:
            return Place(await self._discovery.token_url(metadata_of(client.issuer), operation), certificate)
        if trouble := self.trouble(name, client):
            settings = " and ".join(f'{key} = "{value}"' for key, value in self.settings(name).items())
            raise CredentialError(
                f"{trouble}: the client's secret is not sent",
                hint=f"If that is right, the operator gives {settings} beside the client_id of {name}. Tell the user.",
                operation=operation,
            )
        said, metadata = self._said(name)
        url = await self._discovery.token_url(metadata, operation) if metadata else said
        if not self._agreed(url):  # the path of the base is pinned too: beside it may be somebody else's
            raise CredentialError(
                f"the metadata of the security scheme {name!r} name a token URL outside of {self._home}: "
                "the client's secret is not sent",
                hint=f"The operator gives `token_url` or `issuer` beside the client_id of {name}. Tell the user.",
                operation=operation,
            )
        return Place(url, certificate)

    def trouble(self, name: str, client: SchemeSecret) -> str:
        """Say why the client's secret would not be sent; empty where it would."""
        if client.kind != "client" or client.token_url or client.issuer:
            return ""
        url = next((url for url in self._said(name) if url), "")
        if self._agreed(url):
            return ""
        origin = origin_of(url)
        what = f"the {'issuer' if self._said(name)[1] else 'token URL'} of the security scheme {name!r}"
        if origin is None:
            return f"{what} is not said by the document"
        return f"{what} is at {origin_text(origin)}, outside of {self._home or 'any base URL'}"

    def settings(self, name: str) -> dict[str, str]:
        """Give what the operator has to agree to, as the document says it, so that a client's secret is sent."""
        said, metadata = self._said(name)
        if self._agreed(said or metadata):
            return {}
        key, url = ("issuer", metadata.partition("/.well-known/")[0]) if metadata else ("token_url", said)
        parts, origin = urlsplit(url) if origin_of(url) else None, origin_of(url)
        if parts is None or origin is None or "@" in parts.netloc or not url.isascii() or not url.isprintable():
            return {key: "…"}
        return {key: (origin_text(origin) + parts.path)[:200]}

    def _agreed(self, url: str) -> bool:
        return is_within(url, self._home)

    def _said(self, name: str) -> tuple[str, str]:
        """Give the token URL that the document says, or else that of the provider's metadata; either may be empty."""
        scheme = self._schemes[name]
        if said := _token_url(scheme):
            return joined(self._base, said), ""
        # openIdConnectUrl: OpenAPI 3.0 and later; oauth2MetadataUrl: 3.2
        metadata = scheme.get("openIdConnectUrl") or scheme.get("oauth2MetadataUrl")
        return "", joined(self._base, metadata) if isinstance(metadata, str) else ""


def _token_url(scheme: Object) -> str:
    """Give the token URL of a scheme's client credentials, as the document writes it; empty where it has none."""
    flows = scheme.get("flows")
    flow: Any = cast("Object", flows).get("clientCredentials") if isinstance(flows, dict) else None
    if scheme.get("flow") == "application":  # Swagger 2.0
        flow = scheme
    url = cast("Object", flow).get("tokenUrl") if isinstance(flow, dict) else None
    return url if isinstance(url, str) else ""
