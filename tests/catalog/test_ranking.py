"""`catalog.ranking`: what is found first. The floors are a ratchet: raise them when the ranking gets better, never lower them."""

from __future__ import annotations

import json

import pytest
from tests.catalog.documents import ZONES

from keyhole.catalog.catalog import Catalog
from keyhole.catalog.operation import Effect, Operation, Parameter, Signature
from keyhole.catalog.schema import Schemas
from keyhole.catalog.words import plain_words, stem, terms
from keyhole.sources.openapi.source import load


def scores(ranks):
    count = len(ranks)
    return (
        sum(rank == 1 for rank in ranks) / count,
        sum(0 < rank <= 5 for rank in ranks) / count,
        sum(1 / rank for rank in ranks if rank) / count,
    )


def rank(hits, gold):
    return next((place for place, hit in enumerate(hits, 1) if hit in gold), 0)


@pytest.fixture(scope="module")
def zones():
    return Catalog(load(ZONES, name="zones").operations())


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("create dns record", "records-create"),
        ("remove a zone", "zones-delete"),
        ("list zones", "zones-list"),
        ("business plan", "zones-create"),
        ("writeFile", "files-put"),
    ],
)
def test_words_find_the_operation(zones, query, first):
    assert zones.find(query)[0].id == first


def test_a_search_says_how_many_matched_and_in_which_order(zones):
    found = zones.search("zone", limit=2)
    assert len(found.operations) == 2
    assert found.total > 2
    assert list(found.scores) == sorted(found.scores, reverse=True)
    assert zones.search("zone", limit=2) == found


def test_intents_take_turns(zones):
    assert {op.id for op in zones.find("delete zone\ncreate dns record", limit=2)} == {"zones-delete", "records-create"}


def test_what_says_nothing_finds_nothing(zones):
    assert zones.find("the of and") == []
    assert zones.find("") == []
    assert zones.find("xyzzy") == []
    assert zones.find("zone", api="other") == []


def test_a_hostile_query_is_bounded(zones):
    assert len(zones.find("zone " * 100_000 + "\n" * 100_000, limit=3)) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("listURLsForZone2", ["list", "urls", "for", "zone2"]),
        ("dns-records_a.b", ["dns", "records", "a", "b"]),
        ("必应搜索", ["必应", "应搜", "搜索"]),
    ],
)
def test_text_falls_apart_into_words(text, words):
    assert plain_words(text) == words


def test_forms_of_a_word_are_one_term():
    for forms in (
        ["policy", "policies"],
        ["create", "creates", "created", "creating"],
        ["deployment", "deployments", "deploy"],
    ):
        assert len({stem(word) for word in forms}) == 1
    assert terms("the list of a zone") == ["list", "zone"]


FLOORS = {  # hit@1, hit@5, MRR
    "keywords": (0.64, 0.94, 0.77),
    "jargon": (0.60, 0.80, 0.68),
    "intent": (0.12, 0.32, 0.22),
}


def test_the_queries_over_real_documents_hold_their_floors(shared):
    catalogs = {}
    ranks: dict[str, list[int]] = {}
    for name in ("cloudflare-github", "discord", "kubernetes", "slack", "stripe", "twilio"):
        for entry in json.loads((shared / "queries" / f"{name}.json").read_text()):
            document = entry["document"]
            if document not in catalogs:
                catalogs[document] = Catalog(load(shared / "specs" / document).operations())
            asked = {entry.get("style", "intent"): entry["query"]} | (
                {"keywords": entry["keywords"]} if "keywords" in entry else {}
            )
            for style, query in asked.items():
                hits = [f"{op.method} {op.path}" for op in catalogs[document].find(query, limit=50)]
                ranks.setdefault(style, []).append(rank(hits, set(entry["gold"])))
    for style, floor in FLOORS.items():
        assert all(got >= least for got, least in zip(scores(ranks[style]), floor, strict=True)), (
            style,
            scores(ranks[style]),
        )


@pytest.mark.parametrize(
    ("name", "floor"),
    [("stabletoolbench", (0.62, 0.85, 0.72)), ("livemcpbench", (0.30, 0.61, 0.43))],
)
def test_other_peoples_queries_hold_their_floors(shared, name, floor):
    data = json.loads((shared / "retrieval" / f"{name}.json").read_text())
    catalog = Catalog(flat(entry) for entry in data["operations"])
    found = [
        rank([op.id for op in catalog.find(entry["query"], limit=20)], set(entry["gold"])) for entry in data["queries"]
    ]
    assert all(got >= least for got, least in zip(scores(found), floor, strict=True)), scores(found)


def flat(entry):
    parameters = tuple(Parameter(name, name, "argument", required=False, schema={}) for name in entry["parameters"])
    signature = Signature(parameters, None, None, Schemas({}))
    return Operation(
        "x", entry["name"], entry["id"], "", "", Effect.READ, entry["summary"], entry["description"],
        (entry["api"], entry["category"]), load=lambda: signature,
    )  # fmt: skip
