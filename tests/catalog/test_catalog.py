"""`catalog.catalog` and `catalog.paths`: operations by name and by path."""

from __future__ import annotations

from time import process_time

import pytest
from tests.catalog.documents import ZONES

from keyhole.catalog.catalog import Catalog
from keyhole.errors import UnknownOperation, nearest
from keyhole.sources.openapi.source import load


@pytest.fixture(scope="module")
def catalog():
    return Catalog(load(ZONES, name="zones").operations())


@pytest.mark.parametrize(
    "name",
    [
        "zones_get",
        "zones-get",
        "zonesGet",
        "ZonesGet",
        "GET /zones/{zone_id}",
        "get /zones/{zone_id}",
        "GET /zones/{id}",
    ],
)
def test_an_operation_answers_to_every_way_of_writing_it(catalog, name):
    assert catalog.get("zones", name).id == "zones-get"
    assert catalog.lookup(name).id == "zones-get"


def test_lookup_takes_the_api_in_front(catalog):
    assert catalog.lookup("zones.activeZones").id == "activeZones"


@pytest.mark.parametrize(
    ("method", "path", "operation", "values"),
    [
        ("GET", "/zones/abc", "zones-get", {"zone_id": "abc"}),
        ("GET", "/zones/active", "activeZones", {}),
        ("DELETE", "/zones/active", "zones-delete", {"zone_id": "active"}),
        ("GET", "/zones/", "zones-list", {}),
        ("GET", "/zones?per_page=5", "zones-list", {}),
        ("get", "/zones/a%2Fb", "zones-get", {"zone_id": "a/b"}),
        ("GET", "/zones/{zone_id}", "zones-get", {}),
        ("GET", "/files/report.pdf", "files-get", {"name": "report", "kind": "pdf"}),
        ("GET", "/files/{name}.{kind}", "files-get", {}),
    ],
)
def test_a_concrete_path_finds_its_operation(catalog, method, path, operation, values):
    found = catalog.match("zones", method, path)
    assert (found[0].id, found[1]) == (operation, values)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nothing"), ("PATCH", "/zones"), ("GET", "/zones/a/b/c"), ("GET", "/zones//records"), ("GET", "")],
)
def test_what_is_no_operation_matches_none(catalog, method, path):
    assert catalog.match("zones", method, path) is None
    assert catalog.match("nothing", method, path) is None


def test_a_wrong_name_is_answered_with_the_nearest(catalog):
    with pytest.raises(UnknownOperation) as caught:
        catalog.get("zones", "zone_lst")
    assert "zones.zones_list" in caught.value.message
    assert 'find("zone lst")' in caught.value.hint


def test_a_name_by_meaning_is_found_too(catalog):
    with pytest.raises(UnknownOperation) as caught:
        catalog.lookup("addDnsRecord")
    assert "zones.records_create" in caught.value.message


def test_a_wrong_api_is_answered_with_the_apis(catalog):
    with pytest.raises(UnknownOperation, match="zones"):
        catalog.get("zoned", "zones_list")


def test_a_name_that_two_apis_have_must_say_which():
    both = Catalog([*load(ZONES, name="one").operations(), *load(ZONES, name="two").operations()])
    assert both.get("two", "zones_list").api == "two"
    with pytest.raises(UnknownOperation, match=r"one\.zones_list, two\.zones_list"):
        both.lookup("zones_list")


def test_hostile_names_and_paths_are_answered(catalog):
    with pytest.raises(UnknownOperation) as caught:
        catalog.get("zones", "\n\u2028`" + "x" * 100_000)
    assert len(caught.value.message) < 500
    assert "\n" not in caught.value.message
    assert catalog.match("zones", "GET", "/files/" + "." * 50_000) is None


def test_every_template_of_the_largest_document_matches_itself(shared):
    operations = load(shared / "specs" / "msgraph-v1.json").operations()
    catalog = Catalog(operations)
    api = operations[0].api
    wrong = [op.path for op in operations if catalog.match(api, op.method, op.path)[0] is not op]
    assert wrong == []


def test_the_nearest_of_very_many_names_is_the_name_itself():
    many = [f"other_{number}" for number in range(600)]
    assert nearest("get_user", [*many, "get_user", "get_users_of_team"]) == ["get_user", "get_users_of_team"]
    assert nearest("x" * 90, [*many, "x" * 90]) == ["x" * 90]


@pytest.mark.parametrize(
    ("path", "value"), [("/x/{{id}}s{at}", "é" * 60_000), ("/x/{{a}}s{{b}}t{{c}}q{at}", "st" * 128)]
)
def test_a_path_is_matched_in_the_time_of_its_length(path, value):
    paths = {path.format(at=at): {"get": {"operationId": f"op{at}", "responses": {}}} for at in range(4_000)}
    catalog = Catalog(load({"openapi": "3.1.0", "info": {"title": "X"}, "paths": paths}, name="x").operations())
    began = process_time()
    assert catalog.match("x", "GET", f"/x/{value}") is None
    assert process_time() - began < 5, "without care it takes half a minute"


def test_a_segment_with_a_name_and_more_is_taken_apart():
    paths = {"/v/{name}:access": {"get": {"operationId": "access", "responses": {}}}}
    catalog = Catalog(load({"openapi": "3.1.0", "info": {"title": "X"}, "paths": paths}, name="x").operations())
    operation, values = catalog.match("x", "GET", "/v/s%20t:access")
    assert (operation.name, values) == ("access", {"name": "s t"})
    assert catalog.match("x", "GET", "/v/:access") is None
    assert catalog.match("x", "GET", "/v/s:acces") is None
