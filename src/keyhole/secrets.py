"""The reader of secrets, and beside `config.py` the only reader of the environment: references become what they mean.

A credential is resolved when a call needs it. Nothing is logged.
"""

from __future__ import annotations

import asyncio
import base64
import os
import shlex
import time
from collections import OrderedDict, deque
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyhole.catalog.call import Credentials
from keyhole.catalog.scheme import Certificate, ClientCertificate, SchemeSecret, unread
from keyhole.config import REFERENCE, has_reference, is_sensitive
from keyhole.errors import CredentialError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from keyhole.catalog.scheme import Given
    from keyhole.config import OpenAPI, SandboxSettings
    from keyhole.sources.source import Wanted

_COMMAND_TIMEOUT_S = 20.0
_SECRET_LENGTH = 8
_COMMAND_FRESH_S = 300.0
_KEY_BYTES = 32
_DER = (b"\x30\x80", b"\x30\x81", b"\x30\x82", b"\x30\x83")
"""How a file in DER or BER begins: a sequence (X.690). No text does."""
_REMEMBERED = 256
_ISSUED = 32


class Secrets:
    """Resolves references when they are needed. What a command printed is kept for five minutes; nothing is logged."""

    def __init__(self) -> None:
        self._printed: dict[str, tuple[float, str]] = {}
        self._sent: dict[int, OrderedDict[str, None]] = {}
        self._issued: dict[int, deque[str]] = {}

    async def credentials(
        self, api: OpenAPI, security: Iterable[tuple[str, ...]] = (), general: Collection[str] = ()
    ) -> Credentials:
        """Resolve what is sent with a call to this API. Raises `CredentialError`.

        `security` are the operation's alternatives: the first one with a credential for each scheme is taken.
        `general` are the schemes whose place is filled by what is sent with every call.
        """
        secrets: list[str] = []
        there = {*api.security, *general}
        wanted = next((names for names in security if names and there.issuperset(names)), ())
        schemes = {name: await self.scheme(api.security[name], secrets) for name in wanted if name in api.security}
        headers = {
            name: await self.resolve(text, secrets, keep=is_sensitive(name)) for name, text in api.headers.items()
        }
        query = {name: await self.resolve(text, secrets, keep=is_sensitive(name)) for name, text in api.query.items()}
        if api.bearer:
            headers["Authorization"] = f"Bearer {await self.resolve(api.bearer, secrets, keep=True)}"
        for name, text in headers.items():
            if name.lower() in ("authorization", "cookie"):
                secrets += _parts(text)
        certificate = await self._certificate(api.certificate) if api.certificate else None
        return Credentials(
            headers, query, secrets=self._all_sent(api, secrets), schemes=schemes, certificate=certificate
        )

    def issued(self, api: OpenAPI) -> deque[str]:
        """Give the tokens of late that were issued to this API's clients: whoever fetches one adds it.

        They outlive the documents, as what was sent with them may come back in any later answer.
        """
        return self._issued.setdefault(id(api), deque(maxlen=_ISSUED))

    def _all_sent(self, api: OpenAPI, secrets: Iterable[str]) -> tuple[str, ...]:
        """Give these secrets and those of earlier calls: an API may repeat in one answer what it got with another."""
        sent = self._sent.setdefault(id(api), OrderedDict())
        for secret in secrets:
            sent[secret] = None
            sent.move_to_end(secret)
        while len(sent) > _REMEMBERED:
            sent.popitem(last=False)
        return tuple(sent)

    async def scheme(self, given: Given, secrets: list[str]) -> SchemeSecret:
        """Resolve the credential of one security scheme, each secret noted in `secrets`. Raises `CredentialError`."""
        if isinstance(given, str):
            return SchemeSecret("text", await self.resolve(given, secrets, keep=True))
        if isinstance(given, Certificate):
            return SchemeSecret("certificate", certificate=await self._certificate(given))
        read = unread(given)
        secret = await self.resolve(read.secret, secrets, keep=True)
        return replace(read, secret=secret, user=await self.resolve(read.user, [], keep=False))

    async def _certificate(self, given: Certificate) -> ClientCertificate:
        """Read a client certificate. None of its secrets is ever sent, so none is noted."""
        password = await self.resolve(given.key_password, [], keep=False) if given.key_password else ""
        if bundle := await self._bundle(given.cert):
            if given.key:
                raise CredentialError("a PKCS #12 file holds its key: `key` is given beside one", hint="Leave it out.")
            return ClientCertificate(bundle, "", password)
        cert = await self._resolved(given.cert, [])
        key = await self._resolved(given.key, []) if given.key else cert
        for name, text, what in (("cert", cert, "CERTIFICATE"), ("key", key, "PRIVATE KEY")):
            if f"{what}-----" not in text:
                raise CredentialError(
                    f"`{name}` of the client certificate gives no PEM text with a {what.lower()}",
                    hint="The operator checks what it refers to: {file:PATH} or {env:NAME} with -----BEGIN …-----.",
                )
        return ClientCertificate(cert, key, password)

    async def _bundle(self, text: str) -> str:
        """Give a PKCS #12 file in base64, where a text refers to one; "" where it does not."""
        reference = REFERENCE.fullmatch(text)
        if not reference or reference[1] != "file":
            return ""
        try:
            data = await asyncio.to_thread(lambda: Path(reference[2].strip()).expanduser().read_bytes())
        except OSError:  # told where it is read as a text
            return ""
        return base64.b64encode(data).decode() if data[:2] in _DER else ""

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
        if keep and text and not has_reference(text):
            secrets.append(text)
        resolved = await self._resolved(text, secrets)
        if any(c in resolved for c in "\r\n\0"):
            raise CredentialError(
                "a credential holds a line break", hint="Check what its reference gives: one line of text."
            )
        return resolved

    async def _resolved(self, text: str, secrets: list[str]) -> str:
        found: dict[str, str] = {}
        for reference in REFERENCE.finditer(text):
            found[reference[0]] = await self._read(reference[1], reference[2].strip())
            secrets.append(found[reference[0]])
        return REFERENCE.sub(lambda reference: found[reference[0]], text)

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
            process = await asyncio.create_subprocess_exec(
                *program,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
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


def general(api: OpenAPI, wanted: Iterable[Wanted]) -> dict[str, str]:
    """Give the schemes whose place is filled at every call, and what of the configuration fills it."""
    return {one.name: what for one in wanted if (what := _filled(api, one))}


def _filled(api: OpenAPI, wanted: Wanted) -> str:
    if wanted.kind == "certificate":
        return "the certificate" if api.certificate else ""
    if wanted.place == "header" and wanted.key.lower() == "authorization" and api.bearer and wanted.kind != "login":
        return "bearer"
    given = {"header": api.headers, "query": api.query}.get(wanted.place, {})
    return next((f"the {wanted.place} {key}" for key in given if key.lower() == wanted.key.lower()), "")
