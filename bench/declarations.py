"""Tokens of one operation's declaration and of one right answer, next to the same as JSON and to what others answer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from peer import MissingPeerError, fastmcp_schemas
from report import SHARED, Table
from resolved import CLOUDFLARE_CHARS, MOST, cloudflare, raw

from keyhole import tokens
from keyhole.answer.search import NEAR, Search
from keyhole.catalog.catalog import Catalog
from keyhole.catalog.declare import declaration
from keyhole.catalog.describe import describe
from keyhole.sources.openapi.source import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyhole.catalog.operation import Operation

SMALL = 300
"""An operation whose JSON is smaller is cheap in any form, and does not count."""

_SAMPLE = 300
_MOST_TOOLS = 2_000
_FORMS = ("JSON", "Cloudflare", "FastMCP", "FastMCP, full", "search", "describe")
_SIZES = ["document", "operations", "JSON", "Cloudflare's way", "FastMCP `get_schema`", "…, `full`"]
_SIZES += ["Keyhole, a declaration", "Keyhole, `describe`", "JSON over a declaration", "p90 / most of `describe`"]
_ANSWERS = ["document", "queries", "Keyhole: `search`", "right", "tokens a right answer"]
_ANSWERS += ["FastMCP: `search` + `get_schema`", "right", "tokens a right answer"]


@dataclass
class _Document:
    """One document: its operations that are counted, with the tokens of each form; what is asked of it."""

    name: str
    catalog: Catalog
    root: dict[str, Any]
    operations: Sequence[Operation]
    queries: list[tuple[str, frozenset[str]]]


async def measure(*, quick: bool) -> list[Table]:
    """Measure every document of ../shared/specs; of a large one, evenly spread operations."""
    tokens.configure(SHARED / "ranks")
    paths = sorted(path for path in (SHARED / "specs").iterdir() if not quick or path.stat().st_size < 1_000_000)
    sizes = Table("One operation, in o200k tokens: medians over the operations whose JSON is over 300", _SIZES)
    sizes.notes.append(
        f"JSON: parameters, body and responses, compact, with every reference written out (but where it "
        f"is inside of itself), counted up to {MOST:,} characters. Cloudflare's way: a program returns the operation "
        "from a document with references written out (once in each of the three), indented, cut at "
        f"{CLOUDFLARE_CHARS:,} characters. FastMCP reads OpenAPI 3 alone, does not dereference here, and took too long "
        f"for more than {_MOST_TOOLS:,} operations. Of a document with more than {_SAMPLE}, so many are counted."
    )
    answers = Table("One right answer, in o200k tokens", _ANSWERS)
    answers.notes.append(
        "Right: an answer holds an operation that does what was asked, and all that a call of it must give. FastMCP's "
        "`search` lists 50 names with descriptions by default; the schema is asked of the right one only."
    )
    every: list[dict[str, int]] = []
    for path in paths:
        document = _read(path, quick=quick)
        theirs = _fastmcp(document)
        rows = [found for one in document.operations if (found := _counted(one, document, theirs))["JSON"] > SMALL]
        every += rows
        _add(sizes, path.name, rows)
        if document.queries:
            _answers(answers, document, theirs)
    _add(sizes, "*all*", every)
    return [sizes, answers]


def _read(path: Path, *, quick: bool) -> _Document:
    source = load(path, name="api")
    operations = source.operations()
    step = max(1, len(operations) // (20 if quick else _SAMPLE))
    queries: list[tuple[str, frozenset[str]]] = []
    for file in sorted((SHARED / "queries").glob("*.json")):
        for entry in json.loads(file.read_text("utf-8")):
            if entry["document"] == path.name:
                gold = frozenset(entry.get("gold") or entry["gold_sequence"])
                queries += [(entry[key], gold) for key in ("query", "keywords") if key in entry]
    return _Document(path.name, Catalog(operations), source.document, operations[::step], queries)


def _fastmcp(document: _Document) -> dict[str, Any]:
    """Give FastMCP's answers; none where it does not read the document, or is not on this machine."""
    if "openapi" not in document.root or len(document.catalog.operations) > _MOST_TOOLS:
        return {}
    with TemporaryDirectory() as folder:
        file, asked = Path(folder, "document.json"), Path(folder, "queries.json")
        file.write_text(json.dumps(document.root), "utf-8")
        asked.write_text(json.dumps([query for query, _ in document.queries]), "utf-8")
        try:
            return fastmcp_schemas(file, asked, MOST)
        except MissingPeerError:
            return {}


