"""How well a search finds what is asked for and what it costs, next to SQLite's FTS5 and tantivy on the same fields."""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import tracemalloc
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING

from peer import MissingPeerError, measure_search
from queries import ALL, Asked, Scores, asked, corpora
from report import SHARED, Table, ms

from keyhole.catalog import fields
from keyhole.catalog.catalog import Catalog
from keyhole.catalog.fields import Reader
from keyhole.catalog.ranking import Index
from keyhole.catalog.words import terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyhole.catalog.operation import Operation

LIMIT = 50
PEERS = {"SQLite FTS5": "sqlite", "tantivy": "tantivy"}
FIELDS = (
    fields.SUMMARY, fields.NAME, fields.PATH, fields.TAGS, fields.DESCRIPTION, fields.PARAMETERS, fields.BODY,
    fields.VALUES, fields.OUTPUT,
)  # fmt: skip


@dataclass
class Found:
    """What one engine answered to the queries of each set, and what the largest index costs."""

    answers: dict[str, list[tuple[Sequence[int], frozenset[int]]]] = field(default_factory=dict)
    index_ms: float = 0
    memory_mb: float = 0
    query_ms: list[float] = field(default_factory=list)
    version: str = ""

    def add(self, queries: list[Asked], ranked: list[list[int]]) -> None:
        """Add the answers to the queries over one index."""
        for query, places in zip(queries, ranked, strict=True):
            self.answers.setdefault(query.name, []).append((places, query.gold))

    def costs(self, index_ms: float, memory_mb: float, query_ms: list[float]) -> None:
        """Note the costs of one index; the largest is what counts."""
        self.index_ms, self.memory_mb, self.query_ms = index_ms, memory_mb, query_ms


async def measure(*, quick: bool) -> list[Table]:
    """Ask all queries of all engines; `quick` leaves out the search over all documents together."""
    found = corpora(SHARED)
    queries = [query for query in asked(SHARED, found) if not (quick and query.corpus == ALL)]
    largest = max({query.corpus for query in queries}, key=lambda name: len(found[name]))
    engines = {"Keyhole": _ours(found, queries, largest)}
    missing: list[str] = []
    for title, name in PEERS.items():
        try:
            engines[title] = _peer(name, found, queries, largest)
        except MissingPeerError as why:
            missing.append(f"{title}: not measured ({why}).")
    return [*_quality(engines, missing), _costs(engines, len(found[largest]))]


def _grouped(queries: list[Asked]) -> dict[str, list[Asked]]:
    groups: dict[str, list[Asked]] = {}
    for query in queries:
        groups.setdefault(query.corpus, []).append(query)
    return groups


def _ours(found: dict[str, tuple[Operation, ...]], queries: list[Asked], largest: str) -> Found:
    engine = Found()
    for corpus, group in _grouped(queries).items():
        numbers = {id(operation): number for number, operation in enumerate(found[corpus])}
        catalog = Catalog(found[corpus])
        started = perf_counter()
        assert catalog.index
        index_ms = (perf_counter() - started) * 1000
        catalog.find("warm up", limit=1)
        ranked, query_ms = list[list[int]](), list[float]()
        for query in group:
            started = perf_counter()
            hits = catalog.find(query.query, limit=LIMIT)
            query_ms.append((perf_counter() - started) * 1000)
            ranked.append([numbers[id(hit)] for hit in hits])
        engine.add(group, ranked)
        if corpus == largest:
            engine.costs(index_ms, _memory_mb(found[corpus]), query_ms)
    return engine


def _memory_mb(operations: Sequence[Operation]) -> float:
    """Give what an index holds; the signatures that it reads belong to the document and are there already."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    index = Index(operations)
    gc.collect()  # it rested meanwhile
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert index
    return held / 1e6


def _peer(name: str, found: dict[str, tuple[Operation, ...]], queries: list[Asked], largest: str) -> Found:
    engine = Found()
    for corpus, group in _grouped(queries).items():
        job = {
            "weights": [each.weight for each in FIELDS],
            "operations": _texts(found[corpus]),
            "queries": [terms(query.query) for query in group],
            "limit": LIMIT,
        }
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "job.json"
            path.write_text(json.dumps(job), "utf-8")
            answer = measure_search(name, path)
        engine.add(group, answer["ranked"])
        engine.version = answer["version"]
        if corpus == largest:
            engine.costs(answer["index_ms"], answer["memory_mb"], answer["query_ms"])
        print(f"{name}: {corpus}", file=sys.stderr)
    return engine


def _texts(operations: Sequence[Operation]) -> list[list[str]]:
    """Give the terms of each operation, field by field, as Keyhole's own index gets them."""
    reader = Reader()
    found: list[list[str]] = []
    for operation in operations:
        # By identity: two fields may weigh the same.
        each = {id(one): words for one, words in reader.fields(operation)}
        found.append([" ".join(each.get(id(one), ())) for one in FIELDS])
    return found


def _quality(engines: dict[str, Found], missing: list[str]) -> list[Table]:
    names = [f"{title} {engine.version}".strip() for title, engine in engines.items()]
    first = Table("What a search finds: hit@1 / hit@5 / MRR", ["queries", "", *names], notes=[*missing])
    several = Table("Where a task needs several operations: recall@5 / recall@10", ["queries", "", *names])
    sums = {title: list[float]() for title in engines}
    for name in sorted(engines["Keyhole"].answers):
        scores = {title: Scores.of(engine.answers[name]) for title, engine in engines.items()}
        count = scores["Keyhole"].count
        first.add(name, count, *(f"{one.hit1:.3f} / {one.hit5:.3f} / {one.mrr:.3f}" for one in scores.values()))
        if any(len(gold) > 1 for _, gold in engines["Keyhole"].answers[name]) and count >= 90:
            several.add(name, count, *(f"{one.recall5:.3f} / {one.recall10:.3f}" for one in scores.values()))
        for title, one in scores.items():
            sums[title].append(one.mrr)
    first.add("*mean MRR of the sets*", "", *(f"{sum(each) / len(each):.3f}" for each in sums.values()))
    first.notes.append(
        "All engines get the same terms of the same fields (split, stemmed, without stop words) and the same field "
        "weights; the peers' query is any of its terms. *All together* is every document of `specs/` in one index."
    )
    return [first, several]


def _costs(engines: dict[str, Found], count: int) -> Table:
    table = Table(
        f"What a search costs over {count:,} operations",
        ["", "index", "a query, median", "95th percentile", "memory of the index"],
        notes=[
            "Keyhole's time to index counts from the parsed documents; the peers' counts from the terms that it found.",
            "tantivy's memory is its process's growth, the others' what the index holds.",
        ],
    )
    for title, engine in engines.items():
        worst = quantiles(engine.query_ms, n=20)[-1]
        table.add(title, ms(engine.index_ms), ms(median(engine.query_ms)), ms(worst), f"{engine.memory_mb:.1f} MB")
    return table
