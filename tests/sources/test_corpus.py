"""Real documents: every one loads, and no operation gets lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from keyhole.errors import DocumentError
from keyhole.sources.openapi import load

if TYPE_CHECKING:
    from pathlib import Path

# The numbers of ../shared/README.md, counted by others.
COUNTS = {
    "cloudflare.json": 1533, "discord.json": 242, "github.json": 1223, "kubernetes.json": 1123, "msgraph-v1.json": 11422,
    "petstore-expanded.yaml": 4, "powerdns-auth.yaml": 43, "powerdns-served.json": 36, "slack.json": 174,
    "stripe.yaml": 468, "tmdb.json": 54, "twilio_api_v2010.json": 197,
}  # fmt: skip
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


@pytest.mark.parametrize("name", COUNTS)
def test_every_operation_of_every_document_is_there(shared: Path, name: str):
    source = load(shared / "specs" / name)
    operations = source.operations()
    own = sum(key in METHODS for item in source.document["paths"].values() for key in item)
    assert len(operations) == COUNTS[name] == own
    assert len({one.name for one in operations}) == len(operations)
    assert not source.notices
    for operation in operations:
        assert operation.signature.schemas.root is source.document


def test_path_level_parameters_are_kept(shared: Path):
    source = load(shared / "specs" / "discord.json")
    assert sum(bool(one.signature.parameters) for one in source.operations()) > 200


def test_the_corpus_loads_or_says_why_not(shared: Path):
    """Every fourth of it, counted a second time without our code; `bench/run.py --only corpus` reads all."""
    folder = shared / "openapi-corpus"
    loaded, failed = 0, {}
    for path in sorted(folder.iterdir())[::4]:
        raw = yaml.load(path.read_text(), Loader=yaml.CBaseLoader)
        expected = sum(key in METHODS for item in raw["paths"].values() for key in item)
        try:
            source = load(path)
        except DocumentError as error:
            failed[path.name] = error.message
            assert not expected
            continue
        loaded += 1
        assert len([one.signature for one in source.operations()]) == expected
    assert loaded >= 60
    # Nothing but definitions that other documents of the collection refer to.
    assert all("`paths` are empty" in message for message in failed.values()), failed
