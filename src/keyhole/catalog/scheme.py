"""What an operator gives for a security scheme of a document: as a configuration writes it, and as it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

_CLOSED = ConfigDict(extra="forbid", frozen=True)


class Login(BaseModel):
    """The credential of a security scheme of HTTP Basic."""

    model_config = _CLOSED
    username: str = Field(repr=False)
    password: str = Field(repr=False)


class Client(BaseModel):
    """The credential of an OAuth 2 scheme: client credentials (RFC 6749 section 4.4).

    `token_url` goes before what the document says; `authenticate` is how the client does so at that URL.
    """

    model_config = _CLOSED
    client_id: str = Field(repr=False)
    client_secret: str = Field(repr=False)
    token_url: str | None = None
    scopes: tuple[str, ...] = ()
    authenticate: Literal["basic", "body"] = "basic"


@dataclass(frozen=True, slots=True)
class SchemeSecret:
    """What the operator gives for one security scheme of a document. Never printed.

    `text`: the API key or token `secret`. `login`: `user` and the password `secret`. `client`: an OAuth client, `user`
    its id and `secret` its secret; `token_url` is the operator's own, empty where the document's is to be used;
    `in_body` sends id and secret in the form instead of by HTTP Basic (RFC 6749 section 2.3.1).
    """

    kind: Literal["text", "login", "client"]
    secret: str = field(default="", repr=False)
    user: str = field(default="", repr=False)
    token_url: str = ""
    scopes: tuple[str, ...] = ()
    in_body: bool = False


def unread(given: str | Login | Client) -> SchemeSecret:
    """Give a scheme's credential with its references as they are written."""
    if isinstance(given, str):
        return SchemeSecret("text", given)
    if isinstance(given, Login):
        return SchemeSecret("login", given.password, given.username)
    in_body = given.authenticate == "body"
    return SchemeSecret(
        "client", given.client_secret, given.client_id, given.token_url or "", tuple(given.scopes), in_body
    )
