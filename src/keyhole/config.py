"""The configuration, and the only reader of configuration files; beside `secrets.py`, of the environment.

A credential is a reference, resolved when a call needs it: `{env:NAME}`, `{file:PATH}` or `{cmd:COMMAND}`, alone or
inside a text ("Bearer {env:TOKEN}"). A text without a reference is taken as the secret itself: Python code may pass
one; a configuration file and the command line may not.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from keyhole.catalog.operation import Effect
from keyhole.catalog.scheme import SECRET_FIELDS, Certificate, Client, Login, SchemeSecret, unread
from keyhole.errors import UsageError, nearest

Allow = Literal["read", "write", "all"]

REFERENCE = re.compile(r"\{(env|file|cmd):([^{}]+)\}")
_CLOSED = ConfigDict(extra="forbid", frozen=True)
_FORMS: dict[str, type[BaseModel]] = {"login": Login, "client": Client, "certificate": Certificate}


def form_of(given: object) -> str:
    """Say which form of a scheme's credential this is: by its type, or by the fields of a table."""
    if isinstance(given, dict):
        names = set(cast("dict[str, Any]", given))
        return max(_FORMS, key=lambda form: len(names & set(_FORMS[form].model_fields)))
    return next((form for form, model in _FORMS.items() if isinstance(given, model)), "text")


Credential = Annotated[
    Annotated[str, Tag("text")]
    | Annotated[Login, Tag("login")]
    | Annotated[Client, Tag("client")]
    | Annotated[Certificate, Tag("certificate")],
    Discriminator(form_of),
]


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
    placed as the document says, and sent with the operations that want it. `certificate` is what the API's server is
    shown at every connection. `base_url` pins where calls and credentials go. `allow` and `rules` are the policy for
    this API alone; `reads` are globs of the paths whose POST only reads (`*/search`), which no document can say.
    `at_once` are the calls that it gets at a time. `allow_private` lets the document itself, not only you, name
    addresses in private networks.
    """

    document: str | Path | dict[str, Any]
    name: str | None = None
    base_url: str | None = None
    bearer: str | None = Field(default=None, repr=False)
    headers: Mapping[str, str] = Field(default_factory=dict[str, str], repr=False)
    query: Mapping[str, str] = Field(default_factory=dict[str, str], repr=False)
    doc_headers: Mapping[str, str] = Field(default_factory=dict[str, str], repr=False)
    security: Mapping[str, Credential] = Field(
        default_factory=dict[str, str | Login | Client | Certificate], repr=False
    )
    certificate: Certificate | None = Field(default=None, repr=False)
    allow: Allow | None = None
    rules: tuple[Rule, ...] = ()
    reads: tuple[str, ...] = ()
    timeout_s: float = Field(default=60.0, gt=0)
    at_once: int = Field(default=32, ge=1)
    allow_private: bool = False
    overlays: tuple[str | Path | dict[str, Any], ...] = ()

    def filled(self) -> set[tuple[str, str]]:
        """Give place and name of what is sent with every call: no program has to give it, and none may.

        The names in a Cookie header are read where they are written out; one that a reference holds whole has none.
        """
        written = [REFERENCE.sub("=", text) for name, text in self.headers.items() if name.lower() == "cookie"]
        names = {pair.partition("=")[0].strip() for text in written for pair in text.split(";") if pair.strip()}
        return {
            *(("header", name) for name in self.headers), *(("query", name) for name in self.query),
            *(("cookie", name) for name in names), *([("header", "Authorization")] if self.bearer else ()),
        }  # fmt: skip

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
    """Everything that can be set. `max_tokens` is the budget of an answer, `keep_s` how long a whole one is kept.

    `files` is the folder that programs send files from and save to.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    apis: tuple[OpenAPI, ...] = ()
    allow: Allow = "read"
    read_only: bool = False
    limits: RunLimits = RunLimits()
    sandbox: SandboxSettings = SandboxSettings()
    max_tokens: int = Field(default=1500, ge=50)
    keep_s: float = Field(default=1800.0, ge=0)
    files: Path | None = None
    runs_at_once: int = Field(default=64, ge=1)
    tsc: str | None = None
    """The TypeScript compiler that checks programs before they run; None is the one on the PATH, "off" none."""
    cache_dir: Path | None = None
    """Where compiled modules and images are kept; None is the user's cache folder."""

    @classmethod
    def load(cls, path: Path) -> Config:
        """Read a `keyhole.toml`; relative paths are relative to it. Raises `UsageError`."""
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
        if isinstance(key, str) and not REFERENCE.search(key):
            raise UsageError(
                f"{path}: [sandbox] has a literal key in `pause_key`",
                hint='Refer to where it is: pause_key = "{env:NAME}", "{file:PATH}" or "{cmd:COMMAND}".',
            )
        if isinstance(folder := raw.get("files"), str):
            raw["files"] = path.parent / Path(folder).expanduser()
        raw["apis"] = [_api_table(name, table, path) for name, table in apis.items()]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType, reportUnknownMemberType]
        try:
            return cls.model_validate(raw)
        except ValidationError as error:
            names = [api["name"] for api in raw["apis"]]
            raise UsageError(_say(error, str(path), names), hint="docs/configuration.md lists every setting.") from None

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
    texts |= _secret_fields("certificate", table.get("certificate"))
    for key, text in {**texts, "bearer": table.get("bearer")}.items():
        secret = key.startswith(("security.", "certificate.")) or is_sensitive(key.partition(".")[2] or key)
        if isinstance(text, str) and secret and not REFERENCE.search(text):
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
        texts |= _secret_fields(f"security.{name}", credential)
    return texts