def _counted(operation: Operation, document: _Document, theirs: dict[str, Any]) -> dict[str, int]:
    texts = {
        "JSON": raw(operation, document.root),
        "Cloudflare": cloudflare(operation, document.root),
        "search": declaration(operation),
        "describe": describe(operation),
    }
    schemas = theirs.get("schemas", {}).get(f"{operation.method} {operation.path}")
    if schemas:
        texts |= {"FastMCP": schemas[0], "FastMCP, full": schemas[1]}
    return {form: tokens.count(text) for form, text in texts.items()}


def _add(table: Table, name: str, rows: list[dict[str, int]]) -> None:
    def middle(values: Iterable[float]) -> str:
        found = list(values)
        return f"{median(found):,.0f}" if found else "-"

    if not rows:
        table.add(name, 0, *["-"] * (len(table.columns) - 2))
        return
    described = sorted(row["describe"] for row in rows)
    times = median(row["JSON"] / row["search"] for row in rows)
    table.add(
        name, f"{len(rows):,}", *(middle(row[form] for row in rows if form in row) for form in _FORMS),
        f"{times:.1f} times", f"{described[int(len(rows) * 0.9)]:,} / {described[-1]:,}",
    )  # fmt: skip


def _answers(table: Table, document: _Document, theirs: dict[str, Any]) -> None:
    ours = [_ours(document.catalog, query, gold) for query, gold in document.queries]
    cells = [*_right(ours)]
    if theirs:
        cells += _right([_theirs(theirs, query, gold) for query, gold in document.queries])
    else:
        cells += ["-"] * 3
    table.add(document.name, len(ours), *cells)


def _right(found: list[tuple[int, bool]]) -> list[str]:
    spent, right = sum(size for size, _ in found), sum(good for _, good in found)
    each = f"{spent / right:,.0f}" if right else "-"
    return [f"{median(size for size, _ in found):,.0f}", f"{right / len(found):.2f}", each]


def _ours(catalog: Catalog, query: str, gold: frozenset[str]) -> tuple[int, bool]:
    answer = Search.of(query, catalog.search(query, limit=5 + NEAR), limit=5)
    text = answer.text()
    return tokens.count(text), any(_callable(one, text) for one in answer.hits if f"{one.method} {one.path}" in gold)


def _callable(operation: Operation, text: str) -> bool:
    """Say whether an answer declares an operation with all that a call must give, its body's fields included."""
    line = next((line for line in text.splitlines() if line.startswith(f"function {operation.name}(")), "")
    taken = line.partition("): Promise<")[0]
    # What several take is declared before.
    for name in re.findall(r": ([A-Z]\w*)", taken):
        taken += next((each for each in text.splitlines() if each.startswith(f"type {name} =")), "")
    signature = operation.signature
    needed = [one.name for one in signature.parameters if one.required]
    if signature.body and signature.body.required:
        needed += ["body", *signature.schemas.required(signature.body.schema)]
    shown = re.sub(r"/\*.*?\*/", "", taken)
    return (
        bool(line) and "body: {  }" not in shown and all(re.search(rf"\b{re.escape(one)}\b", shown) for one in needed)
    )


def _theirs(theirs: dict[str, Any], query: str, gold: frozenset[str]) -> tuple[int, bool]:
    text, routes = theirs["searches"][query]
    right = next((route for route in routes if route in gold), None)
    schema = theirs["schemas"][right][0] if right else ""
    return tokens.count(text) + tokens.count(schema), right is not None
