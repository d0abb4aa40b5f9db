"""How real documents page, as far as they tell: a few operations of each by name, and how many of each way there are."""

from __future__ import annotations

from collections import Counter

import pytest

from keyhole.catalog.catalog import Catalog
from keyhole.catalog.declare import declaration
from keyhole.catalog.paging import paging
from keyhole.sources.openapi.source import load

# What was found by reading the table of all of them: (way, argument, argument of the size, place of the list).
KNOWN = {
    "github.json": {
        "GET /repos/{owner}/{repo}/issues": ("page", "page", "per_page", ()),
        "GET /search/issues": ("page", "page", "per_page", ("items",)),
        "GET /repos/{owner}/{repo}/actions/runs": ("page", "page", "per_page", ("workflow_runs",)),
        "GET /repos/{owner}/{repo}/issues/{issue_number}": None,
    },
    "stripe.yaml": {
        "GET /v1/charges": ("last id", "starting_after", "limit", ("data",)),
        "GET /v1/charges/search": ("page", "page", "limit", ("data",)),
        "GET /v1/charges/{charge}": None,
    },
    "cloudflare.json": {
        "GET /zones": ("page", "page", "per_page", ("result",)),
        "GET /accounts/{account_id}/rules/lists/{list_id}/items": ("cursor", "cursor", "per_page", ("result",)),
        "GET /radar/bgp/hijacks/events": ("page", "page", "per_page", ("result", "events")),
        "POST /accounts/{account_id}/challenges/widgets": None,
    },
    "slack.json": {
        "GET /conversations.list": ("cursor", "cursor", "limit", ("channels",)),
        "GET /conversations.history": ("cursor", "cursor", "limit", ("messages",)),
        "GET /admin.users.list": ("cursor", "cursor", "limit", None),
        "GET /files.list": ("page", "page", "count", ("files",)),
    },
    "kubernetes.json": {
        "GET /api/v1/pods": ("cursor", "continue", "limit", ("items",)),
        "GET /api/v1/watch/pods": None,
    },
    "discord.json": {
        "GET /guilds/{guild_id}/members": ("last id", "after", "limit", ()),
        "GET /channels/{channel_id}/threads/archived/public": ("last id", "before", "limit", ("threads",)),
    },
    "twilio_api_v2010.json": {
        "GET /2010-04-01/Accounts/{AccountSid}/Messages.json": ("next URL", "", "PageSize", ("messages",)),
    },
    "powerdns-served.json": {"GET /servers/{server_id}/zones": None},
    "tmdb.json": {"GET /search/movie": ("page", "page", "", ("results",))},
}
COUNTS = {
    "github.json": {"page": 244, "last id": 28, "cursor": 3},
    "stripe.yaml": {"last id": 100, "page": 7},
    "cloudflare.json": {"page": 66, "offset": 8, "cursor": 5},
    "slack.json": {"cursor": 27, "page": 3},
    "kubernetes.json": {"cursor": 129},
    "discord.json": {"last id": 16, "offset": 2},
    "twilio_api_v2010.json": {"next URL": 60, "cursor": 1},
    "powerdns-served.json": {},
    "tmdb.json": {"page": 22},
}


@pytest.mark.parametrize("name", KNOWN)
def test_real_documents_page_as_their_readers_know(shared, name):
    operations = load(shared / "specs" / name).operations()
    found = {f"{one.method} {one.path}": paging(one) for one in operations}
    for route, expected in KNOWN[name].items():
        told = found[route]
        assert (told and (told.way, told.by, told.size, told.items)) == expected, route
    assert Counter(one.way for one in found.values() if one) == COUNTS[name]


def test_a_declaration_says_that_a_list_can_be_read_to_its_end(shared):
    catalog = Catalog(load(shared / "specs" / "tmdb.json", name="tmdb").operations())
    assert "// GET /search/movie · read · .items() · " in declaration(catalog.get("tmdb", "GET /search/movie"))
    assert ".items()" not in declaration(catalog.get("tmdb", "GET /movie/{movie_id}"))
