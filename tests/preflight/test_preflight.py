"""What a program does wrong is told before anything is sent; and nothing that works is stopped."""

from __future__ import annotations

import re

import pytest
from inline_snapshot import snapshot
from working import WORKING
from wrong import WRONG

from keyhole.gateway.audit import Audit
from keyhole.gateway.decision import Budget
from keyhole.gateway.door import Door
from keyhole.sandbox.engine import Failed, Finished, Limits
from keyhole.sandbox.program import Program


async def unread(code_mode, text):
    """Run a program as if there were no preflight."""
    edition = code_mode._open
    way = edition.gateway.way(Audit(), Budget(100, 1 << 20))
    return await edition.engine.run(Program.parse(text), Door(edition.gateway, way), Limits())


def listed(programs):
    return [f"{at}-{text[:50]!r}" for at, text in enumerate(programs)]


@pytest.mark.parametrize(("text", "told"), WRONG, ids=listed(text for text, _ in WRONG))
async def test_a_wrong_program_is_told_what_is_wrong(tracker, text, told):
    run = await tracker.execute(text)
    assert run.error is not None
    assert (run.error.kind, run.calls) == ("preflight", ())
    assert run.error.message.startswith("nothing has been sent yet.")
    assert run.error.line == told[0][0]
    for line, words in told:
        assert words in run.error.message
        shown = text.split("\n")[line - 1].strip()[:30]
        assert shown in run.error.message
    places = re.findall(r"^line (\d+), column \d+: ", run.error.message, re.MULTILINE)
    assert [int(line) for line in places] == ([line for line, _ in told] if len(told) > 1 else [])
    assert run.error.message.count("\n") >= 3
    assert run.error.hint


@pytest.mark.parametrize("text", [text for text, _ in WRONG], ids=listed(text for text, _ in WRONG))
async def test_a_wrong_program_fails_where_nothing_stops_it(tracker, text):
    assert isinstance(await unread(tracker, text), Failed)


@pytest.mark.parametrize("text", WORKING, ids=listed(WORKING))
async def test_a_program_that_works_is_not_stopped(tracker, text):
    outcome = await unread(tracker, text)
    assert isinstance(outcome, Finished), outcome.error
    run = await tracker.execute(text)
    assert run.outcome == "finished", run.error


async def test_the_answer_says_first_that_nothing_was_sent(tracker):
    text = (
        await tracker.execute("const all = await tracker.issues_search({ stat: 'open' });\nreturn all.length")
    ).text()
    assert text == snapshot("""\
The program was not run, it would fail at line 1, column 43: nothing has been sent yet.
tracker.issues_search was not called, its arguments do not fit: `stat` is no argument: did you mean `state`?
  const all = await tracker.issues_search({ stat: 'open' });
                                            ^
hint: Mend that and call tracker.issues_search again; `await describe("issues_search")` shows its arguments.\
""")


async def test_an_unknown_operation_comes_with_the_call_that_was_meant(tracker):
    text = (await tracker.execute("return await tracker.project_get('WEB')")).text()
    assert text == snapshot("""\
The program was not run, it would fail at line 1, column 22: nothing has been sent yet.
tracker has no operation `project_get`. Nearest: tracker.projects_get, tracker.projects_get_stats, tracker.projects_list, tracker.projects_create.
  return await tracker.project_get('WEB')
                       ^
hint: Did you mean tracker.projects_get({ project: string /*/^[A-Z][A-Z0-9]{1,9}$/*/ })? Use one of these, or search for it: find("project get").\
""")


async def test_many_findings_are_bounded(tracker):
    run = await tracker.execute("\n".join(f"await tracker.nope_{n}();" for n in range(40)))
    assert run.error is not None
    assert run.error.message.count("has no operation") == 6
    assert run.error.message.endswith("\n… and more.")
    assert run.error.hint.count("hint: ") == 1


async def test_what_was_not_reached_is_told_where_the_program_fails(tracker):
    program = "const [p] = await tracker.projects_list();\nif (p.key) null.x;\nif (p.none) await tracker.projcts_get();\ntry { if (p.none) await tracker.issues_nope() } catch {}"
    run = await tracker.execute(program)
    assert run.error is not None
    assert (run.error.kind, run.error.line, len(run.calls)) == ("throw", 2, 1)
    assert (
        "\nNot reached, but wrong too, at line 3, column 27: tracker has no operation `projcts_get`"
        in run.error.message
    )
    assert "issues_nope" not in run.error.message


async def test_what_fails_is_not_told_twice(tracker):
    run = await tracker.execute("const [p] = await tracker.projects_list();\nif (p) await tracker.projcts_get();")
    assert run.error is not None
    assert run.error.kind == "throw"
    assert run.error.message.count("projcts_get") == 1


async def test_a_search_by_program_is_not_read(tracker):
    run = await tracker.search(code="return typeof tracker.nope + ops.length")
    assert run.outcome == "finished"
    run = await tracker.search(code="return await tracker.nope()")
    assert run.error is not None
    assert run.error.kind == "throw"


@pytest.mark.parametrize(
    "text",
    [
        "async () => {\n  return await tracker.nope();\n}",
        "async ({ tracker }) => {\n  return await tracker.nope();\n}",
        "const main = async () => {\n  await tracker.nope();\n}",
        "module.exports = async () => {\n  await tracker.nope();\n}",
        "export default {\n  a: await tracker.nope() };\nconst later = 1;",
        "{\n  a: await tracker.nope() }",
        "```\nawait tracker.nope()\n```",
    ],
)
async def test_every_form_of_a_program_is_read(tracker, text):
    run = await tracker.execute(text)
    assert run.error is not None
    assert (run.error.kind, run.error.line) == ("preflight", 2)
    assert "nope" in text.split("\n")[1][(run.error.column or 0) - 1 :]
