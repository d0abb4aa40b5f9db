"""Programs through Keyhole do on the demo API what an agent would: chain, page, write, upload, and be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import keyhole
from keyhole.demo import running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TOKEN = "a-token-that-nobody-sees"

CHAIN = """
const [project] = await tracker.projects_list({ q: "storefront" });
const stale = await tracker.issues_list_for_project({
  project: project.key, state: "open", label: ["bug"], assignee: "none", sort: "updated_at", direction: "asc",
});
const made = await tracker.issues_create({
  project: project.key,
  body: { title: "Nobody looks at these bugs", body: stale.map((i) => `- ${i.project}-${i.number}`).join("\\n"), labels: ["bug"] },
});
await tracker.comments_create({ project: project.key, number: made.number, body: { body: "Found by a program." } });
const seen = await tracker.get("/projects/{project}/issues/{number}", { project: project.key, number: made.number });
return { number: seen.number, comments: seen.comments, labels: seen.labels.map((l) => l.name), reporter: seen.reporter.username };
"""

PAGES = """
const kinds: Record<string, number> = {};
let cursor: string | undefined;
do {
  const page = await tracker.events_list_for_project({ project: "OLD", per_page: 20, ...(cursor ? { cursor } : {}) });
  for (const event of page.items) kinds[event.kind] = (kinds[event.kind] ?? 0) + 1;
  cursor = page.next_cursor ?? undefined;
} while (cursor);
return kinds;
"""

FILES = """
const bytes = new Uint8Array(1000).map((_, i) => i % 256);
const made = await tracker.attachments_upload({ project: "PAY", number: 3, body: { file: bytes, description: "all bytes" } });
const back = await tracker.attachments_download({ attachment_id: made.id });
const shorter = await tracker.attachments_replace({ attachment_id: made.id, body: bytes.slice(0, 10) });
return { size: made.size, description: made.description, same: back.every((b, i) => b === bytes[i]), back: back.length, shorter: shorter.size };
"""


@pytest.fixture(scope="module")
async def tracker() -> AsyncIterator[keyhole.CodeMode]:
    with running(TOKEN) as url:
        api = keyhole.OpenAPI(f"{url}/openapi.json", base_url=url, bearer=TOKEN)
        async with keyhole.CodeMode([api], allow="write") as code_mode:
            yield code_mode


async def value(code_mode: keyhole.CodeMode, program: str) -> Any:
    run = await code_mode.execute(program)
    assert run.error is None, run.error
    assert TOKEN not in repr(run)
    return run.value


async def test_a_program_chains_reads_and_writes(tracker: keyhole.CodeMode) -> None:
    assert await value(tracker, CHAIN) == {"number": 41, "comments": 1, "labels": ["bug"], "reporter": "ada"}


async def test_a_program_follows_cursors(tracker: keyhole.CodeMode) -> None:
    kinds = await value(tracker, PAGES)
    assert (kinds["project_created"], kinds["issue_created"]) == (1, 40)


async def test_a_program_uploads_and_downloads_bytes(tracker: keyhole.CodeMode) -> None:
    expected = {"size": 1000, "description": "all bytes", "same": True, "back": 1000, "shorter": 10}
    assert await value(tracker, FILES) == expected


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("return await tracker.issues_get({ project: 'WEB', number: 4711 })", "api_error"),
        ("return await tracker.issues_create({ project: 'WEB', body: { titel: 'typo' } })", "invalid_arguments"),
        ("return await tracker.issues_crate({ project: 'WEB' })", "unknown_operation"),
        ("return await tracker.projects_delete({ project: 'WEB', force: true })", "needs_approval"),
        (
            "return await tracker.request({ method: 'GET', path: '/me', headers: { authorization: 'Bearer x' } })",
            "invalid_arguments",
        ),
    ],
)
async def test_what_a_program_may_not_is_refused(tracker: keyhole.CodeMode, program: str, code: str) -> None:
    run = await tracker.execute(program)
    assert run.error is not None
    assert run.error.fields()["code"] == code
    assert run.error.fields()["hint"]
    assert await value(tracker, "return (await tracker.projects_get({ project: 'WEB' })).key") == "WEB"
