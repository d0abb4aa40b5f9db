"""Queries with known answers over real documents: what a search is scored by, here and in the tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keyhole.catalog.operation import Effect, Operation, Parameter, Signature
from keyhole.catalog.schema import Schemas
from keyhole.sources.openapi.source import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

ALL = "all together"
STYLES = ("keywords", "jargon", "intent")
RETRIEVAL = ("stabletoolbench", "livemcpbench")


@dataclass(frozen=True)
class Asked:
    """One query of a set, the operations that it is asked of, and the places in them of all that answer it."""

    name: str
    corpus: str
    query: str
    gold: frozenset[int]


@dataclass(frozen=True)
class Scores:
    """Shares of 1: the first answer is right, one of the first five is, 1 over its place, answers in the first k."""

    count: int
    hit1: float
    hit5: float
    mrr: float
    recall5: float
    recall10: float

    @classmethod
    def of(cls, answers: Iterable[tuple[Sequence[int], frozenset[int]]]) -> Scores:
        """Score ranked places against what is right, each query alike."""
        rows: list[tuple[float, ...]] = []
        for ranked, gold in answers:
            place = next((at for at, hit in enumerate(ranked, 1) if hit in gold), 0)
            found = [len(gold.intersection(ranked[:k])) / len(gold) for k in (5, 10)]
            rows.append((place == 1, 0 < place <= 5, 1 / place if place else 0, *found))
        return cls(len(rows), *(sum(column) / len(rows) for column in zip(*rows, strict=True)))


def corpora(shared: Path) -> dict[str, tuple[Operation, ...]]:
    """Give what is searched: each document of specs/, all of them as one, the two sets of retrieval/."""
    found = {path.name: tuple(load(path).operations()) for path in sorted((shared / "specs").iterdir())}
    found[ALL] = tuple(operation for each in found.values() for operation in each)
    for name in RETRIEVAL:
        entries = json.loads((shared / "retrieval" / f"{name}.json").read_text("utf-8"))["operations"]
        found[name] = tuple(_operation(entry) for entry in entries)
    return found


def asked(shared: Path, corpora: dict[str, tuple[Operation, ...]]) -> list[Asked]:
    """Give all queries: those over documents once for the document alone and once for all documents together."""
    found: list[Asked] = []
    offsets = _offsets(corpora)
    for path in sorted((shared / "queries").glob("*.json")):
        for entry in json.loads(path.read_text("utf-8")):
            document = entry["document"]
            routes = {f"{op.method} {op.path}": at for at, op in enumerate(corpora[document])}
            gold = frozenset(routes[route] for route in entry.get("gold") or entry["gold_sequence"])
            in_all = frozenset(offsets[document] + at for at in gold)
            for style, query in _styles(entry).items():
                found += [Asked(style, document, query, gold), Asked(f"{style}, {ALL}", ALL, query, in_all)]
    for name in RETRIEVAL:
        ids = {operation.id: at for at, operation in enumerate(corpora[name])}
        for entry in json.loads((shared / "retrieval" / f"{name}.json").read_text("utf-8"))["queries"]:
            found.append(Asked(name, name, entry["query"], frozenset(ids[one] for one in entry["gold"])))
    return found


def _styles(entry: dict[str, Any]) -> dict[str, str]:
    if "gold_sequence" in entry:
        return {"sequences": entry["query"]}
    styles = {entry.get("style", "intent"): entry["query"]}
    return styles | ({"keywords": entry["keywords"]} if "keywords" in entry else {})


def _offsets(corpora: dict[str, tuple[Operation, ...]]) -> dict[str, int]:
    offsets: dict[str, int] = {}
    at = 0
    for name, operations in corpora.items():
        if name == ALL:
            break
        offsets[name] = at
        at += len(operations)
    return offsets


def _operation(entry: dict[str, Any]) -> Operation:
    """Read an entry of retrieval/: a tool with a name, texts and the names of its arguments, no route."""
    parameters = tuple(Parameter(name, name, "argument", required=False, schema={}) for name in entry["parameters"])
    signature = Signature(parameters, None, None, Schemas({}))
    return Operation(
        "x", entry["name"], entry["id"], "", "", Effect.READ, entry["summary"], entry["description"],
        (entry["api"], entry["category"]), load=lambda: signature,
    )  # fmt: skip
