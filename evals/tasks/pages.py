"""Questions over more than one page of data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.task import Task, has_number

if TYPE_CHECKING:
    from world import World


def _say_much(world: World, project: str, at: int, count: int) -> None:
    for place in range(count):
        code = "E4417" if place % 7 == 3 else "E4471" if place % 5 == 1 else "E4410"
        text = (
            f"Seen again on host {place % 13 + 1}, error code {code}. "
            + "The usual trace follows in the ticket system. " * 3
        )
        world.ask("tracker", "POST", f"/projects/{project}/issues/{at}/comments", json={"body": text})


def _codes(world: World) -> dict[str, Any]:
    found = ["E4417" in comment["body"] for comment in world.tracker("/projects/OPS/issues/7/comments")]
    return {"right": sum(found), "decoys": [sum(found[:30]), sum(found[:100]), sum(found[:200])]}


def _hours(world: World) -> dict[str, Any]:
    def hours(rows: list[dict[str, Any]]) -> float:
        return sum(row["estimate_hours"] or 0 for row in rows if row["state"] != "closed")

    # The order of the API's own pages, so that the decoys are what a reader of the first page would say.
    rows = [
        row
        for row in world.tracker("/issues", sort="created_at", direction="desc")
        if row["priority"] in {"high", "normal"}
    ]
    return {"right": hours(rows), "decoys": [hours(rows[:30]), hours(rows[:100])]}


def _lighting(world: World) -> dict[str, Any]:
    rows = [(row["category"], row["stock"]) for row in world.records("products").values()]
    right = sum(stock for category, stock in rows if category == "lighting")
    first = sum(stock for category, stock in rows[:100] if category == "lighting")
    return {"right": right, "decoys": [first, sum(stock for _, stock in rows)]}


def _events(world: World) -> dict[str, Any]:
    found = [event["actor"] == "emi" for event in world.events("MOB")]
    return {"right": sum(found), "decoys": [sum(found[:30]), sum(found[:100])]}


TASKS = [
    Task(
        "error-codes", "paging", ("tracker",),
        "The issue OPS-7 has a very long discussion. How many of its comments name the error code E4417?",
        _codes, has_number, lambda world: _say_much(world, "OPS", 7, 260), wrong=("4", "None of them does."),
    ),
    Task(
        "hours-left", "paging", ("tracker",),
        "How many hours do the estimates of all issues add up to that are not closed and whose priority is normal or high, over all "
        "projects? An issue without an estimate counts as none.",
        _hours, has_number, wrong=("8 hours",),
    ),
    Task(
        "lighting", "paging", ("kinto",),
        "How many units do we have in stock of all products of the category lighting together (bucket shop, collection products)?",
        _lighting, has_number, wrong=("0",),
    ),
    Task(
        "emi-events", "paging", ("tracker",),
        "How many entries of the activity log of the project Mobile app, of any kind, are by emi?",
        _events, has_number, lambda world: _say_much(world, "MOB", 4, 130), wrong=("0", "1"),
    ),
]  # fmt: skip
