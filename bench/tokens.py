"""What an API costs in a model's context, four ways, for every document: counted by `keyhole tokens`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from report import SHARED, Table


async def measure(*, quick: bool) -> list[Table]:
    """Count for every document of ../shared/specs."""
    documents = sorted((SHARED / "specs").iterdir())
    if quick:
        documents = [path for path in documents if path.stat().st_size < 100_000]
    rows: list[dict[str, Any]] = []
    estimated = False
    for path in documents:
        done = subprocess.run(  # noqa: ASYNC221  (a bench may block)
            [sys.executable, "-m", "keyhole", "tokens", str(path), "--json"],
            env={**os.environ, "TIKTOKEN_CACHE_DIR": str(SHARED / "ranks")},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"keyhole tokens {path.name}: {done.stderr.strip()[-500:]}")
        estimated = estimated or "estimate" in done.stderr
        rows += json.loads(done.stdout)["documents"]
    names = ["document", "operations", "the document itself", "a tool an operation, full schemas"]
    table = Table(
        "What a model's context holds before the first call, in o200k tokens",
        [*names, "required parameters only", "Keyhole"],
    )
    if estimated:
        table.notes.append("These are estimates: the o200k ranks were not found.")
    for row in rows:
        keys = ("operations", "raw", "native_full", "native_required", "keyhole")
        table.add(os.path.basename(str(row["document"])), *(f"{row[key]:,}" for key in keys))  # noqa: PTH119  (it may be a URL)
    table.add(
        "*published by Cloudflare for its API*", "2,500+", "about 2,000,000", "1,170,523", "244,047", "1,069 (theirs)"
    )
    return [table]
