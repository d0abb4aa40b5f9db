"""Token counts: exact with the ranks, an honest estimate without, and never a download."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyhole import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    yield
    tokens._State.wanted, tokens._State.ranks_dir, tokens._State.counter = False, None, None


@pytest.fixture
def ranks(shared: Path) -> Path:
    tokens.configure(shared / "ranks")
    return shared / "ranks"


@pytest.fixture(scope="module")
def slices(shared: Path) -> list[str]:
    pick = random.Random(7)
    found: list[str] = []
    for name in ("github.json", "stripe.yaml", "slack.json", "tmdb.json"):
        text = (shared / "specs" / name).read_text()
        found += [text[start : start + 4000] for start in (pick.randrange(len(text) - 4000) for _ in range(15))]
    return found


def reference(ranks: Path):
    """tiktoken's own encoding, by name, in a process of its own: it takes its folder from the environment."""
    script = "import sys,json,tiktoken; e=tiktoken.get_encoding('o200k_base'); print(json.dumps([len(e.encode_ordinary(t)) for t in json.load(sys.stdin)]))"

    def count(texts: list[str]) -> list[int]:
        import json

        done = subprocess.run(
            [sys.executable, "-c", script], input=json.dumps(texts), capture_output=True, text=True, check=True,
            env={**os.environ, "TIKTOKEN_CACHE_DIR": str(ranks)},
        )  # fmt: skip
        return json.loads(done.stdout)

    return count


def test_with_the_ranks_a_count_is_exact(ranks, slices):
    texts = [
        *slices,
        "",
        "don't DON'T I'll",
        "héé 漢字 🤖\u200d",
        " " * 300 + "\r\n\n x",
        "<|endoftext|>",
        "İıſK 12345",
        "a" * 3000,
    ]
    assert tokens.exact()
    assert [tokens.count(text) for text in texts] == reference(ranks)(texts)


def test_without_the_ranks_it_is_an_estimate_and_says_so(monkeypatch, ranks, slices):
    right = [tokens.count(text) for text in slices]
    monkeypatch.setattr(tokens, "find_spec", lambda _name: None)
    tokens.configure(None)
    assert not tokens.exact()
    errors = sorted(abs(tokens.count(text) / n - 1) for text, n in zip(slices, right, strict=True))
    assert sum(errors) / len(errors) < 0.07
    assert errors[int(len(errors) * 0.9)] < 0.15


@pytest.mark.parametrize("content", [None, b"", b"IQ== 0\n"])
def test_ranks_that_are_missing_or_are_not_these_are_not_used_and_not_fetched(tmp_path, monkeypatch, content):
    if content is not None:
        (tmp_path / tokens.RANKS_NAME).write_bytes(content)
    monkeypatch.setattr("socket.socket.connect", lambda *_a: pytest.fail("opened a connection"))
    has = tokens.find_spec
    monkeypatch.setattr(tokens, "find_spec", lambda name: has(name) if name == "tiktoken" else None)
    tokens.configure(tmp_path)
    assert not tokens.exact()
    assert tokens.count("hello world") == 2


def test_an_estimate_of_a_long_text_is_rather_too_high_and_reads_a_part_of_it(ranks, shared):
    text = (shared / "specs" / "slack.json").read_text()
    right = tokens.count(text)
    assert right <= tokens.estimate(text) < right * 1.35
    assert tokens.estimate(text * 20) == pytest.approx(right * 20, rel=0.35)
    assert tokens.estimate("") == 0


@settings(deadline=None)  # the first count reads the ranks
@given(st.text())
def test_any_text_can_be_counted(text):
    assert tokens.count(text) >= 0
    assert tokens.estimate(text) >= 0


def test_a_lone_surrogate_is_counted_too(ranks):
    assert tokens.count("a\ud800b") >= 1
    assert tokens.estimate("a\ud800b") >= 1


def test_bpe_openai_counts_long_texts_as_tiktoken_does(shared: Path) -> None:
    text = (shared / "specs" / "github.json").read_text()[:1_700_000]
    tokens.configure(shared / "ranks")
    exact = tokens.count(text)
    tokens.configure(None)
    assert tokens.exact(), "bpe-openai is installed for the tests"
    assert tokens.count(text) == exact


def test_nobody_pays_for_exact_counts_who_did_not_ask() -> None:
    code = "import sys, keyhole.tokens as t; t.count('some text'); print(t.exact(), {'tiktoken', 'bpe_openai'} & {*sys.modules})"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False set()"
