"""The configuration, and the only reader of configuration files, of the environment and of secrets.

A credential is a reference, resolved when a call needs it: `{env:NAME}`, `{file:PATH}` or `{cmd:COMMAND}`, alone or
inside a text ("Bearer {env:TOKEN}"). A text without a reference is taken as the secret itself: Python code may pass
one; a configuration file and the command line may not.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import shlex
import shutil
import sys
import time
import tomllib
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from keyhole.catalog.call import Credentials
from keyhole.catalog.operation import Effect
from keyhole.catalog.scheme import Client, Login, SchemeSecret, unread
from keyhole.errors import CredentialError, UsageError, nearest

Allow = Literal["read", "write", "all"]

_REFERENCE = re.compile(r"\{(env|file|cmd):([^{}]+)\}")
_COMMAND_TIMEOUT_S = 20.0
_SECRET_LENGTH = 8
_COMMAND_FRESH_S = 300.0
_KEY_BYTES = 32
_REMEMBERED = 256
_CLOSED = ConfigDict(extra="forbid", frozen=True)


class Rule(BaseModel):
    """One line of policy: what matches every pattern given (globs) is decided so. First match wins, before `allow`."""

    model_config = _CLOSED
    decision: Literal["allow", "ask", "deny"]
    operation: str = "*"
    method: str = "*"
    path: str = "*"
    tag: str = "*"
    effect: Effect | None = None


@dataclass(frozen=True, config=ConfigDict(extra="forbid", arbitrary_types_allowed=True))
class OpenAPI:
    """One API by its OpenAPI document: a file, a URL, or the parsed document itself.

    `bearer` is the token of `Authorization: Bearer`; `headers` and `query` are sent with every call, `doc_headers`
    only to fetch the document. `overlays` (OpenAPI Overlay documents: files, URLs, or parsed) change it before it is
    read, in their order. `security` gives credentials by the names of the document's security schemes: each is
    placed as the document says, and sent with the operations that want it. `base_url` pins where calls and
    credentials go. `allow` and `rules` are the policy for this API alone. `allow_private` lets the document itself,
    not only you, name addresses in private networks.
    """

    document: str | Path | dict[str, Any]
    name: str | None = None
    base_url: str | None = None
    bearer: str | None = Field(default=None, repr=False)
    headers: Mapping[str, str] = Field(default_factory=dict[str, str], repr=False)
    query: Mapping[str, str] = Field(default_factory=dict[str, str], repr=False)
    doc_headers: Mapping[str, str] = Field(default_factory=dict[str, str], repr=False)
    security: Mapping[str, str | Login | Client] = Field(default_factory=dict[str, str | Login | Client], repr=False)
    allow: Allow | None = None
    rules: tuple[Rule, ...] = ()
    timeout_s: float = Field(default=60.0, gt=0)
    allow_private: bool = False
    overlays: tuple[str | Path | dict[str, Any], ...] = ()

    def shapes(self) -> dict[str, SchemeSecret]:
        """Say what kind of credential is given for each security scheme, without the secrets."""
        return {name: replace(unread(given), secret="", user="") for name, given in self.security.items()}


class RunLimits(BaseModel):
    """What one run may use: seconds and bytes. `calls` counts calls to the host, `api_calls` those to an API."""

    model_config = _CLOSED
    wall_s: float = Field(default=120.0, gt=0)
    cpu_s: float = Field(default=5.0, gt=0)
    memory_bytes: int = Field(default=64 << 20, ge=1 << 20)
    calls: int = Field(default=1000, ge=1)
    api_calls: int = Field(default=500, ge=0)
    at_once: int = Field(default=16, ge=1)
    bytes_out: int = Field(default=32 << 20, ge=1024)
    bytes_in: int = Field(default=128 << 20, ge=1024)


class SandboxSettings(BaseModel):
    """Where programs run. `workers` is the number of processes, None one a core; `pause_key` seals paused runs."""

    model_config = _CLOSED
    in_process: bool = Field(default=False, strict=True)
    require_confinement: bool = Field(default=False, strict=True)
    workers: int | None = Field(default=None, ge=1, le=64)
    pause_key: str | None = Field(default=None, repr=False)


class Config(BaseModel):
    """Everything that can be set. `max_tokens` is the budget of an answer."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    apis: tuple[OpenAPI, ...] = ()
    allow: Allow = "read"
    read_only: bool = False
    limits: RunLimits = RunLimits()
    sandbox: SandboxSettings = SandboxSettings()
    max_tokens: int = Field(default=1500, ge=50)
    runs_at_once: int = Field(default=64, ge=1)
    tsc: str | None = None
    """The TypeScript compiler that checks programs before they run; None is the one on the PATH, "off" none."""
    cache_dir: Path | None = None
    """Where compiled modules and images are kept; None is the user's cache folder."""

    @classmethod
    def load(cls, path: Path) -> Config:
        """Read a `keyhole.toml`; relative documents are relative to it. Raises `UsageError`."""
        try:
            raw = tomllib.loads(path.read_text("utf-8"))
        except OSError as error:
            raise UsageError(
                f"cannot read the configuration {path}: {error.strerror}", hint="Check the path given to --config."
            ) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"{path} is not TOML: {error}") from None
        apis = raw.pop("apis", {})
        if not isinstance(apis, dict) or not all(isinstance(api, dict) for api in apis.values()):  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
            raise UsageError(f"{path}: `apis` holds one table an API: [apis.github]")
        sandbox = raw.get("sandbox")
        key = cast("dict[str, Any]", sandbox).get("pause_key") if isinstance(sandbox, dict) else None
        if isinstance(key, str) and not _REFERENCE.search(key):
            raise UsageError(
                f"{path}: [sandbox] has a literal key in `pause_key`",
                hint='Refer to where it is: pause_key = "{env:NAME}", "{file:PATH}" or "{cmd:COMMAND}".',
            )
        raw["apis"] = [_api_table(name, table, path) for name, table in apis.items()]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType, reportUnknownMemberType]
        try:
            return cls.model_validate(raw)
        except ValidationError as error:
            raise UsageError(_say(error, str(path)), hint="docs/configuration.md lists every setting.") from None

    def cache(self) -> Path:
        """Give the cache folder: as set, or KEYHOLE_CACHE_DIR, or the user's cache folder. Not created here."""
        if self.cache_dir:
            return self.cache_dir.expanduser()
        if given := os.environ.get("KEYHOLE_CACHE_DIR"):
            return Path(given).expanduser()
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Caches" / "keyhole"
        if sys.platform == "win32":
            return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "keyhole" / "cache"
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "keyhole"

    def compiler(self) -> Path | None:
        """Give the TypeScript compiler: as set, or KEYHOLE_TSC, or `tsc` on the PATH; None where there is none."""
        given = self.tsc or os.environ.get("KEYHOLE_TSC") or "tsc"
        found = None if given == "off" else shutil.which(str(Path(given).expanduser()))
        return Path(found).absolute() if found else None

    def ranks(self) -> Path | None:
        """Give the folder of tiktoken's ranks, if one is named: token counts are exact with them."""
        given = os.environ.get("TIKTOKEN_CACHE_DIR")
        return Path(given).expanduser() if given else None


