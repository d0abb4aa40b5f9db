"""Questions that join several resources."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from answers import number, only, words

from tasks.task import Task, has_words

if TYPE_CHECKING:
    from world import World


def _named_number(_world: World, truth: Any, answer: str) -> list[str]:
    return words(answer, [truth["name"]], truth["all"]) + number(answer, truth["right"], truth["decoys"])


def _named(counts: dict[str, float], everyone: list[str]) -> dict[str, Any]:
    """Say who has the most, and how much; the others' numbers are decoys."""
    right, name = only([(value, key) for key, value in counts.items()])
    return {"name": name, "right": right, "all": everyone, "decoys": [v for v in counts.values() if v != right]}


def _overdue(world: World) -> dict[str, Any]:
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    projects = world.projects()
    counts = dict.fromkeys([key for key, row in projects.items() if row["status"] == "active"], 0.0)
    for key, issue in world.issues().items():
        project = key.partition("-")[0]
        due = issue["milestone"] and projects[project]["milestones"][issue["milestone"]][0]
        if project in counts and issue["state"] != "closed" and due and due < today:
            counts[project] += 1
    return _named(counts, list(projects))


def _workload(world: World) -> dict[str, Any]:
    hours: defaultdict[str, float] = defaultdict(float)
    for key, issue in world.issues().items():
        if key.startswith("MOB-") and issue["state"] != "closed" and issue["assignee"]:
            hours[issue["assignee"]] += issue["estimate_hours"] or 0
    return _named(hours, [user["username"] for user in world.tracker("/users")])


def _talk(world: World) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    for key, issue in world.issues().items():
        if issue["priority"] == "urgent" and issue["comments"]:
            project, _, at = key.partition("-")
            comments = world.tracker(f"/projects/{project}/issues/{at}/comments")
            counts.update(comment["author"]["username"] for comment in comments)
    return _named(dict(counts), [user["username"] for user in world.tracker("/users")])


def _two(world: World) -> dict[str, Any]:
    counts = Counter(who for project in world.projects().values() for who in project["members"])
    return {"right": [who for who, count in counts.items() if count == 2], "all": list(counts)}


def _lost_mail(world: World) -> dict[str, Any]:
    zones = world.zones()
    addressed = {
        key.partition(" ")[0] for sets in zones.values() for key, row in sets.items() if key.endswith((" A", " AAAA")) and row["records"]
    }  # fmt: skip
    lost = [
        name.rstrip(".")
        for name, sets in zones.items()
        if any(content.split()[1] not in addressed for content in sets.get(f"{name} MX", {"records": []})["records"])
    ]
    return {"right": lost, "all": [name.rstrip(".") for name in zones]}


def _revenue(world: World) -> dict[str, Any]:
    products, customers = world.records("products"), world.records("customers")
    sums: defaultdict[str, float] = defaultdict(float)
    for order in world.records("orders").values():
        if order["status"] == "paid":
            worth = sum(products[line["product"]]["price"] * line["quantity"] for line in order["lines"])
            sums[customers[order["customer"]]["country"]] += worth
    return _named({key: round(value, 2) for key, value in sums.items()}, list(sums))


TASKS = [
    Task(
        "overdue", "join", ("tracker",),
        "Of the projects that are active, which one has the most overdue issues (not closed, and the due date of their milestone has "
        "passed)? Give the project's key and how many it has.",
        _overdue, _named_number, wrong=("WEB: 0", "OLD has 12"),
    ),
    Task(
        "workload", "join", ("tracker",),
        "In the project Mobile app, add up the estimated hours of the issues that are not closed for each person they are assigned to. "
        "Who has the most, and how many hours? Give the user name and the hours.",
        _workload, _named_number, wrong=("emi, 1 hour", "ada"),
    ),
    Task(
        "urgent-talk", "join", ("tracker",),
        "Who has written the most comments on issues of priority urgent, over all projects? Give the user name and how many comments.",
        _talk, _named_number, wrong=("noor: 1", "ada with 99"),
    ),
    Task(
        "two-projects", "join", ("tracker",),
        "Which users are members of exactly two projects? Give their user names.",
        _two, has_words, wrong=("ada", "chiara, daniel, emi and farid"),
    ),
    Task(
        "lost-mail", "join", ("powerdns",),
        "In which of our DNS zones does the zone's own MX record point to a host that has no address record in any of our zones? Give the "
        "names of these zones.",
        _lost_mail, has_words, wrong=("dahlia.example", "fern.example, iris.example and poplar.example"),
    ),
    Task(
        "revenue", "join", ("kinto",),
        "The bucket shop has the collections orders, customers and products. From which country (the customer's) do the orders of status "
        "paid add up to the most money, at the products' prices of today? Give the country's code and the sum with two decimals.",
        _revenue, _named_number, wrong=("DE 0.00", "FR"),
    ),
]  # fmt: skip
