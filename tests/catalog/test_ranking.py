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
    assert stem("customer") != stem("custom")
    assert terms("the list of a zone") == ["list", "zone"]


@pytest.fixture(scope="module")
def two():
    people = {**ZONES, "info": {"title": "People", "version": "1"}, "paths": {
        "/people": {"post": {"operationId": "addPerson", "summary": "Create a person", "responses": {}}},
        "/people/{id}": {"post": {"operationId": "changePerson", "summary": "Update a person", "responses": {}}},
        "/people/{id}/settings": {"patch": {
            "operationId": "setOne", "summary": "Edit", "responses": {},
            "requestBody": {"content": {"application/json": {"schema": {"oneOf": [
                {"type": "object", "properties": {"id": {"enum": ["dark_mode"]}}},
                {"type": "object", "properties": {"id": {"enum": ["always_use_https"]}}},
            ]}}}},
        }},
    }}  # fmt: skip
    return Catalog([*load(ZONES, name="zones").operations(), *load(people, name="acme").operations()])


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("acme create", "addPerson"),
        ("acme: create a zone", "addPerson"),
        ("acme.add_person", "addPerson"),
        ("create in acme", "addPerson"),
        ("make a person", "addPerson"),
        ("change a person", "changePerson"),
        ("always use https", "setOne"),
        ("records-create", "records-create"),
        ("recordsCreate", "records-create"),
        ("POST /zones/{z}/records", "records-create"),
        ("DELETE /zones/17", "zones-delete"),
        ("/zones", "zones-list"),
        ("list zones", "zones-list"),
    ],
)
def test_names_routes_and_the_name_of_an_api_are_understood(two, query, first):
    assert two.find(query)[0].id == first


def test_the_name_of_an_api_confines_a_line_to_it(two):
    assert {op.api for op in two.find("acme create\nacme: update", limit=20)} == {"acme"}
    assert {op.api for op in two.find("create", limit=20)} == {"acme", "zones"}
    assert {op.api for op in two.find("create", limit=20, api="acme")} == {"acme"}


def test_every_line_is_answered_or_named(two):
    asked = ["delete zone", "create dns record", "qqqq zzzz", "list zones", "create a person", "read a file"]
    found = two.search("\n".join(asked), limit=2)
    assert found.unanswered == ("qqqq zzzz",)
    best = [found.operations[place].id for place in found.best]
    assert best == ["zones-delete", "records-create", "zones-list", "addPerson", "files-get"]


def test_only_what_answers_about_as_well_is_counted(zones):
    assert zones.search("records-create", limit=1).total == 1


FLOORS = {  # hit@1, hit@5, MRR
    "keywords": (0.66, 0.94, 0.77),
    "jargon": (0.68, 0.80, 0.73),
    "intent": (0.13, 0.37, 0.24),
    "keywords in all": (0.60, 0.82, 0.70),
    "jargon in all": (0.44, 0.62, 0.53),
    "intent in all": (0.11, 0.27, 0.18),
}


def test_the_queries_over_real_documents_hold_their_floors(shared):
    entries = [
        entry
        for name in ("cloudflare-github", "discord", "kubernetes", "slack", "stripe", "twilio")
        for entry in json.loads((shared / "queries" / f"{name}.json").read_text())
    ]
    documents = dict.fromkeys(entry["document"] for entry in entries)
    operations = {document: load(shared / "specs" / document).operations() for document in documents}
    alone = {document: Catalog(found) for document, found in operations.items()}
    together = Catalog(operation for found in operations.values() for operation in found)
    ranks: dict[str, list[int]] = {}
    for entry in entries:
        asked = {entry.get("style", "intent"): entry["query"]}
        asked |= {"keywords": entry["keywords"]} if "keywords" in entry else {}
        api = operations[entry["document"]][0].api
        gold = {(api, route) for route in entry["gold"]}
        for style, query in asked.items():
            for kind, catalog in ((style, alone[entry["document"]]), (f"{style} in all", together)):
                hits = [(op.api, f"{op.method} {op.path}") for op in catalog.find(query, limit=50)]
                ranks.setdefault(kind, []).append(rank(hits, gold))
    for style, floor in FLOORS.items():
        assert all(got >= least for got, least in zip(scores(ranks[style]), floor, strict=True)), (
            style,
            scores(ranks[style]),
        )


@pytest.mark.parametrize(
    ("name", "floor"),
    [("stabletoolbench", (0.63, 0.87, 0.73)), ("livemcpbench", (0.32, 0.63, 0.45))],
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
