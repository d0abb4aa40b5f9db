"""Changes that an API refuses at first, or may: what it says must be read and mended."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from answers import differences, number

from tasks.task import Task

if TYPE_CHECKING:
    from world import World

_DUE = "2027-10-31"
_STALE = 1_700_000_000_000


def _tracker(world: World) -> dict[str, Any]:
    return {"issues": world.issues(), "projects": world.projects()}


def _compared(world: World, right: dict[str, Any]) -> list[str]:
    found = _tracker(world)
    return differences("issue", right["issues"], found["issues"]) + differences(
        "project", right["projects"], found["projects"]
    )


def _one_autumn(world: World) -> None:
    made = {"title": "Autumn release", "due_on": "2026-12-24"}
    at = world.ask("tracker", "POST", "/projects/PAY/milestones", json=made).json()["id"]
    world.ask("tracker", "PATCH", f"/projects/PAY/milestones/{at}", json={"state": "closed"})


def _autumn(world: World, truth: Any, _answer: str) -> list[str]:
    right = deepcopy(truth)
    for project in right["projects"].values():
        if project["status"] == "active":
            project["milestones"]["Autumn release"] = [_DUE, "open"]
    return _compared(world, right)


def _owner(world: World, truth: Any, _answer: str) -> list[str]:
    right = deepcopy(truth)
    right["projects"]["OPS"]["members"] |= {"mei": "owner", "farid": "maintainer"}
    return _compared(world, right)


def _take_over(world: World, truth: Any, _answer: str) -> list[str]:
    right = deepcopy(truth)
    right["issues"]["WEB-5"]["assignee"] = "daniel"
    right["projects"]["WEB"]["members"]["daniel"] = "reporter"
    return _compared(world, right)


def _alias(world: World, truth: Any, _answer: str) -> list[str]:
    right, found, problems = deepcopy(truth), world.zones(), list[str]()
    zone = right["maple.example."]
    for kind in ("A", "AAAA"):
        zone.pop(f"git.maple.example. {kind}", None)
    zone["git.maple.example. CNAME"] = {"ttl": 600, "records": ["www.rowan.example."], "disabled": []}
    for name, sets in right.items():
        problems += differences("record set", sets, found.get(name, {}))
    if (said := world.dns("git.maple.example", "CNAME")) != (600, ["www.rowan.example."]):
        problems.append(f"DNS answers {said} to git.maple.example CNAME")
    return problems


def _customers(world: World) -> dict[str, Any]:
    return world.records("customers")


def _new_customer(world: World, truth: Any, _answer: str) -> list[str]:
    found = _customers(world)
    made = [found.pop(key) for key in found.keys() - truth.keys()]
    right = {
        "name": "Marta Zielinska", "country": "PL", "tier": "gold", "phone": "+48225550123", "domain": "zielinska.example",
        "since": "2026-03-01",
    }  # fmt: skip
    problems = differences("customer", truth, found)
    # Kinto adds the record's id and the version of the schema it was checked against.
    if [{name: value for name, value in row.items() if name not in {"id", "schema"}} for row in made] != [right]:
        problems.append(f"the new customers are {made}; there should be one: {right}")
    return problems


def _product(world: World) -> dict[str, Any]:
    return world.records("products")["p-200"]


def _stale(world: World, truth: Any, answer: str) -> list[str]:
    problems = differences("field", truth, _product(world))
    return problems + number(answer, truth["stock"]) + number(answer, truth["price"])


TASKS = [
    Task(
        "autumn", "error", ("tracker",),
        f"Every active project needs an open milestone 'Autumn release' that is due on {_DUE}. Where there is one of that title already, "
        "correct it instead.",
        _tracker, _autumn, _one_autumn,
    ),
    Task(
        "owner", "error", ("tracker",),
        "In the project Platform, Farid is only a maintainer from now on; its owner is Mei.",
        _tracker, _owner,
    ),
    Task(
        "take-over", "error", ("tracker",),
        "Daniel Weiss takes over the issue WEB-5. If something stands in the way, give him the least that is needed for it.",
        _tracker, _take_over,
    ),
    Task(
        "alias", "error", ("powerdns",),
        "In our DNS, git.maple.example is from now on an alias (CNAME) of www.rowan.example, with a TTL of 600.",
        lambda world: world.zones(), _alias,
    ),
    Task(
        "new-customer", "error", ("kinto",),
        "Add a customer to the collection customers of the bucket shop: Marta Zielinska from Poland, tier gold, phone +48 22 555 01 23, "
        "domain zielinska.example, a customer since 1 March 2026. Use the same fields as the others have.",
        _customers, _new_customer,
    ),
    Task(
        "stale", "error", ("kinto",),
        f"I read the product p-200 (bucket shop, collection products) when its version, last_modified, was {_STALE}. Set its stock to 5, but "
        "only if nobody has changed it since then, and so that nobody's change in between gets lost. If somebody has changed it, change "
        "nothing and tell me the stock and the price it has now.",
        _product, _stale, wrong=("The stock is 5.", "It was changed."),
    ),
]  # fmt: skip
