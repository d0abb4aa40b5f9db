"""What models write, run in the real engine; what they get wrong, explained with a place."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyhole.errors import ProgramError
from keyhole.sandbox.engine import Finished, ImageSource, Limits
from keyhole.sandbox.program import Program
from keyhole.sandbox.quickjs.engine import QuickJSEngine
from keyhole.sandbox.quickjs.local import LocalPlace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SCRIPT = """
globalThis.api = {
  get: (x) => host("get", x),
  list: (x) => host("list", x),
};
"""
ZONES = [{"id": "z1", "name": "example.com", "active": True}, {"id": "z2", "name": "example.org", "active": False}]


async def host(name: str, argument: object) -> object:
    return {"result": ZONES} if name == "list" else {"got": argument}


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("images")


@pytest.fixture
async def engine(cache) -> AsyncIterator[QuickJSEngine]:
    made = QuickJSEngine(LocalPlace.create(ImageSource(script=SCRIPT), cache=cache))
    yield made
    await made.aclose()


def parsed(text: str) -> tuple[Program | None, ProgramError | None]:
    try:
        return Program.parse(text), None
    except ProgramError as error:
        return None, error


UNDEFINED = object()

PROGRAMS: list[tuple[str, object]] = [
    # bare expressions
    ("1+1", 2),
    ("  1 + 1 ;  ", 2),
    ("'a string'", "a string"),
    ("await api.get(1)", {"got": 1}),
    ("(await api.list()).result.length", 2),
    ("await Promise.all([1, 2].map((n) => api.get(n)))", [{"got": 1}, {"got": 2}]),
    ("api.get(1).then((r) => r.got)", 1),
    ("`${1 + 1}`", "2"),
    ("1, 2", 2),
    # function bodies
    ("return 1", 1),
    ("return await api.get(2);", {"got": 2}),
    ("const { result } = await api.list({});\nreturn result.filter((z) => z.active).map((z) => z.name);", ["example.com"]),
    ("for (const z of (await api.list()).result) {\n  if (z.active) return z.id;\n}\nreturn null;", "z1"),
    ("try {\n  null.x;\n} catch (e) {\n  return e.name;\n}", "TypeError"),
    ("let total = 0;\nfor await (const n of [1, 2, 3]) total += n;\nreturn total;", 6),
    ('"use strict";\nreturn (function () { return this === undefined; })();', True),
    ("if (true) { return { a: 1 } }\n42", {"a": 1}),
    # a REPL's last value
    ("const a = 1;\nconst b = 2;\na + b", 3),
    ("const a = 1\na", 1),
    ("let x;\nx = 5", 5),
    ("const zones = (await api.list()).result;\nzones.map((z) => z.id);", ["z1", "z2"]),
    ("const a = 1; ({ a })", {"a": 1}),
    ("const a = 1\n{ value: a }", {"value": 1}),
    ("const f = () => 1;\n[f(), f()]", [1, 1]),
    ("console.log('x')", UNDEFINED),
    ("const a = 1;", UNDEFINED),
    ("[1, 2].forEach((n) => n);", UNDEFINED),
    ("function inner() { return 1 }\nconst x = inner();\nfunction other() { return 2 }", UNDEFINED),
    # objects that look like blocks
    ("{ a: 1 }", {"a": 1}),
    ("{ a: 1, b: [2] }", {"a": 1, "b": [2]}),
    ('{ "a": 1 };', {"a": 1}),
    ("({ a: 1 })", {"a": 1}),
    ("{}", {}),
    ('{ "a-b": await api.get(1) } // done', {"a-b": {"got": 1}}),
    ("{ const x = 1; return x + 1; }", 2),
    # functions
    ("async () => { return 1 }", 1),
    ("async () => 1;", 1),
    ("() => 1", 1),
    ("(async () => { return await api.get(3) })", {"got": 3}),
    ("async function main() { return 1 }", 1),
    ("async function () { return 1 }", 1),
    ("function () { return 1 }", 1),
    ("async ({ api }) => (await api.get(4)).got", 4),
    ("async (limit = 5) => limit", 5),
    ("// what it does\nasync () => {\n  return 1\n}\n// the end", 1),
    ("const x = 2;\nasync () => x", 2),
    # programs with a main
    ("async function main() { return 1 }\nmain()", 1),
    ("async function main() { return 1 }\nawait main();", 1),
    ("async function main() { return 1 }\nmain().then((x) => x + 1).catch(console.error);", 2),
    ("main();\nasync function main() { return 1 }", UNDEFINED),
    ("const main = async () => { return 1 };\nmain();", 1),
    ("const main = async () => { return 1 };", 1),
    ("const KEY = 'k';\nfunction helper(x) { return x + KEY }\nasync function main() { return helper('a') }", "ak"),
    ("return main();\nasync function main() { return 1 }", 1),
    ("const run = () => 7;\nrun", 7),
    ("void main();\nfunction main() { return 1 }\nvoid (async () => 8)()", 8),
    ("(async () => { return 1 })()", 1),
    ("(async () => { return 1 })();", 1),
    ("(async function () { return 1 }())", 1),
    ("!function () {}()", True),
    # modules
    ("export default 5", 5),
    ("export default async () => { return 1 }", 1),
    ("export default async function () { return 1 }", 1),
    ("export default async function main() { return helper() }\nfunction helper() { return 2 }", 2),
    ("export default { a: 1 };\nconst later = 1;", {"a": 1}),
    ("const $default = 1;\nexport default () => $default + 1;\nconst later = 1;", 2),
    ("const main = () => 3;\nexport default main;", 3),
    ("export const x = 1;\nexport async function f() { return x }\nreturn f();", 1),
    ("export async function main() { return 6 }", 6),
    ("const x = 1;\nexport {};\nx", 1),
    ("module.exports = async () => 1;", 1),
    ("module.exports = { a: 1 }", {"a": 1}),
    ("exports.default = () => 1", 1),
    ("import type { Zone } from 'cloudflare';\nreturn 1", 1),
    # fences
    ("```ts\nconst a: number = 1;\nreturn a;\n```", 1),
    ("```\n1 + 1\n```", 2),
    ("Here is the program:\n\n```javascript\nreturn 1;\n```\n\nIt returns one.", 1),
    ("~~~js\n1\n~~~", 1),
    ("```js\nasync () => 1", 1),
    ("```js return 4 ```", 4),
    ("Run this:\n```bash\nls\n```\nand\n```ts\nreturn 2\n```", 2),
    ("const md = '```';\nreturn `\n${md}js\n`.length", 7),
    # around the program
    ("\ufeffreturn 1", 1),
    ("#!/usr/bin/env node\nreturn 1", 1),
    ("const a = 1;\r\nconst b = 2;\r\nreturn a + b;\r\n", 3),
    ("/* a */ 1 /* b */", 1),
    ("return '\ud800'.length", 1),
    ("return 'héllo 漢字 🤖'.length", 11),
    # TypeScript
    ("interface Zone { id: string }\nconst z: Zone = (await api.list()).result[0] as Zone;\nz.id", "z1"),
    ("const m = new Map<string, number>();\nm.set('a', 1);\nreturn m.get('a')!;", 1),
    ("const n = 1\nreturn n as any", 1),
    ("async function main(): Promise<number> {\n  return 1\n}\nawait main()", 1),
    ("enum Color { Red, Blue }\nreturn Color.Blue", 1),
    ("enum Color { Red = 'r' }\nasync function main() { return Color.Red }", "r"),
    ("type A = { b: number };\nconst a = 1\ntype C = A\n;[a].length", 1),
    # what QuickJS alone can judge
    ("label: for (;;) { break label }\nreturn 1", 1),
    ("var let_ = 1, of = 2, type = 3, async = 4; return let_ + of + type + async", 10),
    ("return 4 / 2 / 1 + '/*'.length", 4),
    ("return /[/]`'{/.test('/`\\'{')", True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"), PROGRAMS, ids=[f"{n}-{text[:40]!r}" for n, (text, _) in enumerate(PROGRAMS)]
)
async def test_a_program_as_models_write_it_gives_its_value(engine, text, value):
    outcome = await engine.run(Program.parse(text), host, Limits())
    assert isinstance(outcome, Finished), outcome.error
    if value is UNDEFINED:
        assert outcome.undefined
    else:
        assert not outcome.undefined
        assert outcome.value == value


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("const a = 1;\nreturn a.b.c;", (2, 12)),
        ("nope.x", (1, 1)),
        ("const a: Map<string, number> = new Map();\n  nope.x", (2, 3)),
        ("const x: string = 'é漢🤖'; nope.x", (1, 26)),
        ("prose\n\n```ts\nlet a: 漢字 = 1; nope.x\n```\n", (4, 16)),
        ("export default async () => nope.x", (1, 28)),
        ('{ "a": nope.x }', (1, 8)),
        ("enum A { B = nope.x }", (1, 14)),
        ("enum A { B, C = 2 } const a = A.B; nope.x", (1, 36)),
        ("class A { constructor(private a = nope.x) {} }\nnew A()", (1, 35)),
        ("const a = 1;\nconst b = [1 2];\nreturn a", (2, 14)),
        ("return [1, 2].map((x) =>\n  x =>\n", (1, 18)),
        ("const f = (x) =>\n  x =>\n", (2, 7)),
    ],
)
async def test_an_error_carries_the_place_in_the_models_own_text(engine, text, place):
    program, error = parsed(text)
    if program is not None:
        outcome = await engine.run(program, host, Limits())
        error = outcome.error
    line, column = error.line, error.column
    assert line == place[0]
    # engines differ by a token in what they blame
    assert abs(column - place[1]) <= 5


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("", (1, 1), "empty", "return"),
        (" \n\t ", (1, 1), "empty", "return"),
        ("// nothing yet", (1, 1), "only comments", "return"),
        ("type A = string", (1, 1), "types only", "return"),
        ("```ts\n```", (1, 1), "empty", "return"),
        ("}); evil(() => {", (1, 1), "`}` closes nothing", ""),
        ("return 1; }); (() => {", (1, 11), "`}` closes nothing", ""),
        ("const a = (1;\nreturn a", (1, 11), "`(` is never closed", ""),
        ("foo({ a: [1, 2 }", (1, 16), "`}` stands where `]` is wanted for the `[` of line 1", ""),
        ("if (a) {\n  foo(\n", (2, 6), "`(` is never closed", ""),
        ("return 'abc\n", (1, 8), "string is never closed", ""),
        ("return `abc ${1}\n", (1, 16), "template string is never closed", ""),
        ("return 1 /* abc", (1, 10), "comment is never closed", ""),
        ("import fs from 'fs';\nreturn 1", (1, 1), "cannot import", "global"),
        ("import { a, type B } from 'c';", (1, 1), "cannot import", "global"),
        ("export * from 'c';", (1, 1), "cannot export", "global"),
        ("const rs = items.map(x => await api.get(x));", (1, 27), "not async", "Promise.all"),
        ("import os\nprint(os.getcwd())", (1, 1), "Python", "JavaScript"),
        ("def main():\n    return 1\n", (1, 1), "Python", "JavaScript"),
        ("x = 1\nfor i in range(3):\n    x += i\n", (2, 1), "Python", "JavaScript"),
        ("```python\nprint(1)\n```", (1, 1), "`python`", "JavaScript"),
        ("```js\n1\n```\n```js\n2\n```", (4, 1), "2 code blocks", "one program"),
        ("namespace Color { export const red = 1 }\nreturn Color.red", (1, 1), "Namespaces", "plain object"),
        ("return xs.filter((x) =&gt; x.a &amp;&amp; x.b)", (1, 23), "holds `&gt;`", "plain text"),
        ("const a = 1;\\nconst b = 'x';\\nreturn a", (1, 13), "a new line is meant", "unescaped"),
    ],
)
def test_what_cannot_run_is_refused_with_line_column_caret_and_hint(text, place, message, hint):
    with pytest.raises(ProgramError) as caught:
        Program.parse(text)
    error = caught.value
    assert error.kind == "syntax"
    assert message in error.message
    assert hint in error.hint
    assert error.hint
    assert error.line == place[0]
    assert error.column == place[1]
    if text.strip() and "code blocks" not in message and not text.startswith("```"):
        line, caret = error.message.split("\n")[-2:]
        assert line.strip() == text.split("\n")[error.line - 1].strip()
        assert caret.index("^") - 2 == error.column - 1


def test_a_program_may_not_be_endless():
    with pytest.raises(ProgramError, match="at most 512 KB"):
        Program.parse("x" * 600_000)
    with pytest.raises(ProgramError, match="at most 512 KB"):
        Program.parse("'" + "漢" * 300_000 + "'")


@pytest.mark.parametrize(
    "text",
    ["(" * 100_000, "{" * 100_000, "[(" * 50_000, "x=>" * 50_000, "`${" * 50_000, "a?" * 50_000, "<" * 50_000,
     "f(function(){" * 10_000 + "})" * 10_000, "1+" * 60_000 + "1", "return " + "[" * 50_000 + "]" * 50_000,
     "let a: " + "A<" * 40_000 + "B" + ">" * 40_000, "}{" * 50_000, "if(a)" * 40_000,
     "/[" * 30_000, "\n" * 400_000 + "(", "if " * 100_000, "`" * 300_000, "f(" + "(this: A, b) => 1, " * 20_000 + ")",
     "x = [" + "<A>{}, " * 40_000 + "]", "\n```" * 50_000 + "("],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_deep_nesting_ends_in_a_program_or_an_error_and_nothing_else(text):
    program, error = parsed(text)
    assert error is None or error.kind == "syntax"
    assert program is None or program.code.startswith("(async () => {")


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="(){}[]`$'\"/*\\\n<>=;:.,?!ab1 é漢", max_size=60))
def test_any_text_is_a_program_or_a_program_error(text):
    program, error = parsed(text)
    if program is None:
        assert error is not None
        assert error.kind == "syntax"
        assert error.hint
    else:
        assert program.source == text
        for line in range(1, program.code.count("\n") + 3):
            place = program.locate(line, 1)
            assert place is None or 1 <= place[0] <= text.count("\n") + 1


def test_positions_of_code_map_back_to_the_text_character_by_character():
    text = "const a: number = 1;\n  const z = 2; a /* é */ + (z as any)"
    program = Program.parse(text)
    lines = program.code.split("\n")
    for number, line in enumerate(text.split("\n"), 1):
        code = lines[number]
        for word in ("const", "number", "1;", "a /*", "z as", "2"):
            if word in line and word in code:
                column = len(code[: code.index(word)].encode()) + 1
                assert program.locate(number + 1, column) == (number, line.index(word) + 1)
    assert program.locate(1, 1) is None
    assert program.locate(99, 1) is None
    assert program.locate(4, 2) == (2, len(text.split("\n")[1]) + 1)


def test_no_name_of_the_wrapping_can_be_seen_or_clash():
    assert "$default$ =" in Program.parse("export default 1; let $default = 2").code
    code = Program.parse("const f = 1; const v = 2; f + v").code
    assert code == "(async () => {\nconst f = 1; const v = 2; return (f + v)\n})"


def test_threads_can_parse_at_the_same_time():
    texts = [f"const a{n}: number = {n};\nreturn [{'1,' * (n % 50)}];" for n in range(200)]
    random.Random(1).shuffle(texts)
    expected = [Program.parse(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(Program.parse, texts)) == expected
