"""Real documents: the overlay that lint writes applies, mends what it says, brings nothing new, and loses no operation."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from keyhole.cli.lint import yaml_of
from keyhole.errors import DocumentError
from keyhole.sources.openapi import load
from keyhole.sources.openapi.lint.lint import lint, overlay_of

if TYPE_CHECKING:
    from pathlib import Path

SPECS = [
    "cloudflare.json", "discord.json", "github.json", "kubernetes.json", "petstore-expanded.yaml", "powerdns-auth.yaml",
    "powerdns-served.json", "slack.json", "stripe.yaml", "tmdb.json", "twilio_api_v2010.json",
]  # fmt: skip
BAD = {"error", "warning"}


def called(source):
    return [(one.method, one.path, one.name) for one in source.operations()]


def round_trip(path: Path, folder: Path) -> tuple[int, int]:
    """Give how many findings there are, and how many of them an overlay mends, checked."""
    source = load(path)
    before = lint(source)
    overlay = overlay_of(before, source.title)
    mended = [one for one in before if one.edits]
    if overlay is None:
        assert not mended
        return len(before), 0
    (folder / "fix.yaml").write_text(yaml_of(overlay), "utf-8")
    changed = load(path, overlays=[folder / "fix.yaml"])
    assert not [notice for notice in changed.notices if notice.rule == "overlay-idle"]
    assert len(called(changed)) == len(called(source))
    if not any(one.rule in ("name-twice", "path-slash") for one in mended):
        assert called(changed) == called(source)
    after = lint(changed)
    left = {(one.rule, one.spot.parts, one.message) for one in after}
    assert not [one for one in mended if (one.rule, one.spot.parts, one.message) in left]
    was, now = (Counter(one.rule for one in found if one.severity in BAD) for found in (before, after))
    assert all(now[rule] <= was[rule] for rule in now), (was, now)
    return len(before), len(mended)


@pytest.mark.parametrize("name", SPECS)
def test_the_overlay_of_a_document(shared: Path, tmp_path: Path, name: str):
    round_trip(shared / "specs" / name, tmp_path)


def test_the_overlays_of_a_hundred_documents(shared: Path, tmp_path: Path):
    paths = sorted((shared / "openapi-corpus").iterdir())
    found = mended = read = 0
    for path in [*paths[::3], *paths[1::13]]:
        try:
            told = round_trip(path, tmp_path)
        except DocumentError:
            continue
        read, found, mended = read + 1, found + told[0], mended + told[1]
    assert read >= 100
    assert mended >= 8
