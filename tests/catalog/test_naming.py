"""`catalog.naming`: names that stay."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyhole.catalog.naming import MAX_NAME, NameEntry, api_name, operation_names, unique_api_names

IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("GitHub v3 REST API", "github"),
        ("GitHub's Octokit extension REST API", "github"),
        ("Cloudflare API", "cloudflare"),
        ("PowerDNS Authoritative HTTP API", "powerdns_authoritative"),
        ("Discord HTTP API (Preview)", "discord"),
        ("Swagger Petstore", "petstore"),
        ("OData Service for namespace microsoft.graph", "microsoft_graph"),
        ("url", "url_"),
        ("console", "console_"),
        ("ops", "ops_"),
        ("class", "class_"),
        ("my_api", "my_api"),
        ("1Password Connect", "api_1password_connect"),
        ("API", "api"),
        ("", "api"),
        ("日本", "api"),
        ("Zürich Öffentlich", "zurich_offentlich"),
    ],
)
def test_a_title_becomes_a_short_global(title, name):
    assert api_name(title) == name


@given(st.text(max_size=80))
def test_any_title_becomes_an_identifier(title):
    assert IDENTIFIER.fullmatch(api_name(title))


def test_equal_api_names_are_numbered():
    assert unique_api_names(["a", "a", "b", "a"]) == ["a", "a_2", "b", "a_3"]


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (NameEntry("issues/list-for-repo", "GET", "/x", ("issues",)), "issues_list_for_repo"),
        (
            NameEntry("dns-records-for-a-zone-list-dns-records", "GET", "/x", ("DNS Records for a Zone",)),
            "zone_list_dns_records",
        ),
        (NameEntry("zones-get", "GET", "/zones", ("Zone",)), "zones_get"),
        (NameEntry("listURLs", "GET", "/x"), "list_urls"),
        (NameEntry("getOAuth2Token", "GET", "/x"), "get_oauth2_token"),
        (NameEntry("readCoreV1NamespacedPod", "GET", "/x"), "read_core_v1_namespaced_pod"),
        (NameEntry(None, "GET", "/zones/{zone_id}"), "get_zones_by_zone_id"),
        (NameEntry("日本", "GET", "/zones"), "get_zones"),
        (NameEntry("get", "GET", "/x"), "get_"),
        (NameEntry("then", "GET", "/x"), "then_"),
        (NameEntry("constructor", "GET", "/x"), "constructor_"),
        (NameEntry("toString", "GET", "/x"), "to_string_"),
        (NameEntry("delete", "DELETE", "/x"), "delete_"),
        (NameEntry("2fa-enable", "POST", "/x"), "op_2_fa_enable"),
        # What FastAPI makes of a function, its path and its method.
        (NameEntry("read_flow_runs_flow_runs_filter_post", "POST", "/flow_runs/filter"), "read_flow_runs"),
        (NameEntry("read_item_items__item_id__get", "GET", "/items/{item_id}"), "read_item"),
        (NameEntry("create_v1_users__user_id__posts_post", "POST", "/v1/users/{user_id}/posts"), "create_posts"),
        (NameEntry("login_login_post", "POST", "/login"), "login"),
        (NameEntry("get__get", "GET", "/"), "get_get"),
        (NameEntry("users_get", "GET", "/users"), "users_get"),
    ],
)
def test_an_operation_is_named_after_its_id(entry, name):
    assert operation_names([entry]) == [name]


def entries(count, path):
    return [NameEntry(f"list items {n % 7}", "GET", f"{path}/{n}") for n in range(count)]


def test_names_do_not_depend_on_order():
    given_ = entries(40, "/a")
    forward = dict(zip(given_, operation_names(given_), strict=True))
    back = dict(zip(given_[::-1], operation_names(given_[::-1]), strict=True))
    assert forward == back
    assert len(set(forward.values())) == 40


def test_a_colliding_newcomer_says_what_else_is_in_its_path():
    old = NameEntry("list_items", "GET", "/items")
    new = NameEntry("listItems", "GET", "/teams/{team}/items")
    assert operation_names([old]) == ["list_items"]
    assert operation_names([old, new]) == ["list_items", "list_items_teams"]


def test_a_colliding_newcomer_gets_a_suffix_where_its_path_says_no_more():
    old = NameEntry("list_items", "GET", "/items")
    new = NameEntry("listItems", "GET", "/items/{item}")
    kept, suffixed = operation_names([new, old])[::-1]
    assert kept == "list_items"
    assert re.fullmatch(r"list_items_[0-9a-f]{4}", suffixed)


def test_a_long_name_is_bound_to_its_operation_at_once():
    long = NameEntry("users.messages.attachments.items.CreateUploadSessionForEveryBody", "POST", "/users/x")
    alone = operation_names([long])[0]
    assert len(alone) <= MAX_NAME
    assert re.search(r"_[0-9a-f]{4}$", alone)
    assert operation_names([long, long._replace(path="/users/y")])[0] == alone


@given(
    st.lists(
        st.builds(NameEntry, st.none() | st.text(max_size=90), st.sampled_from(["GET", "POST"]), st.text(max_size=60)),
        max_size=12,
    )
)
def test_names_are_unique_identifiers_whatever_the_document_says(given_):
    names = operation_names(given_)
    assert len(set(names)) == len(names)
    assert all(IDENTIFIER.fullmatch(name) and len(name) <= MAX_NAME for name in names)


def test_real_documents_keep_their_names_when_operations_leave(shared):
    from keyhole.sources.openapi.source import load

    for document in ("github.json", "cloudflare.json"):
        operations = load(shared / "specs" / document).operations()
        made = [NameEntry(op.id, op.method, op.path, op.tags) for op in operations]
        whole = dict(zip(made, operation_names(made), strict=True))
        half = dict(zip(made[::2], operation_names(made[::2]), strict=True))
        assert sum(whole[entry] != name for entry, name in half.items()) == 0
