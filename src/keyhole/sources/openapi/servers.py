"""Where an API is: the operator's word, else the document's servers, resolved against where the document came from."""

from __future__ import annotations

import re
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

from keyhole.errors import UsageError
from keyhole.sources.openapi.guard import joined, origin_of

_MAX_URL = 2048
_VARIABLE = re.compile(r"\{([^{}]*)\}")


def checked_base(url: str) -> str:
    """Give a typed base URL without a closing slash, query or fragment. Raises `UsageError` if it is no http(s) URL."""
    if origin_of(url.strip()) is None:
        raise UsageError(f"--base-url {url!r} is not an http or https URL", hint="write it as https://HOST/PATH")
    parts = urlsplit(url.strip())
    if "@" in parts.netloc:
        raise UsageError(
            "a base URL may not hold a user or password",
            hint="use --header 'Authorization: {env:NAME}' or --bearer-env NAME",
        )
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def base_of(servers: list[Any] | None, location: str) -> str:
    """Give the first usable server's URL, by https where the document offers both; empty where it cannot say it.

    Relative URLs are resolved against `location`, the document's own URL (OpenAPI 3.1.1, 4.6); no servers at all
    means `/`. A document from a file has no location to resolve against.
    """
    found: list[str] = []
    for server in servers or [{"url": "/"}]:
        entry = cast("dict[str, Any]", server) if isinstance(server, dict) else {}
        url = _filled(entry)
        if url is None:
            continue
        absolute = joined(location, url) if "://" in location else url
        if absolute.startswith("//"):
            absolute = f"https:{absolute}"
        if origin_of(absolute) is not None and "@" not in urlsplit(absolute).netloc:
            parts = urlsplit(absolute)
            found.append(urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", "")))
    if not found:
        return ""
    # A credential is sent there: not in the clear where the same host can be had by https.
    secure = found[0].replace("http:", "https:", 1)
    return secure if secure in found and urlsplit(secure).port is None else found[0]


def _filled(server: dict[str, Any]) -> str | None:
    """Give a server's URL with the defaults of its variables; None where one has none."""
    url = server.get("url")
    if not isinstance(url, str):
        return None
    raw = server.get("variables")
    variables = cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}
    for name in _VARIABLE.findall(url):
        variable = variables.get(name)
        entry = cast("dict[str, Any]", variable) if isinstance(variable, dict) else {}
        value = entry.get("default")
        if value is None and isinstance(choices := entry.get("enum"), list) and choices:
            value = cast("list[Any]", choices)[0]
        if value is None:
            return None
        if len(url) > _MAX_URL:
            return None
        url = url.replace("{" + name + "}", str(value))
    return url.strip() if len(url) <= _MAX_URL else None


def base_of_old(root: dict[str, Any], location: str) -> str:
    """Give the base URL of a Swagger 2.0 document: what it leaves out is taken from the document's own URL."""
    here = urlsplit(location) if "://" in location else None
    host = root.get("host")
    raw = root.get("schemes")
    schemes = [item for item in cast("list[Any]", raw) if item in ("http", "https")] if isinstance(raw, list) else []
    text = host.strip().rstrip("/") if isinstance(host, str) else ""
    if "://" in text:
        scheme, _, text = text.partition("://")
        schemes = schemes or [scheme]
    if not text:
        if here is None:
            return ""
        text = here.netloc.rpartition("@")[2]
        schemes = [here.scheme] if not schemes or here.scheme in schemes else schemes
    scheme = (
        "https"
        if "https" in schemes or (not schemes and here is None)
        else schemes[0]
        if schemes
        else here.scheme
        if here
        else ""
    )
    base = root.get("basePath")
    path = base.strip() if isinstance(base, str) else ""
    url = f"{scheme}://{text}{'' if not path or path.startswith('/') else '/'}{path}".rstrip("/")
    return url if origin_of(url) is not None and "@" not in text else ""
