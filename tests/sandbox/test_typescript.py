"""Types go, lines and columns stay, and plain JavaScript passes through as it is."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from keyhole.errors import ProgramError
from keyhole.sandbox.syntax import apply, parse
from keyhole.sandbox.typescript import survey


def erase(text: str) -> str:
    data = text.encode()
    root = parse(data)
    assert not root.has_error, str(root)
    return apply(data, survey(data, root).edits)[0]


TYPES = [
    ("const a: string = 'x';", "const a         = 'x';"),
    ("let a: Map<string, { b: number }>;", "let a                            ;"),
    ("let a!: string;", "let a         ;"),
    ("const {a, b}: {a: number, b: string} = c;", "const {a, b}                         = c;"),
    ("function f(a: number, b?: string, ...c: any[]): void {}", "function f(a        , b         , ...c       )       {}"),
    ("function f(this: A, a: B) {}", "function f(         a   ) {}"),
    ("function f(this: A) {}", "function f(       ) {}"),
    ("function f<T extends { a: 1 }>(a: T): a is string { return true }", "function f                    (a   )              { return true }"),
    ("function f(x: unknown): asserts x is string {}", "function f(x         )                      {}"),
    ("const f = <T,>(x: T): T => x;", "const f =     (x   )    => x;"),
    ("const f = async <T>(x: T) => x;", "const f = async    (x   ) => x;"),
    ("const a = f<string>(b);", "const a = f        (b);"),
    ("const m = new Map<string, Array<number>>();", "const m = new Map                       ();"),
    ("const a = b as unknown as string;", "const a = b                     ;"),
    ("const a = { b: 1 } as const;", "const a = { b: 1 }         ;"),
    ("const a = { b: 1 } satisfies C;", "const a = { b: 1 }            ;"),
    ("const a = (b as any).c[0]!.d!;", "const a = (b       ).c[0] .d ;"),
    ("const a = <any>b;", "const a =      b;"),
    ("const g = f<string>;", "const g = f        ;"),
    ("try {} catch (e: unknown) {}", "try {} catch (e         ) {}"),
    ("interface A { b: string }", ";                        "),
    ("type A = { b: string } | null;", ";                             "),
    ("declare const a: any;", ";                    "),
    ("declare function f(a: string): void;", ";                                   "),
    ("declare namespace N { const a: 1 }", ";                                 "),
    ("declare global { interface Window {} }", ";                                     "),
    ("import type { A } from 'b';", ";                          "),
    ("import { type A, type B } from 'c';", ";                                  "),
    ("export type { A } from 'b';", ";                          "),
    ("export interface A {}", ";                    "),
    ("export type A = 1", ";                "),
    ("export const a: number = 1;", "       const a         = 1;"),
    ("function f(a: string): void;\nfunction f(a: any) {}", ";                           \nfunction f(a     ) {}"),
    ("abstract class A { abstract b(): void; abstract c: string; d() {} }", "         class A { ;                   ;                    d() {} }"),
    ("class A<T> extends B<T> implements C, D {}", "class A    extends B                    {}"),
    ("class A { private readonly b?: string = 'x'; }", "class A { ;                b          = 'x'; }"),
    ("class A { static readonly b = 1; declare c: string; d!: number }", "class A { static          b = 1; ;                 d;         }"),
    ("class A { b(): void; b(c?: any) {} [k: string]: any }", "class A { ;          b(c      ) {} ;                }"),
    ("class A { protected override async b<T>(): Promise<T> {} }", "class A { ;                  async b   ()            {} }"),
    ("class A { constructor(a: string) {} get b(): number { return 1 } }", "class A { constructor(a        ) {} get b()         { return 1 } }"),
    ("let é: 漢字 = '漢'; let b: 字;", "let é     = '漢'; let b   ;"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TYPES, ids=[text[:50] for text, _ in TYPES])
def test_a_type_becomes_blanks(text, expected):
    erased = erase(text)
    assert words(erased) == words(expected)
    assert len(erased) == len(text)
    assert all(ours in (theirs, " ", ";") for ours, theirs in zip(erased, text, strict=True))


def words(text: str) -> list[str]:
    return text.replace(";", " ").split()


# Where blanks alone would change what is read: (TypeScript, the JavaScript that it means).
TRAPS = [
    ("let a: number\n(1)", "let a;\n(1)"),
    ("let f = (x) => x;\nconst b = f as any\n(f)", "let f = (x) => x;\nconst b = f;\n(f)"),
    ("let c = 1\ninterface I {}\n(c)", "let c = 1;\n(c)"),
    ("let c = 1\ntype I = number\n[c]", "let c = 1;\n[c]"),
    ("const f = (a): {\n  x: number\n} => a\nf(1)", "const f = (a) => a\nf(1)"),
    ("const f = async <\n  T\n>(a: T) => a", "const f = async (a) => a"),
    ("function g() { return <\n  T,\n>(a: T) => a }\ntypeof g()", "function g() { return (a) => a }\ntypeof g()"),
    ("class A { a = 1\n  private ['b'] = 2\n  static readonly ['c'] = 3 }\nnew A().b", "class A { a = 1;\n  ['b'] = 2;\n  static ['c'] = 3 }\nnew A().b"),
    ("class A { a: number\n  ['b'] = 2 }\nnew A().b", "class A { a;\n  ['b'] = 2 }\nnew A().b"),
    ("const a = 1, b = 2, c = 0, d = 1, f = (...x) => x.length;\nf(a < b, c > (d))", "const a = 1, b = 2, c = 0, d = 1, f = (...x) => x.length;\nf((a < b), (c > d))"),
    ("const x = true ? (1) : (y) => 2; x", "const x = 1; x"),
]  # fmt: skip


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node as the judge of JavaScript")
@pytest.mark.parametrize(("typescript", "javascript"), TRAPS)
def test_blanks_never_change_what_is_read(typescript, javascript):
    erased = erase(typescript)
    assert erased.count("\n") == typescript.count("\n")
    script = (
        "const vm = require('vm'); const run = (c) => { try { return String(JSON.stringify(vm.runInNewContext(c))) }"
        " catch (e) { return String(e) } }; console.log(run(process.argv[1])); console.log(run(process.argv[2]));"
    )
    done = subprocess.run(["node", "-e", script, erased, javascript], capture_output=True, text=True, check=True)
    ours, meant = done.stdout.splitlines()
    assert ours == meant
    assert "SyntaxError" not in ours


JAVASCRIPT = [
    "const a = b ? c : d, e = { f: 1, g }, h = a < b && c > d;",
    "f(a < b, c > (d));",
    "x = a ? (b) : c => d;",
    "class A { #x = 1; static { this.y = 2 } get z() { return this.#x } async *gen() { yield* [] } static async m() {} }",
    "type = 1; declare = 2; as = 3; satisfies = 4; let of = 5, get = 6, set = 7, async = 8;",
    "label: for (const x of y) { if (x?.[1] ?? 1_000n) continue label; else break label }",
    "a ||= b; a &&= c; a ??= d; a **= 2; a >>>= 1; !a; !!a; a != b; a !== b;",
    "const re = /[/]:(?<n>\\d+)/gu, t = tag`x${ `y${1}` }`;",
    "switch (a) { case 1: b; break; default: c }",
    "for await (const x of y) {} new Foo; new Foo(); import('x'); new.target;",
    "const { a = 1, b: { c }, ...rest } = d, [e, , f = 2] = g;",
    "async function* f() { await using_; yield 1 } (async () => { await f() })();",
]


@pytest.mark.parametrize("text", JAVASCRIPT)
def test_javascript_passes_through_byte_for_byte(text):
    data = text.encode()
    assert survey(data, parse(data)).edits == []
    assert apply(data, [])[0] == text


# What has a value at run time: (TypeScript, the JavaScript that it means).
LOWERED = [
    ("enum A { B, C = 5, D }\n[A, A.D, A[5]]", "[{ 0: 'B', 5: 'C', 6: 'D', B: 0, C: 5, D: 6 }, 6, 'C']"),
    ("export const enum A {\n  b = 'x', // why\n  'c-d' = `y`,\n}\nA", "({ b: 'x', 'c-d': 'y' })"),
    ("enum F { Read = 1 << 0, Write = 1 << 1, All = Read | F.Write, delete = All * 2 }\n[F.All, F.delete]", "[3, 6]"),
    ("enum E {}\nObject.keys(E)", "[]"),
    ("enum N { A = -1, B, C = 'abc'.length as number }\n[N.B, N[-1], N.C]", "[0, 'A', 3]"),
    ("{ enum In { A } var got = In.A }\ngot", "0"),
    ("declare enum D { A }\ntypeof D", "'undefined'"),
    ("class A { constructor(private a: string, public readonly b = 2, c?: number) {} }\nnew A('x')", "({ a: 'x', b: 2 })"),
    ("class P { p = 1 }\nclass A extends P { constructor(readonly a: number) {\n  super()\n  this.sum = this.a + this.p } }\nnew A(2)", "({ p: 1, a: 2, sum: 3 })"),
]  # fmt: skip


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node as the judge of JavaScript")
@pytest.mark.parametrize(("typescript", "javascript"), LOWERED)
def test_what_has_a_value_at_run_time_is_lowered(typescript, javascript):
    lowered = erase(typescript)
    assert lowered.count("\n") == typescript.count("\n")
    script = "const run = (c) => JSON.stringify(require('vm').runInNewContext(c)); console.log(run(process.argv[1])); console.log(run(process.argv[2]))"
    done = subprocess.run(["node", "-e", script, lowered, javascript], capture_output=True, text=True, check=True)
    ours, meant = done.stdout.splitlines()
    assert ours == meant


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("namespace N { export const a = 1 }", 1, "Namespaces"),
        ("class A { constructor(private [a]: string[]) {} }", 23, "parameter property"),
        ("class A extends B { constructor(readonly a: string) { if (a) super() } }", 21, "parameter property needs"),
        ("@dec class A {}", 1, "Decorators"),
        ("class A { @dec() b() {} }", 11, "Decorators"),
        ("const f = () => <T>{ a: 1 };", 17, "type assertion"),
        ("import a = require('b')", 1, "import"),
        ("import a from 'b'", 1, "import"),
        ("let a = b as any\n[0].c()", 1, "put a `;`|bracket"),
    ],
)
def test_what_is_more_than_a_type_is_refused_with_its_place_and_a_way_out(text, column, what):
    data = text.encode()
    with pytest.raises(ProgramError, match=what) as caught:
        survey(data, parse(data))
    assert caught.value.line == text.count("\n") + 1
    assert caught.value.column == column
    assert caught.value.hint
