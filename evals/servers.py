"""The real servers of one run, each a process on loopback ports of its own: the tracker, PowerDNS, Kinto, Prefect, and the arm.

A `Fleet` holds them; they end with it, and with the process that made it, however that ends.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import httpx2
import seed_prefect
from openapi3 import to_openapi3
from places import HERE, HOME, KEYHOLE, KEYHOLE_PYTHON, PYTHON, environment

if TYPE_CHECKING:
    from collections.abc import Callable

_START_S = 120.0
_PDNS_SCHEMAS = (
    Path("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"),
    Path("/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql"),
)
_LIBC = ctypes.CDLL(None)
_ASKS = httpx2.Client()
"""Asks whether a server is up: many times, and a client of its own for each would cost more than the server's start."""


class ServerError(Exception):
    """A server did not start; the message has the end of its log."""


@dataclass(frozen=True)
class Api:
    """One API of a run: where it is, what to send with every call, its document as it serves it."""

    name: str
    url: str
    headers: dict[str, str]
    document: dict[str, Any]
    dns_port: int = 0
    reads: tuple[str, ...] = ()
    """Globs of paths whose POST only reads, as an operator who knows the API tells Keyhole."""

    def client(self) -> httpx2.Client:
        """Open a client of its own, past every arm: for seeds and checks."""
        return httpx2.Client(base_url=self.url, headers=self.headers, timeout=30)


