"""Reads one document the way Keyhole does, and counts its operations a second way, for `corpus.py`."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

import tree_sitter
import tree_sitter_typescript
import yaml

from keyhole.catalog.declare import declaration
from keyhole.errors import DocumentError
from keyhole.sources.openapi import load
from keyhole.tokens import estimate

BUDGET = 400
_PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_typescript.language_typescript()))
_METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|#/\S+|(?<=: )/\S+")


def read(path: Path) -> dict[str, Any]:
    """Read, declare every operation, and count. Gives what `corpus.py` adds up; nothing is raised but what is a bug."""
    started = time.perf_counter()
    try:
        source = load(path)
    except DocumentError as error:
        found: dict[str, Any] = {"why": _kind(error.message.replace(str(path), "it"))}
        return {**found, "s": time.perf_counter() - started, "mb": _peak_mb(), "expected": count(_raw(path)), "got": 0}
    took, peak = time.perf_counter() - started, _peak_mb()
    operations = source.operations()
    texts = [declaration(operation, budget=BUDGET) for operation in operations]
    sizes = [estimate(text) for text in texts]
    declared = time.perf_counter() - started - took
    wrong = [one.qualified for one, text in zip(operations, texts, strict=True) if not _parses(text)]
    return {
        "s": took,
        "mb": peak,
        "expected": count(_raw(path)),
        "got": len({(one.method, one.path) for one in operations}),
        "notices": Counter(_kind(notice.message) for notice in source.notices),
        "declare_s": declared,
        "over": [[one.qualified, size] for one, size in zip(operations, sizes, strict=True) if size > BUDGET],
        "wrong": wrong,
    }


def count(document: Any) -> int:
    """Count the operations of a parsed document: the methods of each of its paths, a path item's `$ref` followed.

    Shares no code with Keyhole: lists and texts in place of objects count as nothing.
    """
    paths = document.get("paths") if isinstance(document, dict) else None
    if not isinstance(paths, dict):
        return 0
    total = 0
    for path, found in paths.items():
        item, hops = found, 0
        methods: dict[str, Any] = {}
        while isinstance(item, dict) and hops < 10:
            methods = {**item, **methods}
            item, hops = _pointed(document, item.get("$ref")), hops + 1
        if not str(path).startswith("x-"):
            total += sum(key in _METHODS and isinstance(value, dict) for key, value in methods.items())
    return total


def _parses(text: str) -> bool:
    return not _PARSER.parse(text.encode()).root_node.has_error


def _pointed(document: Any, ref: Any) -> Any:
    if not isinstance(ref, str) or not ref.startswith("#/"):
        return None
    found = document
    for part in ref[2:].split("/"):
        key = re.sub(r"%([0-9A-Fa-f]{2})", lambda match: chr(int(match[1], 16)), part)
        found = found.get(key.replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
    return found


def _raw(path: Path) -> Any:
    text = path.read_text("utf-8-sig")
    try:
        return json.loads(text, strict=False)
    except ValueError:
        return yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))


def _kind(message: str) -> str:
    return _QUOTED.sub("…", message)[:160]


def _peak_mb() -> float:
    """Give the most memory that this process has held (VmHWM of proc_pid_status(5)), in MB."""
    status = Path("/proc/self/status").read_text("utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024