def _api_table(name: str, table: dict[str, Any], path: Path) -> dict[str, Any]:
    """Make one [apis.NAME] table ready for the model. Raises `UsageError` for a literal credential."""
    document = table.get("document")
    if not isinstance(document, str):
        raise UsageError(f"{path}: [apis.{name}] needs `document`: a file or a URL")
    texts: dict[str, Any] = {}
    for part in ("headers", "query", "doc_headers"):
        given = table.get(part, {})
        if not isinstance(given, dict):
            raise UsageError(f"{path}: [apis.{name}] `{part}` is a table of names and values")
        texts |= {f"{part}.{key}": text for key, text in cast("dict[str, Any]", given).items()}
    texts |= _scheme_texts(table.get("security", {}), f"{path}: [apis.{name}.security]")
    for key, text in {**texts, "bearer": table.get("bearer")}.items():
        secret = key.startswith("security.") or is_sensitive(key.partition(".")[2] or key)
        if isinstance(text, str) and secret and not _REFERENCE.search(text):
            raise UsageError(
                f"{path}: [apis.{name}] has a literal credential in `{key}`",
                hint=f'Refer to where the secret is: {key} = "{{env:NAME}}", "{{file:PATH}}" or "{{cmd:COMMAND}}".',
            )
    if isinstance(overlays := table.get("overlays"), list):
        table = {**table, "overlays": [_beside(path, one) for one in cast("list[Any]", overlays)]}
    return {**table, "document": _beside(path, document), "name": name}


