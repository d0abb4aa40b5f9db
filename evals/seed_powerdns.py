"""PowerDNS's data: sixteen zones with some 370 record sets, the same every time."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2

ZONES = (
    "alder", "birch", "cedar", "dahlia", "elm", "fern", "ginkgo", "hazel", "iris", "juniper", "larch", "maple",
    "orchid", "poplar", "rowan",
)  # fmt: skip
"""Each under `.example.`; `people.example.` is the sixteenth."""

HOSTS = (
    "www", "shop", "api", "cdn", "blog", "docs", "status", "login", "vpn", "git", "ci", "db1", "db2", "cache", "grafana",
    "files", "img", "beta",
)  # fmt: skip
_WITHOUT_MX = {"fern", "iris", "poplar"}
_LOST_MX = {"dahlia": "mail.sunken.example.", "hazel": "mx.hazel.example.", "larch": "mail.larch.example."}
_SIGNED = {"cedar", "ginkgo", "rowan"}
_SECONDARY = {"elm", "juniper"}


def seed(client: httpx2.Client) -> None:
    """Make the zones."""
    random = Random(53)
    for place, word in enumerate(ZONES):
        name = f"{word}.example."
        if word in _SECONDARY:
            _make(client, {"name": name, "kind": "Slave", "masters": [f"198.51.100.{place + 10}"]})
            continue
        sets = _records(random, word, place)
        _make(client, {
            "name": name, "kind": "Native", "dnssec": word in _SIGNED, "rrsets": sets,
            "account": ("retail", "media", "platform")[place % 3], "soa_edit_api": "",
        })  # fmt: skip
    people = [_set("people.example.", "NS", 3600, "ns1.dns.example.", "ns2.dns.example.")]
    texts = {
        "ada": "ada@tracker.example", "ben": "ben@old.example", "jonas": "jonas@tracker.example",
        "kavya": "kavya@tracker.example", "mei": "mei.chen@tracker.example",
    }  # fmt: skip
    people += [_set(f"{who}.people.example.", "TXT", 600, f'"{text}"') for who, text in texts.items()]
    people.append(_set("office.people.example.", "A", 600, "192.0.2.200"))
    _make(client, {"name": "people.example.", "kind": "Native", "rrsets": people, "account": "platform"})


def _make(client: httpx2.Client, zone: dict[str, Any]) -> None:
    zone = {"nameservers": [], **zone}
    client.post("servers/localhost/zones", json=zone).raise_for_status()


def _records(random: Random, word: str, place: int) -> list[dict[str, Any]]:
    zone = f"{word}.example."
    sets = [
        _set(zone, "NS", 3600, "ns1.dns.example.", "ns2.dns.example."),
        _set(zone, "A", 300, f"192.0.2.{place + 10}"),
        _set(zone, "TXT", 3600, '"v=spf1 mx -all"'),
        _set(f"mail.{zone}", "A", 3600, f"203.0.113.{place + 10}") if word != "larch" else None,
    ]
    if word not in _WITHOUT_MX:
        host = _LOST_MX.get(word, f"mail.{ZONES[(place + 3) % 4]}.example." if place % 4 == 1 else f"mail.{zone}")
        sets.append(_set(zone, "MX", 3600, f"10 {host}"))
    for host in sorted(random.sample(HOSTS, 13)):
        at, ttl = f"{host}.{zone}", random.choice((60, 300, 300, 900, 3600, 7200, 14400, 86400))
        sets.append(_set(at, "A", ttl, *sorted({_address(random) for _ in range(random.choice((1, 1, 1, 2)))})))
        if random.random() < 0.5:
            sets.append(
                _set(
                    at,
                    "AAAA",
                    random.choice((300, 900, 3600, 43200)),
                    f"2001:db8:{place + 1}::{random.randint(1, 999):x}",
                )
            )
    sets += [_set(f"{old}.{zone}", "CNAME", 3600, f"{random.choice(HOSTS)}.{zone}") for old in ("old", "m", "static")]
    if place % 5 == 2:  # one that is there and not served
        sets.append(_set(f"test.{zone}", "A", 7200, "192.0.2.250", disabled=True))
    return [each for each in sets if each]


def _address(random: Random) -> str:
    return f"{random.choice(('192.0.2', '198.51.100', '203.0.113'))}.{random.randint(20, 240)}"


def _set(name: str, kind: str, ttl: int, *contents: str, disabled: bool = False) -> dict[str, Any]:
    records = [{"content": content, "disabled": disabled} for content in contents]
    return {"name": name, "type": kind, "ttl": ttl, "changetype": "REPLACE", "records": records}
