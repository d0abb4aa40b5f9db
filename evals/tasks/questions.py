"""Questions that one or two calls answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.task import Task, has_number, has_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from world import World


def _unassigned(world: World) -> dict[str, float]:
    issues = world.issues()

    def count(project: str, *, closed: bool, free: bool) -> int:
        return sum(
            key.startswith(project) and (closed or row["state"] != "closed") and (not free or not row["assignee"])
            for key, row in issues.items()
        )

    right = count("PAY", closed=False, free=True)
    decoys = [
        count("PAY", closed=True, free=True),
        count("PAY", closed=False, free=False),
        count("", closed=False, free=True),
    ]
    return {"right": right, "decoys": decoys}


def _users(field: str, wanted: Callable[[dict[str, Any]], bool]) -> Callable[[World], dict[str, list[str]]]:
    def truth(world: World) -> dict[str, list[str]]:
        users = world.tracker("/users")
        return {"right": [u[field] for u in users if wanted(u)], "all": [u[field] for u in users]}

    return truth


def _me(world: World) -> dict[str, list[str]]:
    me = world.ask("tracker", "GET", "/me").json()
    everyone = [user["username"] for user in world.tracker("/users")]
    return {"right": [me["username"], me["role"]], "all": [*everyone, "member", "guest", "owner", "maintainer"]}


def _ttl(world: World) -> dict[str, float]:
    zone = world.zones()["maple.example."]
    right = zone["git.maple.example. AAAA"]["ttl"]
    return {"right": right, "decoys": [zone["git.maple.example. A"]["ttl"], 3600 if right != 3600 else 300]}


def _signed(world: World) -> dict[str, list[str]]:
    zones = world.ask("powerdns", "GET", "/servers/localhost/zones").json()
    names = {zone["name"].rstrip("."): zone["dnssec"] for zone in zones}
    return {"right": [name for name, signed in names.items() if signed], "all": list(names)}


def _stock(world: World) -> dict[str, float]:
    rows = world.records("products")
    right = next(row["stock"] for row in rows.values() if row["name"] == "Oak side table, medium")
    near = [row["stock"] for row in rows.values() if row["name"].startswith("Oak side table") and row["stock"] != right]
    return {"right": right, "decoys": [*near, 0]}


def _clerks(world: World) -> dict[str, list[str]]:
    groups = world.ask("kinto", "GET", "/buckets/shop/groups").json()["data"]
    members = {group["id"]: group["members"] for group in groups}
    return {"right": members["clerks"], "all": sorted({who for group in members.values() for who in group})}


TASKS = [
    Task(
        "unassigned", "question", ("tracker",),
        "How many issues of the project Payments are not closed and have nobody assigned?",
        _unassigned, has_number, wrong=("There are 9999.", "none"),
    ),
    Task(
        "lead-email", "question", ("tracker",),
        "What is the e-mail address of the person who leads the project Mobile app?",
        _users("email", lambda user: user["username"] == "emi"), has_words, wrong=("ada@tracker.example", "emi"),
    ),
    Task(
        "locked-out", "question", ("tracker",),
        "Which users of the tracker can no longer sign in? Give their user names.",
        _users("username", lambda user: not user["active"]), has_words, wrong=("liam and noor", "jonas, liam"),
    ),
    Task(
        "whoami", "question", ("tracker",),
        "Under which user name does the tracker know you, and which role does that account have in the tracker as a whole?",
        _me, has_words, wrong=("ada, a member", "greta, admin"),
    ),
    Task(
        "ttl", "question", ("powerdns",),
        "What is the TTL of the IPv6 address record of git.maple.example in our DNS, in seconds?",
        _ttl, has_number, wrong=("It has none.", "1 second"),
    ),
    Task(
        "signed", "question", ("powerdns",),
        "Which of our DNS zones have DNSSEC switched on?",
        _signed, has_words, wrong=("cedar.example and rowan.example", "all of them"),
    ),
    Task(
        "stock", "question", ("kinto",),
        "In the bucket shop, the collection products has a product with the name 'Oak side table, medium'. How many are in stock?",
        _stock, has_number, wrong=("0", "I found none."),
    ),
    Task(
        "clerks", "question", ("kinto",),
        "Who are the members of the group clerks of the bucket shop?",
        _clerks, has_words, wrong=("ada, yusuf and zoe", "ada, viktor, yusuf, zoe and greta"),
    ),
]  # fmt: skip
