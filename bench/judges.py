"""Asks judges that are not ours about every operation of seven real documents: `python bench/judges.py [DOCUMENT …]`.

Valid arguments and damaged ones are drawn from the schemas (`tests/judges`), sent through Keyhole as a program does,
and what arrives on the wire is judged by openapi-core and by Prism. Prints Markdown; what each judge refused, and why,
is in `.cache/bench/judges/DOCUMENT.json`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import socket
import sys
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from peer import HOME, MissingPeerError, prism, swagger2openapi
from report import SHARED, Table, machine

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "judges"))

import judge_prism
from core_judge import CoreJudge
from judge_cases import Operations
from judge_damage import Damages
from judge_documents import FILES, as_openapi_3, for_judges
from judge_reasons import reason
from judge_wire import Sent, capturing, send

OUT = HOME / "judges"
_DAMAGED = 10


@dataclass
class Verdicts:
    """What came of one document."""

    operations: int = 0
    covered: int = 0
    seconds: float = 0.0
    valid: list[Sent] = field(default_factory=list)
    damaged: list[Sent] = field(default_factory=list)
    undrawn: list[tuple[str, str]] = field(default_factory=list)
    refused: dict[str, dict[str, list[tuple[str, str, str]]]] = field(default_factory=dict)
    """By judge, then `valid` or `damaged`: operation, kind of case, what the judge said."""

    no_prism: str = ""

    def sent(self, of: str) -> list[Sent]:
        return [one for one in getattr(self, of) if one.raw is not None]


async def judged(name: str, *, with_prism: bool, damages: int) -> Verdicts:
    """Draw, send and judge one document."""
    started = time.perf_counter()
    found = Verdicts()
    path = SHARED / "specs" / FILES[name]
    async with capturing() as capture:
        document = for_judges(as_openapi_3(path, swagger2openapi(), OUT / f"{name}.3.json"), capture.url)
        operations = Operations(document)
        damaging = Damages(operations, damages)
        valid, damaged = [], []
        for operation, raw, parameters in operations:
            found.operations += 1
            drawn = operations.valid(operation, raw, parameters)
            found.covered += bool(drawn)
            valid += drawn
            damaged += damaging.of(raw, parameters, drawn)
        found.undrawn = operations.skipped
        for number, case in enumerate([*valid, *damaged]):
            case.number = number
        found.valid = await send(path, document, valid, capture, HOME / "cache")
        found.damaged = await send(path, document, damaged, capture, HOME / "cache")
    print(f"{name}: sent, {time.perf_counter() - started:.0f} s", file=sys.stderr)
    core = CoreJudge(document)
    found.refused["openapi-core"] = {
        of: [(one.case.operation, one.case.kind, why) for one in found.sent(of) if (why := core.problem(one.raw))] for of in ("valid", "damaged")  # noqa: E501
    }  # fmt: skip
    print(f"{name}: openapi-core, {time.perf_counter() - started:.0f} s", file=sys.stderr)
    if with_prism:
        try:
            await _ask_prism(name, document, found)
        except (judge_prism.NoPrismError, MissingPeerError) as why:
            found.no_prism = str(why)
    found.seconds = time.perf_counter() - started
    print(f"{name}: done, {found.seconds:.0f} s", file=sys.stderr)
    return found


async def _ask_prism(name: str, document: dict[str, Any], found: Verdicts) -> None:
    told: dict[str, list[tuple[str, str, str]]] = {"valid": [], "damaged": []}
    async with judge_prism.prism(prism(), document, OUT / f"{name}.prism.json", _free_port()) as judge:
        for of, refused in told.items():
            for one in found.sent(of):
                if why := await judge.problem(one.raw or b""):
                    refused.append((one.case.operation, one.case.kind, why))
    found.refused["Prism"] = told


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def tables(every: dict[str, Verdicts]) -> list[Table]:
    """Give the rates, and what was refused by reason."""
    rates = Table(
        "Valid arguments",
        ["document", "operations", "requests", "sent by Keyhole", "accepted by openapi-core", "accepted by Prism"],
    )
    wrong = Table(
        "Damaged arguments",
        ["document", "cases", "refused by Keyhole", "sent", "of these refused by openapi-core", "by Prism"],
    )
    for name, one in every.items():
        sent = one.sent("valid")
        rates.add(
            name, f"{one.covered:,} of {one.operations:,}", f"{len(one.valid):,}", _share(len(sent), len(one.valid)),
            *(_accepted(one, judge) for judge in ("openapi-core", "Prism")),
        )  # fmt: skip
        passed = one.sent("damaged")
        wrong.add(
            name, f"{len(one.damaged):,}", _share(len(one.damaged) - len(passed), len(one.damaged)), len(passed),
            *(len(one.refused[judge]["damaged"]) if judge in one.refused else "-" for judge in ("openapi-core", "Prism")),  # noqa: E501
        )  # fmt: skip
    return [rates, wrong, _reasons(every, "valid"), _reasons(every, "damaged")]


def _reasons(every: dict[str, Verdicts], of: str) -> Table:
    title = (
        "Valid arguments that a judge refuses"
        if of == "valid"
        else "Damaged arguments that are sent and a judge refuses"
    )
    table = Table(title, ["why", "judge", "requests", "documents", "such as"])
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for name, one in every.items():
        for judge, told in one.refused.items():
            for operation, kind, why in told[of]:
                groups.setdefault((reason(judge, kind, why), judge), []).append((name, operation))
    for (why, judge), cases in sorted(groups.items(), key=lambda item: -len(item[1])):
        table.add(why, judge, len(cases), ", ".join(dict.fromkeys(name for name, _ in cases)), f"`{cases[0][1]}`")
    return table


def _accepted(one: Verdicts, judge: str) -> str:
    if judge not in one.refused:
        return one.no_prism or "-"
    sent = len(one.sent("valid"))
    return _share(sent - len(one.refused[judge]["valid"]), sent)


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({100 * part / whole:.2f}%)" if whole else "-"


def main() -> int:
    """Judge the documents and print the tables; 1 where Keyhole refuses something valid, or a judge says what is not explained."""  # noqa: E501
    parser = argparse.ArgumentParser(prog="python bench/judges.py", description="Judges not our own, as Markdown.")
    parser.add_argument("documents", nargs="*", choices=[*FILES, []], help="only these")
    parser.add_argument("--damages", type=int, default=_DAMAGED, help="the most damaged cases an operation")
    parser.add_argument("--without-prism", action="store_true")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    warnings.simplefilter("ignore")
    OUT.mkdir(parents=True, exist_ok=True)
    every: dict[str, Verdicts] = {}
    for name in options.documents or FILES:
        one = every[name] = asyncio.run(judged(name, with_prism=not options.without_prism, damages=options.damages))
        refused = [(sent.case.operation, sent.case.kind, sent.refused) for sent in one.valid if sent.raw is None]
        (OUT / f"{name}.json").write_text(
            json.dumps({"judges": one.refused, "refused": refused, "undrawn": one.undrawn}, indent=1), "utf-8"
        )
    print(f"{machine()}\n")
    made = tables(every)
    for table in made:
        print(table.markdown(), flush=True)
    unexplained = Counter(row[0] for table in made[2:] for row in table.rows)["not explained"]
    return 1 if unexplained or any(len(one.sent("valid")) < len(one.valid) for one in every.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
