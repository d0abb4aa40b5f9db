"""SQLite's FTS5 over given operations and queries. Argument: a JSON file as bench/search.py writes it. Prints JSON."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from pathlib import Path

job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
columns = [f"c{at}" for at in range(len(job["weights"]))]

started = time.perf_counter()
base = sqlite3.connect(":memory:")
base.execute(f"CREATE VIRTUAL TABLE operations USING fts5({', '.join(columns)}, content='')")
base.executemany(
    f"INSERT INTO operations(rowid, {', '.join(columns)}) VALUES (?, {', '.join('?' * len(columns))})",
    ([at, *texts] for at, texts in enumerate(job["operations"])),
)
base.execute("INSERT INTO operations(operations) VALUES ('optimize')")
index_ms = (time.perf_counter() - started) * 1000

pages = base.execute("PRAGMA page_count").fetchone()[0] * base.execute("PRAGMA page_size").fetchone()[0]
weights = ", ".join(str(weight) for weight in job["weights"])
select = f"SELECT rowid FROM operations WHERE operations MATCH ? ORDER BY bm25(operations, {weights}), rowid LIMIT ?"
ranked: list[list[int]] = []
query_ms: list[float] = []
for terms in job["queries"]:
    started = time.perf_counter()
    match = " OR ".join(f'"{term}"' for term in terms)
    ranked.append([row[0] for row in base.execute(select, (match, job["limit"]))] if match else [])
    query_ms.append((time.perf_counter() - started) * 1000)
found = {"version": sqlite3.sqlite_version, "index_ms": index_ms, "memory_mb": pages / 1e6}
print(json.dumps({**found, "query_ms": query_ms, "ranked": ranked}))