def _secret_fields(where: str, credential: Any) -> dict[str, Any]:
    fields = cast("dict[str, Any]", credential) if isinstance(credential, dict) else {}
    return {f"{where}.{key}": text for key, text in fields.items() if key in SECRET_FIELDS}


def _say(error: ValidationError, where: str, names: Sequence[str] = ()) -> str:
    """Say what pydantic found, one problem a line, with the nearest setting for an unknown one."""
    lines: list[str] = []
    models: tuple[type[BaseModel], ...] = (Config, RunLimits, SandboxSettings, Rule, *_FORMS.values())
    known = [*OpenAPI.__dataclass_fields__, *(name for model in models for name in model.model_fields)]
    for problem in error.errors(include_url=False, include_context=False):
        parts = list(problem["loc"])
        if "security" in parts:  # after the scheme's name comes what pydantic calls its form
            del parts[parts.index("security") + 2 : parts.index("security") + 3]
        if parts[:1] == ["apis"] and len(parts) > 1 and isinstance(parts[1], int):
            parts[1] = names[parts[1]] if parts[1] < len(names) else parts[1]
        place = ".".join(map(str, parts))
        unknown = problem["type"] in ("extra_forbidden", "unexpected_keyword_argument")
        guess = nearest(str(problem["loc"][-1]), known, limit=1) if unknown else []
        message = "is missing" if problem["type"] == "missing" else problem["msg"].replace("tuple", "list")
        if unknown:
            message = "is not a setting" + (f"; did you mean `{guess[0]}`?" if guess else "")
        lines.append(f"{where}: `{place}` {message}")
    return "\n".join(lines)


def is_sensitive(name: str) -> bool:
    """Say whether a header or parameter of this name usually carries a credential."""
    return bool(re.search(r"auth|token|key|secret|password|cookie|bearer|session|signature", name, re.IGNORECASE))


def has_reference(text: str) -> bool:
    """Say whether a text refers to a secret kept elsewhere."""
    return bool(REFERENCE.search(text))


def openapi(**settings: Any) -> OpenAPI:
    """Make an `OpenAPI` from settings. Raises `UsageError` in words, where the class raises pydantic's error."""
    try:
        return TypeAdapter(OpenAPI).validate_python(settings)
    except ValidationError as error:
        raise UsageError(_say(error, str(settings.get("name") or settings.get("document")))) from None
