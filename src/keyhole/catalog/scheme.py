"""What an operator gives for a security scheme of a document: as a configuration writes it, and as it is read."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLOSED = ConfigDict(extra="forbid", frozen=True)

Kind = Literal["text", "login", "client", "certificate"]


class Login(BaseModel):
    """The credential of a security scheme of HTTP Basic."""

    model_config = _CLOSED
    username: str = Field(repr=False)
    password: str = Field(repr=False)


class Client(BaseModel):
    """The credential of an OAuth 2 or OpenID Connect scheme: client credentials (RFC 6749 section 4.4).

    `token_url` goes before all that a document says, and so does `issuer`, whose own metadata name the token URL;
    `authenticate` is how the client does so there.
    """

    model_config = _CLOSED
    client_id: str = Field(repr=False)
    client_secret: str = Field(repr=False)
    token_url: str | None = None
    issuer: str | None = None
    scopes: tuple[str, ...] = ()
    authenticate: Literal["basic", "body"] = "basic"


class Certificate(BaseModel):
    """A client certificate (mutual TLS): references that give PEM texts. Without `key`, `cert` holds the key too.

    `cert` may refer to a PKCS #12 file.
    """

    model_config = _CLOSED
    cert: str = Field(repr=False)
    key: str | None = Field(default=None, repr=False)
    key_password: str | None = Field(default=None, repr=False)


Given = str | Login | Client | Certificate
SECRET_FIELDS = frozenset({"password", "client_secret", "cert", "key", "key_password"})
"""What a configuration and a command line may only refer to."""


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A client certificate as it is read. `password` is empty where the key is not encrypted. Never printed.

    PEM texts, or, without `key`, a PKCS #12 file in base64 that holds both.
    """

    cert: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SchemeSecret:
    """What the operator gives for one security scheme of a document. Never printed.

    `text`: the API key or token `secret`. `login`: `user` and the password `secret`. `client`: an OAuth client, `user`
    its id and `secret` its secret; `token_url` and `issuer` are the operator's own, empty where the document's are to
    be used; `in_body` sends id and secret in the form instead of by HTTP Basic (RFC 6749 section 2.3.1).
    `certificate`: what the API's server is shown when a connection is made.
    """

    kind: Kind
    secret: str = field(default="", repr=False)
    user: str = field(default="", repr=False)
    token_url: str = ""
    issuer: str = ""
    scopes: tuple[str, ...] = ()
    in_body: bool = False
    certificate: ClientCertificate | None = None


def unread(given: Given) -> SchemeSecret:
    """Give a scheme's credential with its references as they are written."""
    if isinstance(given, str):
        return SchemeSecret("text", given)
    if isinstance(given, Login):
        return SchemeSecret("login", given.password, given.username)
    if isinstance(given, Certificate):
        return SchemeSecret("certificate")
    return SchemeSecret(
        "client", given.client_secret, given.client_id, given.token_url or "", given.issuer or "", tuple(given.scopes),
        given.authenticate == "body",
    )  # fmt: skip


_WRITTEN: dict[Kind, dict[str, str]] = {
    "text": {"": "{env:NAME}"},
    "login": {"username": "…", "password": "{env:NAME}"},
    "client": {"client_id": "…", "client_secret": "{env:NAME}"},
    "certificate": {"cert": "{file:PATH}", "key": "{file:PATH}"},
}


def as_table(kind: Kind, settings: Mapping[str, str] = MappingProxyType({})) -> str:
    """Write a credential of this kind as a value of a configuration file, with more of its fields in `settings`."""
    fields = {**_WRITTEN[kind], **settings}
    if "" in fields:
        return json.dumps(fields[""])
    return "{ " + ", ".join(f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in fields.items()) + " }"


def as_options(name: str, kind: Kind, settings: Mapping[str, str] = MappingProxyType({})) -> str:
    """Write the same for the scheme `name` as options of a command."""
    fields = {**_WRITTEN[kind], **settings}
    # "…" is left for the operator to fill in; a reference needs no braces where it is all there is.
    texts = {key: text if text == "…" else shlex.quote(text.strip("{}")) for key, text in fields.items()}
    return " ".join(f"--auth {shlex.quote(f'{name}.{key}' if key else name)}={text}" for key, text in texts.items())