@dataclass
class Fleet:
    """The processes of one run, whose files are in `folder`."""

    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def spawn(self, name: str, *command: str | Path, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start a process that logs to `NAME.log` and dies with this one."""
        log = (self.folder / f"{name}.log").open("wb")
        with log:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**environment(), **(env or {})},
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509  (one call of libc)
            )
        self.processes.append(process)
        return process

    def wait(self, name: str, process: subprocess.Popen[bytes], ready: Callable[[str], Any]) -> Any:
        """Wait until `ready` (called with the log so far) gives something, and give that."""
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline and process.poll() is None:
            found = ready((self.folder / f"{name}.log").read_text("utf-8", "replace"))
            if found:
                return found
            time.sleep(0.05)
        log = (self.folder / f"{name}.log").read_text("utf-8", "replace")
        raise ServerError(f"{name} did not start:\n{log[-2000:]}")

    def stop(self) -> None:
        """End every process, and wait until it has ended."""
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)
        self.processes.clear()


def _die_with_parent() -> None:
    _LIBC.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def _again(start: Callable[[], Api]) -> Api:
    """Start a server that must be told its port: another run may take it in between."""
    for _ in range(3):
        try:
            return start()
        except ServerError as problem:
            if "in use" not in str(problem).lower() and "bind" not in str(problem).lower():
                raise
    return start()


def tracker(fleet: Fleet) -> Api:
    """Start Keyhole's demo API: a project tracker with its own OpenAPI 3.1 document."""
    token = secrets.token_hex(16)
    process = fleet.spawn("tracker", KEYHOLE_PYTHON, "-m", "keyhole.demo", env={"TRACKER_TOKEN": token})

    def ready(log: str) -> str | None:
        found = re.search(r"(http://\S+)/openapi.json", log)
        return found and found[1]

    url = fleet.wait("tracker", process, ready)
    _answers(url + "/health", {})
    document = httpx2.get(f"{url}/openapi.json").raise_for_status().json()
    return Api("tracker", url, {"Authorization": f"Bearer {token}"}, document)


def powerdns(fleet: Fleet) -> Api:
    """Start PowerDNS's authoritative server with its HTTP API, on a SQLite file of its own."""
    server = shutil.which("pdns_server", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    schema = next((path for path in _PDNS_SCHEMAS if path.is_file()), None)
    if server is None or schema is None:
        raise ServerError("PowerDNS is not installed: apt-get install pdns-server pdns-backend-sqlite3")
    return _again(lambda: _powerdns(fleet, server, schema))


def _powerdns(fleet: Fleet, server: str, schema: Path) -> Api:
    folder = fleet.folder / "pdns"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with closing(sqlite3.connect(folder / "zones.db")) as db:
        db.executescript(schema.read_text("utf-8"))
    web, dns, key = _free_port(socket.SOCK_STREAM), _free_port(socket.SOCK_DGRAM), secrets.token_hex(16)
    settings = {
        "launch": "gsqlite3", "gsqlite3-database": folder / "zones.db", "gsqlite3-pragma-synchronous": "0",
        "gsqlite3-pragma-foreign-keys": "yes", "gsqlite3-dnssec": "yes", "default-soa-content": "ns1.@ hostmaster.@ 0 10800 3600 604800 3600",
        "local-address": "127.0.0.1", "local-port": dns, "socket-dir": folder, "include-dir": "", "daemon": "no", "guardian": "no",
        "webserver": "yes", "webserver-address": "127.0.0.1", "webserver-port": web, "api": "yes", "api-key": key,
        "webserver-allow-from": "127.0.0.1", "disable-syslog": "yes", "security-poll-suffix": "", "secondary": "yes",
        "cache-ttl": "0", "query-cache-ttl": "0", "negquery-cache-ttl": "0", "zone-cache-refresh-interval": "0",
    }  # fmt: skip
    (folder / "pdns.conf").write_text("".join(f"{name}={value}\n" for name, value in settings.items()), "utf-8")
    process = fleet.spawn("powerdns", server, f"--config-dir={folder}")
    url, headers = f"http://127.0.0.1:{web}", {"X-API-Key": key}
    fleet.wait("powerdns", process, lambda _log: _try(f"{url}/api", headers))
    document = (
        httpx2.get(f"{url}/api/docs", headers={**headers, "Accept": "application/json"}).raise_for_status().json()
    )
    return Api("powerdns", f"{url}/api/v1", headers, document, dns)


def kinto(fleet: Fleet) -> Api:
    """Start Kinto, a store of JSON records, in memory; lists are cut into pages of 100."""
    return _again(lambda: _kinto(fleet))


def _kinto(fleet: Fleet) -> Api:
    port, name = _free_port(socket.SOCK_STREAM), secrets.token_hex(8)
    settings = f"""[app:main]
use = egg:kinto
kinto.project_name = {name}
kinto.storage_backend = kinto.core.storage.memory
kinto.permission_backend = kinto.core.permission.memory
kinto.cache_backend = kinto.core.cache.memory
kinto.userid_hmac_secret = {secrets.token_hex(16)}
kinto.paginate_by = 100
kinto.batch_max_requests = 200
kinto.experimental_collection_schema_validation = true
multiauth.policies = basicauth
[server:main]
use = egg:waitress#main
host = 127.0.0.1
port = {port}
threads = 4
"""
    (fleet.folder / "kinto.ini").write_text(settings, "utf-8")
    process = fleet.spawn("kinto", PYTHON.with_name("kinto"), "start", "--ini", fleet.folder / "kinto.ini")
    url, headers = f"http://127.0.0.1:{port}/v1", {"Authorization": "Basic ZXZhbDpldmFs"}
    fleet.wait("kinto", process, lambda _log: name in (_try(f"{url}/", headers) or ""))
    document = httpx2.get(f"{url}/__api__").raise_for_status().json()
    # The title is this run's mark, the host its port: neither is Kinto's.
    document["info"]["title"] = "kinto"
    document.pop("host", None)
    return Api("kinto", url, headers, document)


def prefect(fleet: Fleet) -> Api:
    """Start Prefect's server on a copy of its seeded SQLite file, without the services that change runs by themselves."""
    home = fleet.folder / "prefect"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(prefect_seeded(), home)
    return _again(lambda: _prefect(fleet, home))


def prefect_seeded() -> Path:
    """Give the folder of a seeded server. It is made once for each version of the seed, in about a minute; others wait."""
    mark = hashlib.sha256((HERE / "seed_prefect.py").read_bytes() + (HERE / "requirements.txt").read_bytes())
    kept = HOME / f"prefect-{mark.hexdigest()[:12]}"
    with (HOME / "prefect.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kept.is_dir():
            return kept
        fleet = Fleet(Path(mkdtemp(dir=HOME, prefix="prefect-draft-")))
        try:
            home = fleet.folder / "prefect"
            api = _again(lambda: _prefect(fleet, home))
            with api.client() as client:
                seed_prefect.seed(client)
                # As it serves it. Every process makes it anew at first, for a second or more: too long for eight at once.
                (home / "openapi.json").write_text(client.get("openapi.json").raise_for_status().text, "utf-8")
            fleet.stop()
            seed_prefect.date(home / "prefect.db")
            home.rename(kept)
        finally:
            fleet.stop()
            shutil.rmtree(fleet.folder)
    return kept


def _prefect(fleet: Fleet, home: Path) -> Api:
    seeded = home / "openapi.json"
    port, headers, first = _free_port(socket.SOCK_STREAM), {"Authorization": "Basic ZXZhbDpldmFs"}, not seeded.is_file()
    env = {
        "PREFECT_HOME": str(home), "PREFECT_SERVER_API_AUTH_STRING": "eval:eval", "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1", "PREFECT_SERVER_DATABASE_MIGRATE_ON_START": str(first),
        "PREFECT_API_BLOCKS_REGISTER_ON_START": str(first),
    }  # fmt: skip
    options = ("--host", "127.0.0.1", "--port", str(port), "--no-ui", "--no-services")
    process = fleet.spawn("prefect", PYTHON.with_name("prefect"), "server", "start", *options, env=env)
    url = f"http://127.0.0.1:{port}/api"
    fleet.wait("prefect", process, lambda _log: _try(f"{url}/admin/version", headers))
    document = {} if first else json.loads(seeded.read_text("utf-8"))
    return Api("prefect", url, headers, document, reads=("*/filter", "*/count", "*/paginate", "*/history"))


def _try(url: str, headers: dict[str, str]) -> str | None:
    try:
        return _ASKS.get(url, headers=headers).raise_for_status().text
    except httpx2.HTTPError:
        return None


def _answers(url: str, headers: dict[str, str]) -> None:
    deadline = time.monotonic() + _START_S
    while _try(url, headers) is None:
        if time.monotonic() > deadline:
            raise ServerError(f"{url} does not answer")
        time.sleep(0.05)


STARTS = {"tracker": tracker, "powerdns": powerdns, "kinto": kinto, "prefect": prefect}


def arm(fleet: Fleet, name: str, apis: list[Api]) -> str:
    """Start the MCP server that stands between the agent and the APIs; give its URL."""
    return _keyhole(fleet, apis) if name == "keyhole" else _peer(fleet, name, apis)


def _keyhole(fleet: Fleet, apis: list[Api]) -> str:
    """`keyhole serve`, as a user would start it: all effects allowed, as the peers have no policy."""
    command: list[str | Path] = [KEYHOLE, "serve", "--http", "127.0.0.1:0", "--allow", "all"]
    env: dict[str, str] = {}
    for api in apis:
        path = fleet.folder / f"{api.name}.json"
        path.write_text(json.dumps(api.document), "utf-8")
        (header, value), variable = next(iter(api.headers.items())), f"{api.name.upper()}_CREDENTIAL"
        env[variable] = value
        several = f"{api.name}=" if len(apis) > 1 else ""
        command += [f"{api.name}={path}", "--base-url", f"{several}{api.url}"]
        command += ["--header", f"{several}{header}: {{env:{variable}}}"]
        command += [word for path in api.reads for word in ("--reads", f"{several}{path}")]
    process = fleet.spawn("arm", *command, env=env)
    return fleet.wait("arm", process, _mcp_url)


def _peer(fleet: Fleet, name: str, apis: list[Api]) -> str:
    served = [
        {"name": api.name, "url": api.url, "headers": api.headers, "document": to_openapi3(api.document)}
        for api in apis
    ]
    path = fleet.folder / "peer.json"
    path.write_text(json.dumps(served), "utf-8")
    return fleet.wait("arm", fleet.spawn("arm", PYTHON, HERE / "peer.py", name, path), _mcp_url)


def _mcp_url(log: str) -> str | None:
    found = re.search(r"http://127\.0\.0\.1:\d+/mcp\b", log)
    return found and found[0]