def _beside(path: Path, place: Any) -> Any:
    """Give the place of a file as a configuration file at `path` means it; a URL as it is."""
    return str(path.parent / Path(place).expanduser()) if isinstance(place, str) and "://" not in place else place


def _scheme_texts(given: Any, where: str) -> dict[str, Any]:
    """Give what must be a reference in a table of security schemes: all but names and addresses."""
    if not isinstance(given, dict):
        raise UsageError(f"{where} is a table of the document's security schemes and their credentials")
    texts: dict[str, Any] = {}
    for name, credential in cast("dict[str, Any]", given).items():
        if not isinstance(credential, dict):
            texts[f"security.{name}"] = credential
            continue
        fields = cast("dict[str, Any]", credential)
        texts |= {f"security.{name}.{key}": fields.get(key) for key in ("password", "client_secret")}
    return texts


def _say(error: ValidationError, where: str) -> str:
    """Say what pydantic found, one problem a line, with the nearest setting for an unknown one."""
    lines: list[str] = []
    known = [
        *Config.model_fields, *RunLimits.model_fields, *SandboxSettings.model_fields, *OpenAPI.__dataclass_fields__,
        *Rule.model_fields, *Login.model_fields, *Client.model_fields,
    ]  # fmt: skip
    for problem in error.errors(include_url=False, include_context=False):
        place = ".".join(str(part) for part in problem["loc"])
        unknown = problem["type"] in ("extra_forbidden", "unexpected_keyword_argument")
        guess = nearest(str(problem["loc"][-1]), known, limit=1) if unknown else []
        message = "is not a setting" + (f"; did you mean `{guess[0]}`?" if guess else "") if unknown else problem["msg"]
        lines.append(f"{where}: `{place}` {message}")
    return "\n".join(lines)


def is_sensitive(name: str) -> bool:
    """Say whether a header or parameter of this name usually carries a credential."""
    return bool(re.search(r"auth|token|key|secret|password|cookie|bearer|session|signature", name, re.IGNORECASE))


def has_reference(text: str) -> bool:
    """Say whether a text refers to a secret kept elsewhere."""
    return bool(_REFERENCE.search(text))


def _parts(text: str) -> list[str]:
    """Give what an API may repeat of an Authorization or Cookie header: token, user and password, a cookie's value."""
    scheme, _, token = text.partition(" ")
    if scheme.lower() == "basic":
        try:
            plain = base64.b64decode(token).decode()
        except ValueError:
            return [token]
        return [token, plain, plain.partition(":")[2]]
    values = [pair.partition("=")[2].strip() for pair in text.split(";")]
    return [part for part in (token, *values) if len(part) >= _SECRET_LENGTH]


def openapi(**settings: Any) -> OpenAPI:
    """Make an `OpenAPI` from settings. Raises `UsageError` in words, where the class raises pydantic's error."""
    try:
        return TypeAdapter(OpenAPI).validate_python(settings)
    except ValidationError as error:
        raise UsageError(_say(error, str(settings.get("name") or settings.get("document")))) from None


