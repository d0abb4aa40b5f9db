"""Changes that depend on what is read first. All else must stay as it was."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from answers import differences

from tasks.task import Task

if TYPE_CHECKING:
    from world import World

_CLOSING = "Closed with the project."


def _tracker(world: World) -> dict[str, Any]:
    return {"issues": world.issues(), "projects": world.projects()}


def _compared(world: World, right: dict[str, Any]) -> list[str]:
    found = _tracker(world)
    return differences("issue", right["issues"], found["issues"]) + differences(
        "project", right["projects"], found["projects"]
    )


def _close_old(world: World, truth: Any, _answer: str) -> list[str]:
    right, problems = deepcopy(truth), list[str]()
    for key, issue in right["issues"].items():
        if key.startswith("OLD-") and issue["state"] != "closed" and not issue["assignee"]:
            issue |= {"state": "closed", "comments": issue["comments"] + 1}
            said = world.tracker(f"/projects/OLD/issues/{key[4:]}/comments")
            if not said or said[-1]["body"].strip() != _CLOSING:
                problems.append(f"the last comment on {key} is not {_CLOSING!r}")
    return problems + _compared(world, right)


def _liam_leaves(world: World, truth: Any, _answer: str) -> list[str]:
    right = deepcopy(truth)
    for key, issue in right["issues"].items():
        if key.startswith("WEB-") and issue["state"] != "closed" and issue["assignee"] == "liam":
            issue["assignee"] = "ben"
    del right["projects"]["WEB"]["members"]["liam"]
    return _compared(world, right)


def _block_summer(world: World, truth: Any, _answer: str) -> list[str]:
    right = deepcopy(truth)
    for key, issue in right["issues"].items():
        if key.startswith("WEB-") and issue["state"] != "closed" and issue["milestone"] == "Summer release":
            issue["labels"] = sorted({*issue["labels"], "blocked"})
    return _compared(world, right)


def _copy_zone(world: World, truth: Any, _answer: str) -> list[str]:
    right = deepcopy(truth)
    copy: dict[str, Any] = {}
    for key, row in truth["orchid.example."].items():
        name, _, kind = key.partition(" ")
        if kind in {"A", "AAAA", "MX", "NS"} and row["records"]:
            moved = name.removesuffix("orchid.example.") + "lotus.example."
            contents = [each.replace(".orchid.example.", ".lotus.example.") for each in row["records"]]
            copy[f"{moved} {kind}"] = {**row, "records": sorted(contents), "disabled": []}
    right["lotus.example."] = copy
    found = world.zones()
    problems = differences("zone", right, found) if right.keys() != found.keys() else []
    for zone in right.keys() & found.keys():
        problems += differences("record set", right[zone], found[zone])
    for key, row in copy.items():
        problems += _served(world, key, row)
    return problems + (["test.lotus.example is served"] if world.dns("test.lotus.example", "A")[1] else [])


def _served(world: World, key: str, row: dict[str, Any]) -> list[str]:
    """Ask over DNS for one record set."""
    name, _, kind = key.partition(" ")
    if (found := world.dns(name, kind)) == (row["ttl"], row["records"]):
        return []
    return [f"DNS answers {found} to {key}; it should be {(row['ttl'], row['records'])}"]


def _lower_ttl(world: World, truth: Any, _answer: str) -> list[str]:
    right, changed = deepcopy(truth), list[str]()
    for key, row in right["cedar.example."].items():
        if key.endswith(" A") and row["ttl"] > 3600:
            row["ttl"] = 300
            changed.append(key)
    found, problems = world.zones(), list[str]()
    for zone, sets in right.items():
        problems += differences("record set", sets, found.get(zone, {}))
    for key in changed:
        if right["cedar.example."][key]["records"]:
            problems += _served(world, key, right["cedar.example."][key])
    return problems


def _products(world: World) -> dict[str, Any]:
    return {
        **world.records("products"),
        **{f"archive/{key}": row for key, row in world.records("products", "archive").items()},
    }


def _price_rise(world: World, truth: Any, _answer: str) -> list[str]:
    right, found = deepcopy(truth), _products(world)
    for key, row in right.items():
        if row["supplier"] == "Nordlicht" and not key.startswith("archive/"):
            price = found.get(key, row).get("price")
            # Half a cent may be rounded either way.
            fits = isinstance(price, int | float) and abs(price - row["price"] * 1.1) < 0.0051
            row["price"] = price if fits else round(row["price"] * 1.1, 2)
    return differences("product", right, found)


TASKS = [
    Task(
        "close-old", "write", ("tracker",),
        "The project Legacy warehouse is over. Close each of its issues that is not closed and has nobody assigned, and leave the comment "
        f"'{_CLOSING}' on each of those. Touch nothing else.",
        _tracker, _close_old,
    ),
    Task(
        "liam-leaves", "write", ("tracker",),
        "Liam leaves the project Storefront. Those of his issues there that are not closed go to Ben; then take him out of the project.",
        _tracker, _liam_leaves,
    ),
    Task(
        "block-summer", "write", ("tracker",),
        "In the project Storefront, every issue of the milestone 'Summer release' that is not closed gets the label blocked, "
        "and keeps all the labels it has.",
        _tracker, _block_summer,
    ),
    Task(
        "copy-zone", "write", ("powerdns",),
        "Make a new native DNS zone lotus.example like orchid.example: the same name servers, and every A, AAAA and MX record that is in "
        "effect there (not the disabled ones), at the same name under lotus.example and with the same TTL. An MX host under orchid.example "
        "becomes the same host under lotus.example. No records of other types.",
        lambda world: world.zones(), _copy_zone,
    ),
    Task(
        "lower-ttl", "write", ("powerdns",),
        "In the DNS zone cedar.example, set the TTL of every A record set that has a TTL above 3600 to 300, also of those that are "
        "disabled. Nothing else may change: a disabled record stays disabled.",
        lambda world: world.zones(), _lower_ttl,
    ),
    Task(
        "price-rise", "write", ("kinto",),
        "In the bucket shop, raise the price of every product of the supplier Nordlicht by 10 percent, rounded to two decimals. Nothing else "
        "may change.",
        _products, _price_rise,
    ),
]  # fmt: skip
