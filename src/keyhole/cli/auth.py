"""Credentials on the command line: `--auth SCHEME=env:NAME` and client certificates. References only."""

from __future__ import annotations

import re
from typing import Any, cast

from keyhole.catalog.scheme import SECRET_FIELDS, Certificate, Client, Login
from keyhole.config import has_reference
from keyhole.errors import UsageError, nearest

_FIELDS = frozenset({*Login.model_fields, *Client.model_fields, *Certificate.model_fields})
_SHORT = re.compile(r"(env|file|cmd):(.+)", re.DOTALL)


def add_auth(settings: dict[str, Any], value: str) -> None:
    """Put one `SCHEME=REFERENCE` or `SCHEME.FIELD=VALUE` into an API's settings. Raises `UsageError`.

    What follows the last dot is a field where a credential has one of that name, else a part of the scheme's name.
    """
    name, found, text = value.partition("=")
    scheme, field = name, ""
    if "." in name and (parts := name.rpartition("."))[2] in _FIELDS:
        scheme, field = parts[0], parts[2]
    if not found or not scheme or not text:
        raise UsageError(
            "--auth takes SCHEME=env:NAME", hint="keyhole doctor DOC lists the schemes, and how each one is given."
        )
    security = cast("dict[str, Any]", settings.setdefault("security", {}))
    if not field:
        if scheme in security:
            raise UsageError(f"--auth gives {scheme!r} twice")
        security[scheme] = _secret(f"--auth {name}", text)
        return
    fields = security.setdefault(scheme, {})
    if not isinstance(fields, dict) or field in fields:
        raise UsageError(f"--auth gives {scheme!r} twice")
    fields[field] = _field(f"--auth {name}", field, text)


def add_certificate(field: str, settings: dict[str, Any], value: str) -> None:
    """Put a part of the client certificate into an API's settings: a file's path, or a reference."""
    certificate = cast("dict[str, Any]", settings.setdefault("certificate", {}))
    option = f"--client-{field.replace('_', '-')}"
    if field in certificate:
        raise UsageError(f"{option} is given twice for one API")
    path = field != "key_password" and not _SHORT.match(value) and not has_reference(value)
    certificate[field] = f"{{file:{value}}}" if path else _secret(option, value)


def _field(option: str, field: str, text: str) -> Any:
    if field in SECRET_FIELDS:
        return _secret(option, text)
    if field == "scopes":
        return [scope for scope in re.split(r"[\s,]+", text) if scope]
    return _reference(text)


def _reference(text: str) -> str:
    short = _SHORT.fullmatch(text)
    return f"{{{text}}}" if short and not has_reference(text) else text


def _secret(option: str, text: str) -> str:
    """Give the reference. What is none may be the secret itself, and is not repeated. Raises `UsageError`."""
    reference = _reference(text)
    if has_reference(reference):
        return reference
    near = nearest(text.partition(":")[0], ("env", "file", "cmd"), limit=1) if ":" in text[:8] else []
    raise UsageError(
        f"{option} takes a reference to the secret, not the secret: other users of this machine could read it there",
        hint=f"Did you mean {near[0]}:…?" if near else f"Write {option}=env:NAME; file:PATH and cmd:COMMAND work too.",
    )
