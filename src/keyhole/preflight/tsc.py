"""The TypeScript compiler of this machine, if there is one of version 7 or newer: asked, never depended on."""

from __future__ import annotations

import asyncio
import os
import platform
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT_S = 2.0
"""How long one check may take, waiting for others included; what takes longer says nothing."""
OLDEST = 7
_AT_ONCE = 2
_OPTIONS = (
    "--noEmit", "--pretty", "false", "--ignoreConfig", "--skipLibCheck", "--strict", "false",
    "--target", "esnext", "--lib", "esnext", "--types", "", "--noResolve",
)  # fmt: skip
_VERSION = re.compile(r"Version (\d+)(\.[\w.-]+)")
_SAID = re.compile(r"^program\.ts\((\d+),(\d+)\): error TS(\d+): (.*)$", re.MULTILINE)
_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One error of the compiler. Line and column count from 1, the column in UTF-16 units."""

    line: int
    column: int
    code: int
    message: str


class Tsc:
    """A compiler at a path. Its version is asked once."""

    def __init__(self, path: Path) -> None:
        self.path = _native(path)
        # It gets nothing of this process's environment; node, which starts an npm script, is mostly beside the script.
        self._environment = {"PATH": os.pathsep.join((str(path.parent), "/usr/local/bin", os.defpath))}
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._version: str | None = None

    async def version(self) -> str:
        """Give the version, "" where the compiler does not run."""
        version = self._version
        if version is None:
            found = _VERSION.search(await self._run(("--version",), Path(self.path.anchor)))
            version = self._version = found[1] + found[2] if found else ""
        return version

    async def serves(self) -> bool:
        """Say whether it is new enough: older ones take a second and more for a program."""
        major = (await self.version()).partition(".")[0]
        return major.isdigit() and int(major) >= OLDEST

    async def check(self, files: Mapping[str, str]) -> list[Diagnostic]:
        """Check `program.ts` with the other files beside it, in a folder of its own; too slow, it says nothing."""
        folder = await asyncio.to_thread(_written, files)
        try:
            names = [name for name in files if name.endswith(".ts")]
            said = await self._run((*_OPTIONS, *names), Path(folder.name))
        finally:
            await asyncio.to_thread(folder.cleanup)
        return [Diagnostic(int(line), int(at), int(code), text) for line, at, code, text in _SAID.findall(said)]

    async def _run(self, arguments: tuple[str, ...], folder: Path) -> str:
        """Give what it prints; "" where it cannot be run, or not in time."""
        process: asyncio.subprocess.Process | None = None
        try:
            async with asyncio.timeout(TIMEOUT_S), self._turns:
                process = await asyncio.create_subprocess_exec(
                    self.path, *arguments, cwd=folder, env=self._environment,
                    stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
                )  # fmt: skip
                said, _ = await process.communicate()
                return said.decode("utf-8", "replace")
        except (OSError, TimeoutError):
            return ""
        finally:
            if process is not None and process.returncode is None:
                process.kill()
                await process.wait()


def _written(files: Mapping[str, str]) -> TemporaryDirectory[str]:
    folder = TemporaryDirectory(prefix="keyhole-", ignore_cleanup_errors=True)
    for name, text in files.items():
        Path(folder.name, name).write_text(text, "utf-8", errors="replace")
    return folder


def _native(path: Path) -> Path:
    """Give the compiler proper, where npm's script in JavaScript would only start it: that spares starting node."""
    machine = _MACHINES.get(platform.machine().lower(), platform.machine())
    name = "tsc.exe" if sys.platform == "win32" else "tsc"
    packages = path.resolve().parent.parent.parent
    proper = packages / "@typescript" / f"typescript-{sys.platform}-{machine}" / "lib" / name
    return proper if proper.is_file() else path
