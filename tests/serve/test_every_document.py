"""The promise of the product: two tools under 1,000 tokens for every real document, and for ten of them together."""

from __future__ import annotations

import json

import pytest

from keyhole.catalog.operation import Effect
from keyhole.serve.manual import DESCRIPTION_LIMIT, Served, tools
from keyhole.sources.openapi.source import load

ALL = frozenset(Effect)


@pytest.fixture(scope="module")
def every(shared):
    found = []
    for path in sorted((shared / "specs").iterdir()):
        source = load(str(path))
        found.append(Served(source.name, source.title, sum(1 for _ in source.operations())))
    return found


def test_under_1000_tokens_for_each_and_for_all_together(every, o200k):
    assert len(every) >= 10
    for apis in [*([one] for one in every), every[:10], every]:
        listed = tools(apis, ALL)
        assert len(o200k.encode(json.dumps({"tools": listed}))) <= 1000, apis
        assert all(len(tool["description"]) < DESCRIPTION_LIMIT for tool in listed)
        assert all(api.name in tool["description"] for api in apis[:10] for tool in listed)
