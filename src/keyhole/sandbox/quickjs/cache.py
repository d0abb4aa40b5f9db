"""The cache of compiled modules on disk. A compiled module is trusted native code, so nobody else may write here."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import wasmtime

from keyhole.folders import untrusted, untrusted_folder
from keyhole.log import logger
from keyhole.sandbox.quickjs import capi

_log = logger(__name__)


class Cache:
    """Compiled modules in `folder`, made with mode 0700. One that others could write to is not used, and said once.

    A file's name is its key and a digest of its content, so that a damaged one is told from a whole one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._warned = False
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            self._warn("the folder cannot be made", error=str(error))
        self._trusted = self._check()

    def load(self, key: str) -> wasmtime.Module | None:
        """Give the module under `key`, mapped from its file, or None."""
        if not self._trusted:
            return None
        for path in sorted(self._folder.glob(f"{key}-*.cwasm")):
            if (problem := untrusted(path)) is not None:
                self._warn(problem, file=path.name)
                continue
            try:
                whole = _digest(path) == path.stem.rpartition("-")[2]
                if whole:
                    return wasmtime.Module.deserialize_file(capi.ENGINE, str(path))
            except PermissionError:
                self._warn("a file cannot be read by this user", file=path.name)
                continue
            except (OSError, wasmtime.WasmtimeError):
                whole = False
            _log.warning("a damaged file in the sandbox cache is made anew", file=path.name)
            self._remove(path)
        return None

    def save(self, key: str, module: wasmtime.Module) -> wasmtime.Module:
        """Keep `module`; give it back as mapped from the file where that worked, so that processes share its pages."""
        if not self._trusted:
            return module
        content = module.serialize()
        try:
            descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=".new-")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    # Whoever may read the folder may read the file: a service that runs as another user than baked it.
                    Path(name).chmod(0o600 | self._folder.stat().st_mode & 0o044)
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                new = Path(name)
                new.replace(self._folder / f"{key}-{_digest(new)}.cwasm")
            except OSError:
                Path(name).unlink()
                raise
        except OSError as error:
            self._warn("the folder cannot be written", error=str(error))
            return module
        return self.load(key) or module

    def _check(self) -> bool:
        found = untrusted_folder(self._folder)
        if found is not None:
            self._warn(found[1], path=str(found[0]))
        return found is None

    def _remove(self, path: Path) -> None:
        try:
            path.unlink()
        except OSError as error:
            self._warn("a damaged file cannot be removed", file=path.name, error=str(error))

    def _warn(self, problem: str, **values: str) -> None:
        if not self._warned:
            self._warned = True
            _log.warning(
                "the sandbox cache is not used, so images are made anew each time: it takes a folder with room, "
                "that this user can read and nobody else but root can write",
                problem=problem,
                folder=str(self._folder),
                **values,
            )


_WHOLE = 8 << 20
_STEP, _SAMPLE = 256 << 10, 4 << 10


def _digest(path: Path) -> str:
    """Give a digest of the file: of all of it where it is small, as native code is; of samples of a large image.

    It is a guard against accidents, which cut files short or leave holes; the folder's mode is the one against malice.
    """
    size = path.stat().st_size
    digest = hashlib.sha256(size.to_bytes(8, "little"))
    with path.open("rb") as file:
        if size <= _WHOLE:
            digest.update(file.read())
        else:
            for at in (*range(0, size, _STEP), size - _SAMPLE):
                file.seek(at)
                digest.update(file.read(_SAMPLE))
    return digest.hexdigest()[:32]
