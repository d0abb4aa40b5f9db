"""Every declaration of every operation of the real documents, in each of its forms, under the compiler, strict."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from pathlib import Path

import pytest

from keyhole import tokens
from keyhole.catalog.catalog import Catalog
from keyhole.catalog.declare import MAX_TOKENS, declaration
from keyhole.catalog.describe import describe, describe_part
from keyhole.catalog.overview import declarations
from keyhole.config import Config
from keyhole.preflight.tsc import Tsc
from keyhole.sources.openapi.source import load

STRICT = ["--noEmit", "--pretty", "false", "--ignoreConfig", "--strict", "--target", "esnext", "--lib", "esnext", "--types", "", "--noResolve"]  # fmt: skip

DOCUMENTS = {
    "petstore-expanded.yaml": 1, "tmdb.json": 1, "powerdns-auth.yaml": 1, "powerdns-served.json": 1, "discord.json": 3,
    "slack.json": 1, "twilio_api_v2010.json": 1, "stripe.yaml": 9, "github.json": 5, "cloudflare.json": 7,
    "kubernetes.json": 15, "msgraph-v1.json": 90,
}  # fmt: skip
"""The documents, and which share of their operations is described at other depths: that takes long."""


@pytest.fixture(scope="module")
def compiler():
    """The compiler proper of this machine."""
    path = Config().compiler()
    if path is None or not asyncio.run(Tsc(path).serves()):
        reason = "there is no tsc 7 or newer here (KEYHOLE_TSC, PATH)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    return Tsc(path).path


def compiled(compiler, folder, texts):
    """Give what the compiler says of texts, each as if it were alone."""
    file = Path(folder, "declarations.ts")
    # Each namespace gets a name of its own: all of them are in one file, and none may see another.
    alone = (
        re.sub(r"^declare namespace (\w+)", rf"declare namespace \1_{at}", text, flags=re.MULTILINE)
        for at, text in texts
    )
    file.write_text("\n".join(alone), "utf-8")
    done = subprocess.run([compiler, *STRICT, file.name], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout[:2000]


def forms(operations, share):
    yield from (declaration(one) for one in operations)
    for one in operations[:: max(1, share // 10)]:
        yield declaration(one, budget=60)
        yield describe(one)
    for one in operations[::share]:
        yield describe(one, depth=1)
        yield describe(one, depth=8)
        for part, there in (("body", one.signature.body), ("result", one.signature.output)):
            if there is not None:
                yield describe_part(one, part)


def test_what_is_wrong_is_seen(compiler, tmp_path):
    status, said = compiled(compiler, tmp_path, [(0, "declare namespace a { function b(c: Nowhere): void }")])
    assert status
    assert "Cannot find name 'Nowhere'" in said


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_declaration_compiles_and_keeps_the_bound(compiler, shared, tmp_path, document):
    operations = load(shared / "specs" / document, name="api").operations()
    texts = list(forms(operations, DOCUMENTS[document]))
    sizes = [tokens.estimate(text) for text in texts]
    assert max(sizes) <= MAX_TOKENS, texts[sizes.index(max(sizes))]
    assert compiled(compiler, tmp_path, enumerate(texts)) == (0, "")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_search_answer_compiles(compiler, shared, tmp_path, document):
    catalog = Catalog(load(shared / "specs" / document, name="api").operations())
    # Neighbours share types; hits of a search are seldom of one place.
    some = catalog.operations[:: max(1, len(catalog.operations) // 1500)]
    texts = [declarations(some[at : at + 5]) for at in range(0, len(some), 5)]
    spread = len(some) // 5 or 1
    texts += [declarations(some[at::spread], best=(0, 1, 2)) for at in range(min(spread, 60))]
    assert compiled(compiler, tmp_path, enumerate(texts)) == (0, "")
