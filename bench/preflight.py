"""What reading programs before they run costs, beside parsing them and beside the run itself, on GitHub's catalog.

    .venv/bin/python bench/preflight.py [DOCUMENT] [--tsc PATH]

In-process, so that the run has nothing of a worker's; each figure is the median of many, in milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from pathlib import Path

import keyhole
from keyhole.config import Config, SandboxSettings
from keyhole.preflight.preflight import Preflight
from keyhole.preflight.tsc import Tsc
from keyhole.sandbox.engine import Limits
from keyhole.sandbox.program import Program

USUAL = """\
const owner = "octocat", repo = "hello-world";
const issues = await github.issues_list_for_repo({ owner, repo, state: "open", per_page: 100 });
const open = issues.filter((issue) => !issue.pull_request);
const out = [];
for (const issue of open) {
  const comments = await github.issues_list_comments({ owner, repo, issue_number: issue.number });
  out.push({ number: issue.number, title: issue.title, comments: comments.length });
}
const labels = new Set();
for (const issue of issues) {
  for (const label of issue.labels) labels.add(label.name);
}
const stars = [];
try {
  const info = await github.repos_get({ owner, repo });
  stars.push(info.stargazers_count);
} catch (error) {
  console.log(error.message);
}
return { out, stars, labels: [...labels] };
"""
PROGRAMS = {
    "no API, 1 line": "return 1 + 1",
    "no API, 20 lines": USUAL.replace("github", "local"),
    "20 lines, 3 calls": USUAL,
    "60 lines, 9 calls": "\n".join(f"async function f{n}() {{\n{USUAL}}}\nawait f{n}();" for n in range(3)),
    "one wrong argument": USUAL.replace("state:", "stat:"),
    "one unknown operation": USUAL.replace("issues_list_for_repo", "issue_list"),
}


async def refuse(_name: str, _argument: object) -> object:
    return []


async def timed(function, times=200):
    await function()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        await function()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def sync(function):
    async def call():
        return function()

    return call


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("document", nargs="?", default=str(Path(__file__).parents[2] / "shared/specs/github.json"))
    parser.add_argument("--tsc", type=Path)
    options = parser.parse_args()
    config = Config(sandbox=SandboxSettings(in_process=True), tsc="off")
    async with keyhole.CodeMode([keyhole.OpenAPI(options.document, name="github")], config=config) as code_mode:
        code_mode.catalog.find("issues")  # the index is there before a server's first program
        edition = code_mode._open  # noqa: SLF001
        typed = Preflight(edition.gateway.catalog, Tsc(options.tsc)) if options.tsc else None
        print(f"{'program':24}{'parse':>8}{'read':>8}{'thread':>8}{'run':>8}{'read/run':>10}{'tsc':>8}")
        for name, text in PROGRAMS.items():
            program = Program.parse(text)
            parse = await timed(sync(lambda text=text: Program.parse(text)))
            mentions = "github" in text
            read = await timed(sync(lambda p=program: edition.preflight.reading(p))) if mentions else 0.0
            whole = await timed(lambda p=program: edition.preflight.read(p))
            run = await timed(lambda p=program: edition.engine.run(p, refuse, Limits()), 50)
            tsc = await timed(lambda p=program: typed.read(p), 20) if typed else 0.0
            print(f"{name:24}{parse:8.3f}{read:8.3f}{whole:8.3f}{run:8.3f}{whole / run:10.2f}{tsc:8.1f}")


asyncio.run(main())
