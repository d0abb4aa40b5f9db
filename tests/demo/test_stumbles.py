"""What models wrote and stumbled over: each of these works now, or says what it is about."""

from __future__ import annotations

import pytest

import keyhole
from keyhole.config import Config, RunLimits
from keyhole.demo import running

TOKEN = "a-token-that-nobody-may-see"


@pytest.fixture(scope="module")
async def code_mode(cache):
    with running(TOKEN) as url:
        api = keyhole.OpenAPI(f"{url}/openapi.json", name="tracker", base_url=url, bearer=TOKEN, at_once=4)
        config = Config(cache_dir=cache, limits=RunLimits(api_calls=60))
        async with keyhole.CodeMode([api], config=config, allow="all") as opened:
            opened.base = url
            yield opened


async def text(code_mode, code):
    return (await code_mode.execute(code)).text()


RETRY = """
let tries = 0;
async function again(call) {
  for (;;) {
    try { tries++; return await call(); }
    catch (e) { if (tries > 5 || !(e.status === 429 || e.status >= 500 || !e.status)) return [tries, e.code, e.status, e.sent]; }
  }
}
"""


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("tracker.issues_get({ project: 'WEB', number: ['first'][0] })", "invalid_arguments"),
        ("tracker[['nope'][0]]({})", "unknown_operation"),
    ],
)
async def test_a_loop_that_tries_again_ends_at_what_is_refused(code_mode, call, code):
    run = await code_mode.execute(f"{RETRY} return again(() => {call})")
    assert run.value == [1, code, 400, False]


async def test_a_loop_that_tries_again_ends_where_the_budget_does(code_mode):
    spent = "for (let n = 0; n < 60; n++) await tracker.meta_me();"
    run = await code_mode.execute(f"{RETRY} {spent} return again(() => tracker.meta_me())")
    assert run.value == [1, "budget", 400, False]


async def test_what_nobody_awaited_is_remarked(code_mode):
    one = (
        "[1, 2, 3].forEach(async (number) => { await tracker.issues_get({ project: 'WEB', number }) }); return 'early'"
    )
    said = await text(code_mode, one)
    assert said.startswith("early\nnote: 3 calls had not ended when the program returned")
    assert "Promise.all" in said
    said = await text(code_mode, "setTimeout(() => console.log('late'), 20); return 1")
    assert said == "1\nnote: 1 timer had not fired when the program returned, and never will: await a delay"
    guard = "return Promise.race([tracker.meta_me(), new Promise((_, no) => setTimeout(no, 10000))]).then((me) => me.username)"
    assert await text(code_mode, guard) == "ada"
    assert await text(code_mode, "const t = setInterval(() => 1, 10); return 1") == "1"


async def test_a_request_that_reads_is_no_write_of_the_answer(code_mode):
    said = await text(code_mode, "return tracker.request({ path: '/nowhere' }).catch((e) => e.status)")
    assert said == "404"
    said = await text(code_mode, "await tracker.request({ path: '/nowhere' })")
    assert "not in the document: " not in said
    assert "tracker.request GET /nowhere → 404" in said
    said = await text(code_mode, "return tracker.request({ method: 'POST', path: '/nowhere' }).catch((e) => e.status)")
    assert said == "404\n--- writes ---\nnot in the document: tracker.request POST /nowhere → 404"


async def test_many_writes_keep_the_first_path(code_mode):
    code = (
        "for (let n = 0; n < 25; n++) await tracker.request({ method: 'POST', path: '/nowhere/' + n }).catch(() => 0)"
    )
    said = await text(code_mode, code)
    assert "tracker.request POST /nowhere/0, … → 404 (25 times)" in said


@pytest.mark.parametrize(
    "call",
    [
        "tracker.get('projects/WEB')", "tracker.GET('/projects/WEB')", "tracker.get(base + '/projects/WEB?x=')",
        "tracker.request({ path: base + '/projects/WEB' })", "tracker.request({ method: 'get', path: 'projects/WEB' })",
        "tracker.get.raw('projects/{project}', { project: 'WEB' }).then((r) => r.json())", "tracker.projectsGet({ project: 'WEB' })",
    ],
)  # fmt: skip
async def test_a_path_may_be_written_in_many_ways(code_mode, call):
    base = f"const base = {code_mode.base!r};"
    call = call.replace("?x=", "")
    run = await code_mode.execute(f"{base} return (await {call}).key")
    assert (run.error, run.value) == (None, "WEB")


async def test_a_url_of_another_place_is_refused(code_mode):
    for url in ("https://evil.example/projects/WEB", "http://127.0.0.1:1/projects/WEB", "file:///etc/passwd"):
        run = await code_mode.execute(f"return await tracker.get('{url}')")
        assert run.error is not None
        assert "is outside of the API's own address" in run.error.message
        assert not run.calls


async def test_a_name_but_for_a_letter_finds_what_begins_so(code_mode):
    said = await text(code_mode, "return await tracker.issues_lst()")
    assert "tracker.issues_list_for_project" in said


async def test_headers_are_found_as_fetch_finds_them(code_mode):
    code = """
    const r = await tracker.projects_list.raw({ per_page: 1 });
    if (!r.ok) throw new Error('not ok');
    const total = [r.headers.get('X-Total-Count'), r.headers['X-Total-Count'], r.headers['x-total-count'], r.headers.get('nope')];
    return [total, r.headers.has('link'), (await r.json()).length, JSON.parse(await r.text()).length, Object.keys(r)];
    """
    run = await code_mode.execute(code)
    assert run.value == [["6", "6", "6", None], True, 1, 1, ["status", "ok", "headers", "body"]]


async def test_a_body_taken_for_a_response_says_what_it_is(code_mode):
    for use in ("r.json()", "r.headers.get('link')"):
        said = await text(code_mode, f"const r = await tracker.meta_me(); return {use}")
        assert "hint: A call gives the parsed body itself, no Response" in said


async def test_typeof_tells_what_is_absent_and_a_use_tells_why(code_mode):
    code = "return [typeof process !== 'undefined' && process.env.HOME, typeof fetch, typeof require, typeof navigator, global === globalThis]"
    assert (await code_mode.execute(code)).value == [False, "undefined", "undefined", "undefined", True]
    own = "const fetch = (x) => x; const f = ({ process }) => typeof process; return [typeof fetch, f({ process: 1 })]"
    assert (await code_mode.execute(own)).value == ["function", "number"]
    assert "Configuration and credentials stay outside" in await text(code_mode, "return process.env.TOKEN")


async def test_hundreds_of_calls_at_once_all_come_through(code_mode):
    code = "return (await Promise.all(Array.from({ length: 60 }, () => tracker.meta_me()))).length"
    assert (await code_mode.execute(code)).value == 60
