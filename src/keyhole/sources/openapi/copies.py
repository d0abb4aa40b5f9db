"""The last good copy of each document that was fetched: asked whether it is still good, used when nobody answers."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from keyhole.folders import untrusted, untrusted_folder
from keyhole.log import logger

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logger(__name__)

_KEPT = 200


@dataclass(frozen=True, slots=True)
class Copy:
    """One document as it was: `location` is the URL that answered in the end, without its query.

    `validators` are the headers that ask whether it is still good (RFC 9110 section 13.1); `checked` is when the
    server last said so, in seconds since 1970.
    """

    location: str
    data: bytes
    validators: dict[str, str]
    checked: float

    @property
    def age(self) -> str:
        """How long ago the server last said that this is good, as people say it."""
        seconds = max(0.0, time.time() - self.checked)
        for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
            if seconds >= 2 * size:
                return f"{seconds / size:.0f} {unit}"
        return f"{seconds:.0f} seconds"


class Copies:
    """Copies in `folder`, made with mode 0700. A folder that others could write to is not used, and said once.

    A file is found by a digest of the URL and of the credentials that fetched it: who has others, or none, does not
    find it. Neither of them is in the file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            log.info("documents are not kept: the folder cannot be made", folder=str(folder), error=str(error))
            self._usable = False
            return
        found = untrusted_folder(folder)
        self._usable = found is None
        if found is not None:
            log.warning(
                "documents are not kept: use a cache folder that is yours or root's alone",
                problem=found[1],
                path=str(found[0]),
            )

    def find(self, url: str, secrets: Mapping[str, str]) -> Copy | None:
        """Give the copy of what `url` gave to these credentials; None where there is none that is whole and ours."""
        path = self._path(url, secrets)
        if not self._usable or not path.is_file() or untrusted(path):
            return None
        try:
            head, _, data = path.read_bytes().partition(b"\n")
            known: Any = json.loads(head)
            if known["sha256"] != hashlib.sha256(data).hexdigest():
                return None
            validators = cast("dict[str, str]", known["validators"])
            return Copy(str(known["location"]) or bare(url), data, validators, path.stat().st_mtime)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, url: str, secrets: Mapping[str, str], copy: Copy) -> None:
        """Put a copy in the place of an older one. Where that cannot be done, nothing is kept."""
        if not self._usable:
            return
        location = "" if copy.location == bare(url) else copy.location
        head = {
            "location": location, "validators": copy.validators, "sha256": hashlib.sha256(copy.data).hexdigest()
        }  # fmt: skip
        try:
            descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=".new-")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(json.dumps(head).encode() + b"\n" + copy.data)
                Path(name).replace(self._path(url, secrets))
            except OSError:
                Path(name).unlink()
                raise
            self._prune()
        except OSError as error:
            log.info("a document is not kept", folder=str(self._folder), error=str(error))

    def confirm(self, url: str, secrets: Mapping[str, str]) -> None:
        """Note that the server has just said that the copy is still good."""
        with suppress(OSError):
            os.utime(self._path(url, secrets))

    def _path(self, url: str, secrets: Mapping[str, str]) -> Path:
        named = json.dumps([url, sorted((name.lower(), value) for name, value in secrets.items())])
        return self._folder / f"{hashlib.sha256(named.encode()).hexdigest()}.doc"

    def _prune(self) -> None:
        """Let go of the oldest: a credential that changes every hour makes a new file every hour."""
        aged = sorted(self._folder.glob("*.doc"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in aged[_KEPT:]:
            path.unlink()


def bare(url: str) -> str:
    """Give a URL without its query and fragment, which may hold a credential."""
    return url.partition("#")[0].partition("?")[0]
