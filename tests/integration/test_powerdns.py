"""One program through Keyhole makes a zone and its records on a real PowerDNS, and DNS queries over UDP answer them."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import sqlite3
import struct
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import pytest

import keyhole

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER = shutil.which("pdns_server", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
SCHEMAS = [
    Path("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"),
    Path("/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql"),
]
KEY = secrets.token_hex(16)
A, NS, SOA, MX, TXT, AAAA = 1, 2, 6, 15, 16, 28

MAKE_ZONE = """
const server = (await powerdns.list_servers())[0].id;
const zone = await powerdns.create_zone({
  server_id: server,
  body: { name: "example.org.", kind: "Native", nameservers: ["ns1.example.org."] },
});
const record = (name: string, type: string, ...contents: string[]) => ({
  name, type, ttl: 300, changetype: "REPLACE", records: contents.map((content) => ({ content, disabled: false })),
});
await powerdns.patch_zone({
  server_id: server,
  zone_id: zone.id,
  body: { rrsets: [
    record("ns1.example.org.", "A", "192.0.2.53"),
    record("www.example.org.", "A", "192.0.2.1", "192.0.2.2"),
    record("www.example.org.", "AAAA", "2001:db8::1"),
    record("example.org.", "MX", "10 mail.example.org."),
    record("example.org.", "TXT", '"made by a program"'),
  ] },
});
const { rrsets } = await powerdns.list_zone({ server_id: server, zone_id: zone.id });
return { zone: zone.id, sets: rrsets.map((set) => `${set.name} ${set.type}`).sort() };
"""


@dataclass(frozen=True)
class PowerDNS:
    url: str
    dns_port: int

    def query(self, name: str, kind: int) -> list[bytes]:
        """Ask over UDP (RFC 1035) and give the data of every record of that kind in the answer."""
        asked = b"".join(bytes([len(label)]) + label.encode() for label in name.strip(".").split(".")) + b"\0"
        number = secrets.randbelow(1 << 16)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(5)
            sock.connect(("127.0.0.1", self.dns_port))
            sock.send(struct.pack("!6H", number, 0, 1, 0, 0, 0) + asked + struct.pack("!2H", kind, 1))
            answer = sock.recv(4096)
        got, flags, _, count, _, _ = struct.unpack_from("!6H", answer)
        assert got == number
        assert flags & 0x8000, "it is no answer"
        assert flags & 0x000F == 0, f"the answer is an error: {flags & 0x000F}"
        place, found = 12 + len(asked) + 4, list[bytes]()
        for _ in range(count):
            place = skip_name(answer, place)
            type_, _, _, size = struct.unpack_from("!HHIH", answer, place)
            place += 10
            if type_ == kind:
                found.append(answer[place : place + size])
            place += size
        return found


def skip_name(message: bytes, place: int) -> int:
    """Give the place after a domain name (RFC 1035, 4.1.4)."""
    while message[place]:
        if message[place] >= 0xC0:
            return place + 2
        place += 1 + message[place]
    return place + 1


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.fixture(scope="module")
def powerdns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PowerDNS]:
    schema = next((path for path in SCHEMAS if path.is_file()), None)
    if SERVER is None or schema is None:
        reason = "PowerDNS is not installed: apt-get install pdns-server pdns-backend-sqlite3"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("pdns")
    with closing(sqlite3.connect(folder / "zones.db")) as db:
        db.executescript(schema.read_text("utf-8"))
    web, dns = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_DGRAM)
    settings = {
        "launch": "gsqlite3", "gsqlite3-database": folder / "zones.db", "gsqlite3-pragma-synchronous": "0",
        "local-address": "127.0.0.1", "local-port": dns, "socket-dir": folder, "include-dir": "", "daemon": "no", "guardian": "no",
        "webserver": "yes", "webserver-address": "127.0.0.1", "webserver-port": web, "api": "yes", "api-key": KEY,
        "webserver-allow-from": "127.0.0.1", "disable-syslog": "yes", "security-poll-suffix": "",
        "cache-ttl": "0", "query-cache-ttl": "0", "negquery-cache-ttl": "0", "zone-cache-refresh-interval": "0",
    }  # fmt: skip
    (folder / "pdns.conf").write_text("".join(f"{name}={value}\n" for name, value in settings.items()), "utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([SERVER, f"--config-dir={folder}"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{web}/api", process, folder / "log")
        yield PowerDNS(f"http://127.0.0.1:{web}", dns)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            break
        try:
            httpx2.get(url, headers={"X-API-Key": KEY}).raise_for_status()
        except httpx2.HTTPError:
            time.sleep(0.1)
        else:
            return
    process.kill()
    pytest.fail(f"PowerDNS did not start:\n{log.read_text('utf-8', 'replace')[-2000:]}")


def api(powerdns: PowerDNS, **settings: object) -> keyhole.OpenAPI:
    key = {"X-API-Key": "{env:PDNS_KEY}"}
    return keyhole.OpenAPI(
        f"{powerdns.url}/api/docs", **{"name": "powerdns", "headers": key, "doc_headers": key, **settings}
    )


async def test_one_program_makes_a_zone_that_dns_answers(powerdns: PowerDNS, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDNS_KEY", KEY)
    async with keyhole.CodeMode([api(powerdns)], allow="write") as cm:
        run = await cm.execute(MAKE_ZONE)
        assert run.error is None, run.error
        assert run.value == {
            "zone": "example.org.",
            "sets": [
                "example.org. MX", "example.org. NS", "example.org. SOA", "example.org. TXT",
                "ns1.example.org. A", "www.example.org. A", "www.example.org. AAAA",
            ],
        }  # fmt: skip
        assert [(call.method, call.status) for call in run.calls] == [
            ("GET", 200),
            ("POST", 201),
            ("PATCH", 204),
            ("GET", 200),
        ]
        assert KEY not in repr(run)

        refused = await cm.execute(
            "return await powerdns.delete_zone({server_id: 'localhost', zone_id: 'example.org.'})"
        )
        assert refused.error is not None
        assert refused.error.fields()["code"] == "needs_approval"

    assert sorted(powerdns.query("www.example.org.", A)) == [bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])]
    assert powerdns.query("www.example.org.", AAAA) == [socket.inet_pton(socket.AF_INET6, "2001:db8::1")]
    assert powerdns.query("example.org.", TXT) == [b"\x11made by a program"]
    assert [data[:2] for data in powerdns.query("example.org.", MX)] == [struct.pack("!H", 10)]
    assert len(powerdns.query("example.org.", SOA)) == len(powerdns.query("example.org.", NS)) == 1
    assert powerdns.query("www.example.org.", MX) == []


async def test_without_the_key_there_is_no_document(powerdns: PowerDNS) -> None:
    with pytest.raises(keyhole.DocumentError) as refused:
        await keyhole.CodeMode([api(powerdns, doc_headers={})]).__aenter__()
    assert "401" in refused.value.message
    assert refused.value.hint