class Secrets:
    """Resolves references when they are needed. What a command printed is kept for five minutes; nothing is logged."""

    def __init__(self) -> None:
        self._printed: dict[str, tuple[float, str]] = {}
        self._sent: dict[int, OrderedDict[str, None]] = {}

    async def credentials(self, api: OpenAPI, security: Iterable[tuple[str, ...]] = ()) -> Credentials:
        """Resolve what is sent with a call to this API. Raises `CredentialError`.

        `security` are the operation's alternatives: the first one with a credential for each scheme is taken.
        """
        secrets: list[str] = []
        wanted = next((names for names in security if names and all(name in api.security for name in names)), ())
        schemes = {name: await self.scheme(api.security[name], secrets) for name in wanted}
        headers = {
            name: await self.resolve(text, secrets, keep=is_sensitive(name)) for name, text in api.headers.items()
        }
        query = {name: await self.resolve(text, secrets, keep=is_sensitive(name)) for name, text in api.query.items()}
        if api.bearer:
            headers["Authorization"] = f"Bearer {await self.resolve(api.bearer, secrets, keep=True)}"
        for name, text in headers.items():
            if name.lower() in ("authorization", "cookie"):
                secrets += _parts(text)
        return Credentials(headers, query, secrets=self._all_sent(api, secrets), schemes=schemes)

    def _all_sent(self, api: OpenAPI, secrets: Iterable[str]) -> tuple[str, ...]:
        """Give these secrets and those of earlier calls: an API may repeat in one answer what it got with another."""
        sent = self._sent.setdefault(id(api), OrderedDict())
        for secret in secrets:
            sent[secret] = None
            sent.move_to_end(secret)
        while len(sent) > _REMEMBERED:
            sent.popitem(last=False)
        return tuple(sent)

    async def scheme(self, given: str | Login | Client, secrets: list[str]) -> SchemeSecret:
        """Resolve the credential of one security scheme, each secret noted in `secrets`. Raises `CredentialError`."""
        read = unread(given)
        secret = await self.resolve(read.secret, secrets, keep=True)
        return replace(read, secret=secret, user=await self.resolve(read.user, [], keep=False))

    async def doc_headers(self, api: OpenAPI) -> dict[str, str]:
        """Resolve the headers that fetch the document. Raises `CredentialError`."""
        return {name: await self.resolve(text, [], keep=True) for name, text in api.doc_headers.items()}

    async def pause_key(self, settings: SandboxSettings) -> bytes | None:
        """Resolve the key that seals paused runs, if one is set. Raises `CredentialError`, `UsageError`."""
        if settings.pause_key is None:
            return None
        key = (await self.resolve(settings.pause_key, [], keep=True)).encode()
        if len(key) < _KEY_BYTES:
            raise UsageError(
                f"`pause_key` gives {len(key)} bytes; it takes at least {_KEY_BYTES}",
                hint="Make one: openssl rand -hex 32",
            )
        return key

    async def resolve(self, text: str, secrets: list[str], *, keep: bool) -> str:
        """Put the secrets into a text and note each in `secrets`; with `keep`, a text without references is one."""
        found: dict[str, str] = {}
        for reference in _REFERENCE.finditer(text):
            value = await self._read(reference[1], reference[2].strip())
            found[reference[0]] = value
            secrets.append(value)
        if not found and keep and text:
            secrets.append(text)
        resolved = _REFERENCE.sub(lambda reference: found[reference[0]], text)
        if any(c in resolved for c in "\r\n\0"):
            raise CredentialError(
                "a credential holds a line break", hint="Check what its reference gives: one line of text."
            )
        return resolved

    async def _read(self, kind: str, where: str) -> str:
        match kind:
            case "env":
                value = os.environ.get(where, "")
                if not value:
                    raise CredentialError(
                        f"the environment variable {where} is not set",
                        hint=f"The operator sets it before starting Keyhole: export {where}=… Tell the user.",
                    )
                return value
            case "file":
                try:
                    value = (await asyncio.to_thread(lambda: Path(where).expanduser().read_text("utf-8"))).strip()
                except (OSError, UnicodeDecodeError) as error:
                    reason = error.strerror if isinstance(error, OSError) else "it is not text"
                    raise CredentialError(f"the credential file {where} cannot be read: {reason}") from None
                if not value:
                    raise CredentialError(f"the credential file {where} is empty")
                return value
            case _:
                return await self._run(where)

    async def _run(self, command: str) -> str:
        known = self._printed.get(command)
        if known and time.monotonic() - known[0] < _COMMAND_FRESH_S:
            return known[1]
        try:
            program = shlex.split(command)
        except ValueError as error:
            raise CredentialError(f"a credential command cannot be read: {error}") from None
        if not program:
            raise CredentialError("a credential command is empty")
        try:
            nothing, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
            process = await asyncio.create_subprocess_exec(*program, stdin=nothing, stdout=pipe, stderr=nothing)
            try:
                out, _ = await asyncio.wait_for(process.communicate(), _COMMAND_TIMEOUT_S)
            except asyncio.CancelledError:
                process.kill()
                raise
            except TimeoutError:
                process.kill()
                await process.wait()
                raise CredentialError(
                    f"the credential command {program[0]!r} took over {_COMMAND_TIMEOUT_S:g} s"
                ) from None
        except OSError as error:
            raise CredentialError(f"the credential command {program[0]!r} cannot be run: {error.strerror}") from None
        value = out.decode("utf-8", "replace").strip()
        if process.returncode or not value:
            raise CredentialError(
                f"the credential command {program[0]!r} "
                + (f"failed with exit code {process.returncode}" if process.returncode else "printed nothing"),
                hint="Run it by hand in the environment that Keyhole runs in.",
            )
        self._printed[command] = (time.monotonic(), value)
        return value
