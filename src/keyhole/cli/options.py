"""The options that every command with a DOC takes, and the `Config` that they make."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Group, Parameter

from keyhole.cli.auth import add_auth, add_certificate
from keyhole.config import Config, has_reference, is_sensitive, openapi
from keyhole.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keyhole.config import OpenAPI

API = Group("The API (with several DOCs, write NAME=VALUE)", sort_key=1)
POLICY = Group("What is allowed", sort_key=2)
COMMON = Group("Common", sort_key=3)

_NAMED = re.compile(r"([A-Za-z_$][\w$]*)=(.+)", re.DOTALL)
_SHOWN = ("--overlay", "--base-url")
"""What is given with these is no secret, and may be repeated."""


def _option(group: Group, text: str, **settings: Any) -> Parameter:
    return Parameter(group=group, help=text, negative="", show_default=False, **settings)


@Parameter(name="*")
@dataclass(kw_only=True, frozen=True)
class Options:
    """Options of the API, of the policy, and of the process."""

    base_url: Annotated[list[str], _option(API, "Where calls go; credentials go nowhere else.", metavar="URL")] = field(
        default_factory=list[str]
    )
    header: Annotated[
        list[str],
        _option(API, "Sent with every call, such as 'Authorization: Token {env:TOKEN}'.", metavar="'NAME: VALUE'"),
    ] = field(default_factory=list[str])
    bearer_env: Annotated[
        list[str], _option(API, "The environment variable with the token of 'Authorization: Bearer'.", metavar="NAME")
    ] = field(default_factory=list[str])
    auth: Annotated[
        list[str],
        _option(
            API,
            "The credential of a security scheme, by reference (keyhole doctor DOC lists the schemes); a scheme that "
            "takes several texts takes SCHEME.username=…, SCHEME.password=env:NAME and so on.",
            metavar="SCHEME=env:NAME",
        ),
    ] = field(default_factory=list[str])
    client_cert: Annotated[
        list[str],
        _option(API, "A client certificate for mutual TLS, PEM or PKCS #12: file or reference.", metavar="PATH"),
    ] = field(default_factory=list[str])
    client_key: Annotated[
        list[str], _option(API, "Its key, where that is another file (or reference).", metavar="PATH")
    ] = field(default_factory=list[str])
    client_key_password: Annotated[list[str], _option(API, "The key's password, by reference.", metavar="env:NAME")] = (
        field(default_factory=list[str])
    )
    query_param: Annotated[
        list[str], _option(API, "Sent with every call, such as 'api_key={env:KEY}'.", metavar="NAME=VALUE")
    ] = field(default_factory=list[str])
    doc_header: Annotated[list[str], _option(API, "Sent only to fetch the document.", metavar="'NAME: VALUE'")] = field(
        default_factory=list[str]
    )
    overlay: Annotated[
        list[str], _option(API, "An OpenAPI Overlay that mends the document; several apply in order.", metavar="FILE")
    ] = field(default_factory=list[str])
    timeout: Annotated[float | None, _option(API, "Seconds that one request may take (60).", metavar="SECONDS")] = None
    allow: Annotated[
        Literal["read", "write", "all"] | None,
        _option(POLICY, "What runs without asking: reads (the default), writes too, or everything."),
    ] = None
    read_only: Annotated[bool, _option(POLICY, "Deny writes, whatever else is configured.")] = False
    reads: Annotated[
        list[str],
        _option(POLICY, "Paths whose POST only reads, such as '*/search': they run like reads.", metavar="GLOB"),
    ] = field(default_factory=list[str])
    files: Annotated[
        Path | None, _option(POLICY, "A folder that programs may send files from and save files to.", metavar="DIR")
    ] = None
    config: Annotated[Path | None, _option(COMMON, "A keyhole.toml: all this and more, per API.")] = None
    cache_dir: Annotated[Path | None, _option(COMMON, "Where compiled modules and images are kept.")] = None
    in_process: Annotated[
        bool, _option(COMMON, "Run programs in this process, not in confined workers: less memory, one wall less.")
    ] = False
    require_confinement: Annotated[
        bool, _option(COMMON, "Refuse to start where workers cannot be confined (keyhole doctor shows the layers).")
    ] = False
    verbose: Annotated[bool, _option(COMMON, "Say on standard error what happens.", name=["--verbose", "-v"])] = False


def configure(docs: Sequence[str], options: Options | None) -> Config:
    """Make the configuration of a command from its DOCs and options. Raises `UsageError`.

    With --config, the DOCs come after the APIs of the file.
    """
    options = options or Options()
    config = Config.load(options.config) if options.config else Config()
    given = [_document(doc) for doc in docs]
    per_api = _PerApi([name for name, _ in given])
    settings: list[dict[str, Any]] = [{"document": document, "name": name} for name, document in given]
    per_api.put(settings, "base_url", "--base-url", options.base_url, str)
    per_api.put(settings, "bearer", "--bearer-env", options.bearer_env, _environment)
    per_api.merge(settings, "headers", "--header", options.header, ":")
    per_api.merge(settings, "doc_headers", "--doc-header", options.doc_header, ":")
    per_api.merge(settings, "query", "--query-param", options.query_param, "=")
    per_api.each(settings, "--auth", options.auth, add_auth)
    for name, values in {
        "cert": options.client_cert, "key": options.client_key, "key_password": options.client_key_password,
    }.items():  # fmt: skip
        per_api.each(settings, f"--client-{name.replace('_', '-')}", values, partial(add_certificate, name))
    per_api.add(settings, "overlays", "--overlay", options.overlay)
    per_api.add(settings, "reads", "--reads", options.reads)
    if options.timeout is not None:
        if options.timeout <= 0:
            raise UsageError(f"--timeout {options.timeout:g} is not a positive number of seconds")
        for setting in settings:
            setting["timeout_s"] = options.timeout
    apis: list[OpenAPI] = [*config.apis, *(openapi(**setting) for setting in settings)]
    if not apis:
        raise UsageError(
            "no API was given", hint="Give an OpenAPI document, a file or a URL: keyhole serve openapi.json"
        )
    given_here = {
        "allow": options.allow, "read_only": options.read_only, "files": options.files, "cache_dir": options.cache_dir,
    }  # fmt: skip
    update: dict[str, Any] = {"apis": tuple(apis), **{name: value for name, value in given_here.items() if value}}
    places = {"in_process": options.in_process, "require_confinement": options.require_confinement}
    if any(places.values()):
        update["sandbox"] = config.sandbox.model_copy(update={name: True for name, given in places.items() if given})
    return config.model_copy(update=update)


def _document(doc: str) -> tuple[str | None, str]:
    """Split `name=DOC`; a file whose own name looks like that is a file. Raises `UsageError`."""
    if not doc.strip():
        raise UsageError("a DOC is empty", hint="Is a variable of the shell not set?")
    if _exists(doc):
        return None, doc
    match = _NAMED.fullmatch(doc)
    if match:
        return match[1], match[2]
    name, named, rest = doc.partition("=")
    if named and not re.search(r"[/\\:?]", name) and is_document(rest):
        valid = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or "api"
        valid = f"_{valid}" if valid[0].isdigit() else valid
        raise UsageError(
            f"{name!r} cannot be the name of an API in programs: it takes letters, digits and _",
            hint=f"Name it {valid}={rest}",
        )
    return None, doc


def is_document(text: str) -> bool:
    """Say whether an argument names a document: a URL, a file that is there or is called like one, name=DOC."""
    if "://" in text or _exists(text) or Path(text).suffix.lower() in {".json", ".yaml", ".yml"}:
        return True
    match = _NAMED.fullmatch(text)
    return bool(match and is_document(match[2]))


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:  # such as a URL that is too long for a file's name
        return False


class _PerApi:
    """Knows which API an option means: the only one, or the one that its NAME= says."""

    def __init__(self, names: Sequence[str | None]) -> None:
        self._names = names

    def put(
        self,
        settings: list[dict[str, Any]],
        key: str,
        option: str,
        values: Sequence[str],
        read: Callable[[str], str],
    ) -> None:
        """Set what an API has one of."""
        for value in values:
            position, rest = self._which(option, value)
            if key in settings[position]:
                raise UsageError(f"{option} is given twice for one API")
            settings[position][key] = read(rest)

    def each(
        self,
        settings: list[dict[str, Any]],
        option: str,
        values: Sequence[str],
        add: Callable[[dict[str, Any], str], None],
    ) -> None:
        """Have `add` put each value into the settings of its API."""
        for value in values:
            position, rest = self._which(option, value)
            add(settings[position], rest)

    def add(self, settings: list[dict[str, Any]], key: str, option: str, values: Sequence[str]) -> None:
        """Add to what an API has a list of."""
        for value in values:
            position, rest = self._which(option, value)
            settings[position].setdefault(key, []).append(rest)

    def merge(
        self, settings: list[dict[str, Any]], key: str, option: str, values: Sequence[str], separator: str
    ) -> None:
        """Add to what an API has several of: headers, parameters."""
        for value in values:
            position, rest = self._which(option, value)
            name, found, text = rest.partition(separator)
            name, text = name.strip(), text.strip()
            if not found or not name:
                shape = "'NAME: VALUE'" if separator == ":" else "NAME=VALUE"
                raise UsageError(f"{option} takes {shape}", hint=f"keyhole serve --help shows {option}.")
            if is_sensitive(name) and not has_reference(text):
                example = f"{name}{separator}{' ' if separator == ':' else ''}{{env:TOKEN}}"
                raise UsageError(
                    f"{option} has a literal credential for {name!r}: other users of this machine can read it there",
                    hint=f"Put it into the environment and refer to it: {option} '{example}'; "
                    "{file:PATH} and {cmd:COMMAND} work too.",
                )
            settings[position].setdefault(key, {})[name] = text

    def _which(self, option: str, value: str) -> tuple[int, str]:
        match = _NAMED.fullmatch(value)
        if match and match[1] in self._names:
            return self._names.index(match[1]), match[2]
        if len(self._names) == 1:
            return 0, value
        if not self._names:
            raise UsageError(f"{option} needs a DOC to belong to", hint="In a --config file, set it for each API.")
        known = [name for name in self._names if name]
        guess = nearest(match[1], known, limit=1) if match else []
        if match and known and option in _SHOWN:
            near = f"Did you mean {option} {guess[0]}={match[2]}?" if guess else f"There are {', '.join(known[:10])}."
            raise UsageError(f"{option} {match[1]}=…: there is no API {match[1]!r}", hint=near)
        raise UsageError(
            f"{option} does not say which of the {len(self._names)} APIs it is for",
            hint=f"Did you mean {option} {guess[0]}=…?"
            if guess
            else f"Name the APIs (name=DOC) and write {option} {known[0] if known else 'name'}=…, or use --config.",
        )


def _environment(name: str) -> str:
    """Give the reference to an environment variable. What cannot be its name may be the secret, and is not repeated."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise UsageError(
            "--bearer-env takes the name of an environment variable, not the token itself",
            hint="export TOKEN=…, then: --bearer-env TOKEN",
        )
    return f"{{env:{name}}}"
