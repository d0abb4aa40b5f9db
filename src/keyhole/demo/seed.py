"""The demo API's data: a small company's six projects, the same every time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING, Any

from keyhole.demo import stories

if TYPE_CHECKING:
    from keyhole.demo.store import Store

CALLER = "ada"
"""Whose token it is."""

_START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
_DAYS = 90


def seed(store: Store) -> None:
    """Fill an empty store: 14 users, 6 projects, 240 issues, some 500 comments and a few files."""
    random = Random(2026)  # noqa: S311  (it must be the same every time)
    with store.transaction():
        for username, name, role, active in stories.USERS:
            email = f"{username}@tracker.example"
            row = {"username": username, "name": name, "email": email, "role": role, "active": active}
            store.insert("users", {**row, "created_at": _time(_START - timedelta(days=random.randint(30, 900)))})
        for key, name, description, status, team in stories.PROJECTS:
            row = {"key": key, "name": name, "description": description, "status": status, "lead": team[0]}
            store.insert("projects", {**row, "created_at": _time(_START - timedelta(days=7))})
            _furnish(store, key, team)
            _fill(store, random, key, team)


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _furnish(store: Store, key: str, team: tuple[str, ...]) -> None:
    """Give a project its members, labels and milestones."""
    for place, username in enumerate(team):
        role = "owner" if place == 0 else "maintainer" if place < 3 else "reporter"
        store.insert("members", {"project": key, "username": username, "role": role, "since": _time(_START)})
    for name, color, description in stories.LABELS:
        store.insert("labels", {"project": key, "name": name, "color": color, "description": description})
    for title, due_on, state in stories.MILESTONES:
        row = {"project": key, "title": title, "description": "", "due_on": due_on, "state": state}
        store.insert("milestones", row)
    store.record(key, None, "project_created", team[0])


def _fill(store: Store, random: Random, key: str, team: tuple[str, ...]) -> None:
    """Give a project 40 issues with what belongs to them, in the order of time."""
    milestones = [row["id"] for row in store.rows("SELECT id FROM milestones WHERE project = ? ORDER BY id", key)]
    moments = sorted(_START + timedelta(minutes=random.randint(0, _DAYS * 24 * 60)) for _ in range(40))
    for number, moment in enumerate(moments, 1):
        labels, title = _title(random, key)
        state = random.choices(("open", "in_progress", "closed"), (5, 2, 4))[0]
        worked = moment + timedelta(hours=random.randint(2, 24 * 14))
        issue: dict[str, Any] = {
            "project": key, "number": number, "title": title, "body": random.choice(stories.BODIES), "state": state,
            "priority": random.choices(("low", "normal", "high", "urgent"), (2, 5, 3, 1))[0],
            "reporter": random.choice(team), "assignee": random.choice([*team, None]),
            "milestone_id": random.choice([*milestones, None]), "estimate_hours": random.choice([None, 1, 2, 4, 8, 20]),
            "created_at": _time(moment), "updated_at": _time(worked),
            "closed_at": _time(worked) if state == "closed" else None,
        }  # fmt: skip
        store.insert("issues", issue)
        for label in labels:
            store.insert("issue_labels", {"project": key, "number": number, "label": label})
        _event(store, issue, "issue_created", issue["reporter"], issue["created_at"])
        _discuss(store, random, issue, team, (moment, worked))
        if state == "closed":
            _event(store, issue, "issue_closed", issue["assignee"] or team[0], issue["closed_at"])
    store.update("projects", {"next_number": 41}, {"key": key})


def _title(random: Random, key: str) -> tuple[list[str], str]:
    """Make a title that fits the project, and the labels that fit the title."""
    label, pattern = random.choice(stories.TITLES)
    title = pattern.format(thing=random.choice(stories.THINGS[key]), when=random.choice(stories.WHENS))
    also = random.choices(("", "customer", "good first issue", "blocked"), (6, 2, 1, 1))[0]
    return sorted({label, also} - {""}), title[:1].upper() + title[1:]


def _event(store: Store, issue: dict[str, Any], kind: str, actor: str, time: str) -> None:
    row = {"project": issue["project"], "number": issue["number"], "kind": kind, "actor": actor}
    store.insert("events", {**row, "detail": issue["title"], "created_at": time})


def _discuss(
    store: Store, random: Random, issue: dict[str, Any], team: tuple[str, ...], during: tuple[datetime, datetime]
) -> None:
    """Give an issue up to five comments, and every twelfth a log file."""
    place = {"project": issue["project"], "number": issue["number"]}
    for _ in range(random.randint(0, 4)):
        time = _time(during[0] + random.random() * (during[1] - during[0]))
        row = {**place, "author": random.choice(team), "body": random.choice(stories.REMARKS)}
        store.insert("comments", {**row, "created_at": time, "updated_at": time})
    if issue["number"] % 12 == 0:
        lines = [f"{issue['created_at']} {random.choice(stories.LOG)}" for _ in range(random.randint(5, 60))]
        content = ("\n".join(lines) + "\n").encode()
        about = {"name": "service.log", "description": "From the hour it happened.", "media_type": "text/plain"}
        stored = {"size": len(content), "sha256": sha256(content).hexdigest(), "content": content}
        who = {"uploaded_by": issue["reporter"], "created_at": issue["created_at"]}
        store.insert("attachments", {**place, **about, **stored, **who})
