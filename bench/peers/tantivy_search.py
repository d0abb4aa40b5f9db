"""tantivy over given operations and queries. Argument: a JSON file as bench/search.py writes it. Prints JSON."""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import tantivy

job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
columns = [f"c{at}" for at in range(len(job["weights"]))]


def resident_mb() -> float:
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


before, started = resident_mb(), time.perf_counter()
builder = tantivy.SchemaBuilder()
builder.add_unsigned_field("place", stored=True)
for column in columns:
    builder.add_text_field(column, tokenizer_name="whitespace", index_option="freq")
schema = builder.build()
index = tantivy.Index(schema)
writer = index.writer(num_threads=1)
for at, texts in enumerate(job["operations"]):
    document = tantivy.Document()
    document.add_unsigned("place", at)
    for column, text in zip(columns, texts, strict=True):
        document.add_text(column, text)
    writer.add_document(document)
writer.commit()
writer.wait_merging_threads()
index.reload()
index_ms, memory = (time.perf_counter() - started) * 1000, resident_mb() - before

searcher = index.searcher()
ranked: list[list[int]] = []
query_ms: list[float] = []
for terms in job["queries"]:
    started = time.perf_counter()
    wanted = [
        (
            tantivy.Occur.Should,
            tantivy.Query.boost_query(tantivy.Query.term_query(schema, column, term, "freq"), weight),
        )
        for column, weight in zip(columns, job["weights"], strict=True)
        for term in terms
    ]
    hits = searcher.search(tantivy.Query.boolean_query(wanted), job["limit"]).hits if wanted else []
    ranked.append([searcher.doc(address)["place"][0] for _, address in hits])
    query_ms.append((time.perf_counter() - started) * 1000)
found = {"version": version("tantivy"), "index_ms": index_ms, "memory_mb": memory}
print(json.dumps({**found, "query_ms": query_ms, "ranked": ranked}))
