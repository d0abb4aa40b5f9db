"""Tasks over several APIs at once."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from answers import differences, words

from tasks.task import Task

if TYPE_CHECKING:
    from world import World


def new_issues(world: World, before: dict[str, Any], project: str, right: dict[str, dict[str, Any]]) -> list[str]:
    """Compare the issues that were made (by title) with those that should have been, and the others with before."""
    found = world.issues()
    made = {key: found.pop(key) for key in found.keys() - before.keys()}
    titles = [row["title"] for row in made.values()]
    problems = [f"{title!r} was made more than once" for title in {t for t in titles if titles.count(t) > 1}]
    problems += [f"{key} is in the wrong project" for key in made if not key.startswith(project + "-")]
    shown = {row["title"]: {name: row[name] for name in next(iter(right.values()))} for row in made.values()}
    return problems + differences("new issue", right, shown) + differences("issue", before, found)


def _one_mx_issue(world: World) -> None:
    made = {"title": "No MX: iris.example", "priority": "low", "labels": ["chore"]}
    world.ask("tracker", "POST", "/projects/OPS/issues", json=made)


def _mx_truth(world: World) -> dict[str, Any]:
    zones = world.ask("powerdns", "GET", "/servers/localhost/zones").json()
    native = [zone["name"] for zone in zones if zone["kind"] == "Native"]
    sets = world.zones()
    without = [name.rstrip(".") for name in native if not any(key.endswith(" MX") for key in sets[name])]
    return {"without": without, "issues": world.issues(), "zones": sets}


def _mx_issues(world: World, truth: Any, _answer: str) -> list[str]:
    titles = {row["title"] for row in truth["issues"].values()}
    wanted = [f"No MX: {name}" for name in truth["without"]]
    right = {
        title: {"priority": "low", "labels": ["chore"], "state": "open"} for title in wanted if title not in titles
    }
    return new_issues(world, truth["issues"], "OPS", right) + differences("zone", truth["zones"], world.zones())


def _stock_issues(world: World) -> None:
    """Two issues are there already: one open, one closed."""
    gone = sorted(row["name"] for row in world.records("products").values() if row["stock"] == 0)
    for name, state in ((gone[0], "open"), (gone[1], "closed")):
        made = world.ask("tracker", "POST", "/projects/WEB/issues", json={"title": f"Out of stock: {name}"}).json()
        world.ask("tracker", "PATCH", f"/projects/WEB/issues/{made['number']}", json={"state": state})


def _stock_truth(world: World) -> dict[str, Any]:
    gone = [row["name"] for row in world.records("products").values() if row["stock"] == 0]
    return {"gone": gone, "issues": world.issues(), "lead": world.projects()["WEB"]["lead"]}


def _out_of_stock(world: World, truth: Any, _answer: str) -> list[str]:
    open_titles = {row["title"] for row in truth["issues"].values() if row["state"] != "closed"}
    wanted = [f"Out of stock: {name}" for name in truth["gone"]]
    right = {title: {"assignee": truth["lead"], "state": "open"} for title in wanted if title not in open_titles}
    return new_issues(world, truth["issues"], "WEB", right)


def _people_truth(world: World) -> dict[str, Any]:
    return {"users": world.tracker("/users"), "zones": world.zones(), "issues": world.issues()}


def _people(world: World, truth: Any, _answer: str) -> list[str]:
    right = deepcopy(truth["zones"])
    zone = {key: row for key, row in right["people.example."].items() if not key.endswith(" TXT")}
    for user in truth["users"]:
        name = f"{user['username']}.people.example."
        if user["active"]:
            zone[f"{name} TXT"] = {"ttl": 600, "records": [f'"{user["email"]}"'], "disabled": []}
    right["people.example."] = zone
    found, problems = world.zones(), differences("issue", truth["issues"], world.issues())
    for name, sets in right.items():
        problems += differences("record set", sets, found.get(name, {}))
    for user in truth["users"]:
        wanted = (600, [f'"{user["email"]}"']) if user["active"] else (0, [])
        if (said := world.dns(f"{user['username']}.people.example", "TXT")) != wanted:
            problems.append(f"DNS answers {said} for {user['username']}; it should be {wanted}")
    return problems


def _gold_truth(world: World) -> dict[str, Any]:
    zones = {name.rstrip(".") for name in world.zones()}
    customers = world.records("customers")
    gold = {key for key, row in customers.items() if row["tier"] == "gold"}
    right = sorted(key for key in gold if customers[key]["domain"] not in zones)
    return {"right": right, "all": list(customers), "issues": world.issues()}


def _gold(world: World, truth: Any, _answer: str) -> list[str]:
    issues = deepcopy(truth["issues"])
    issues["PAY-3"]["comments"] += 1
    problems = differences("issue", issues, world.issues())
    said = world.tracker("/projects/PAY/issues/3/comments")
    text = said[-1]["body"] if said else ""
    if [part.strip() for part in text.split(",")] != truth["right"]:
        problems += words(text, truth["right"], truth["all"]) or [
            f"the comment is not only the ids in order: {text[:200]!r}"
        ]
    return problems


TASKS = [
    Task(
        "mx-issues", "several", ("tracker", "powerdns"),
        "For every native zone of our DNS that has no MX record at all, open an issue in the tracker's project Platform: the title is "
        "'No MX: ' and the zone's name without the dot at its end (such as 'No MX: some.example'), priority low, label chore. Where there "
        "is an issue of exactly that title in the project, do not make another.",
        _mx_truth, _mx_issues, _one_mx_issue,
    ),
    Task(
        "out-of-stock", "several", ("tracker", "kinto"),
        "For every product of the shop (Kinto's bucket shop, collection products) of which none is in stock, open an issue in the tracker's "
        "project Storefront with the title 'Out of stock: ' and the product's name, assigned to the project's lead; but not where "
        "there is such an issue that is not closed.",
        _stock_truth, _out_of_stock, _stock_issues,
    ),
    Task(
        "people-txt", "several", ("tracker", "powerdns"),
        "In our DNS zone people.example, every user of the tracker who can sign in should have exactly one TXT record at "
        "USERNAME.people.example, with a TTL of 600, that holds the e-mail address the tracker has for them; nobody else should have a TXT "
        "record. Put that right, and leave records of other types alone.",
        _people_truth, _people,
    ),
    Task(
        "gold-domains", "several", ("tracker", "powerdns", "kinto"),
        "Which customers of tier gold (Kinto's bucket shop, collection customers) have a domain that is not one of our DNS zones? "
        "Write their ids, sorted and parted by commas, nothing else, as one comment on the tracker's issue PAY-3.",
        _gold_truth, _gold,
    ),
]  # fmt: skip
