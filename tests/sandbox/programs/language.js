//// reduce to an object
//// => {"a": 4, "b": 2}
return [['a', 1], ['b', 2], ['a', 3]].reduce((acc, [k, v]) => ({ ...acc, [k]: (acc[k] || 0) + v }), {});

//// Object.groupBy and Map.groupBy
//// => [[["open", 2], ["paid", 2], ["shipped", 1], ["cancelled", 1]], 4, 2]
//// node 21
const { data } = await shop.list_orders({ limit: 6 });
const byStatus = Object.groupBy(data, ({ status }) => status);
const bySize = Map.groupBy(data, (o) => o.lines.length > 1);
return [Object.entries(byStatus).map(([k, v]) => [k, v.length]), bySize.get(true).length, bySize.get(false).length];

//// Set operations
//// => [[1, 2, 3, 4, 5], [3, 4], [1, 2], [1, 2, 5], true, true, true]
//// node 22
const a = new Set([1, 2, 3, 4]), b = new Set([3, 4, 5]);
return [[...a.union(b)], [...a.intersection(b)], [...a.difference(b)], [...a.symmetricDifference(b)], new Set([3]).isSubsetOf(b), a.isSupersetOf(new Set([1])), a.isDisjointFrom(new Set([9]))];

//// copying array methods
//// => [[1, 2, 3], [2, 1, 3], [9, 1, 2], [3, "x", "y", 2], [3, 1, 2]]
const xs = [3, 1, 2];
return [xs.toSorted(), xs.toReversed(), xs.with(0, 9), xs.toSpliced(1, 1, 'x', 'y'), xs];

//// finding from the end
//// => [44, 4, 130, true, -1, 2]
const xs = [5, 12, 8, 130, 44];
return [xs.findLast((x) => x < 100), xs.findLastIndex((x) => x > 10), xs.at(-2), xs.includes(8), xs.indexOf(7), xs.lastIndexOf(8)];

//// flat and flatMap
//// => [[1, 2, [3, [4]]], [1, 2, 3, 4], ["a", "b", "c"], 1]
return [[1, [2, [3, [4]]]].flat(), [1, [2, [3, [4]]]].flat(Infinity), ['a b', 'c'].flatMap((s) => s.split(' ')), [[], [1]].flat().length];

//// Array.fromAsync
//// => [[10, 20], ["a", "b"]]
//// node 22
async function* gen() { yield 1; yield 2; }
return [await Array.fromAsync(gen(), (x) => x * 10), await Array.fromAsync([Promise.resolve('a'), 'b'])];

//// sorting by several keys
//// => ["adam", "Zoe", "Bob"]
const people = [{ n: 'Zoe', a: 30 }, { n: 'adam', a: 30 }, { n: 'Bob', a: 25 }];
return people.sort((x, y) => y.a - x.a || x.n.localeCompare(y.n)).map((p) => p.n);

//// sort without a comparator is by text
//// => [[1, 10, 9], [1, 9, 10], ["a", "b", null], [false, true]]
return [[10, 9, 1].sort(), [10, 9, 1].sort((a, b) => a - b), ['b', undefined, 'a'].sort(), [true, false].sort()];

//// spread, rest, swap
//// => ["eh", "llo", {"y": 9, "z": 3}, 5, 3]
let [a, b, ...c] = 'hello';
[a, b] = [b, a];
const { x, ...others } = { x: 1, y: 2, z: 3, ...{ y: 9 }, ...null };
return [a + b, c.join(''), others, Math.max(...[1, 5, 3]), [...'añ👍'].length];

//// closures and counters
//// => [16, 5]
const makeCounter = (start = 0) => { let n = start; return { inc: (by = 1) => (n += by), get value() { return n; }, reset() { n = start; } }; };
const c = makeCounter(5); c.inc(); c.inc(10);
const before = c.value; c.reset();
return [before, c.value];

//// curry and compose
//// => [11, 6]
const compose = (...fns) => (x) => fns.reduceRight((v, f) => f(v), x);
const curry = (f) => function g(...a) { return a.length >= f.length ? f(...a) : (...b) => g(...a, ...b); };
return [compose((x) => x + 1, (x) => x * 2)(5), curry((a, b, c) => a + b + c)(1)(2, 3)];

//// generators: fibonacci and delegation
//// => [[0, 1, 1, 2, 3, 5, 8, 13, 21, 34], [1, 2, "in", "returned"]]
function* fib() { let [a, b] = [0, 1]; while (true) { yield a; [a, b] = [b, a + b]; } }
function* both() { yield* [1, 2]; const r = yield* inner(); yield r; }
function* inner() { yield 'in'; return 'returned'; }
const out = []; for (const n of fib()) { if (n > 50) break; out.push(n); }
return [out, [...both()]];

//// talking to a generator
//// => ["name?", "hi Ann", {"value": "cleanup", "done": false}, {"value": "bye", "done": true}]
function* talk() { const name = yield 'name?'; try { yield `hi ${name}`; } finally { yield 'cleanup'; } }
const g = talk();
return [g.next().value, g.next('Ann').value, g.return('bye'), g.next()];

//// iterator helpers
//// => [[10, 30], [["a", 1]], [6]]
//// node 22
return [[1, 2, 3, 4].values().filter((x) => x % 2).map((x) => x * 10).toArray(), new Map([['a', 1]]).entries().toArray(), Iterator.from([5, 6, 7]).drop(1).take(1).toArray()];

//// a custom iterable and an async iterable
//// => [[1, 2, 3, 4], 4, [1, 4, 9, 16]]
const range = { from: 1, to: 4, [Symbol.iterator]() { let n = this.from, to = this.to; return { next: () => (n <= to ? { value: n++, done: false } : { value: undefined, done: true }) }; } };
const slow = { async *[Symbol.asyncIterator]() { for (const x of range) yield x * x; } };
const squares = []; for await (const s of slow) squares.push(s);
return [[...range], Math.max(...range), squares];

//// labelled breaks and continues
//// => ["10", "01", "21", "12"]
const found = [];
rows: for (let y = 0; y < 5; y++) {
  for (let x = 0; x < 5; x++) {
    if (x === 3) continue rows;
    if (y === 3) break rows;
    if ((x + y) % 2) found.push(`${x}${y}`);
  }
}
block: { if (found.length) break block; found.push('never'); }
return found;

//// switch with fallthrough, blocks and strings
//// => ["null", "list of 1", "object", "numeric", "numeric", "text", "other"]
const kind = (x) => {
  switch (true) {
    case x === null: return 'null';
    case Array.isArray(x): { const n = x.length; return `list of ${n}`; }
    case typeof x === 'object': return 'object';
    default: break;
  }
  switch (typeof x) { case 'number': case 'bigint': return 'numeric'; case 'string': { return 'text'; } }
  return 'other';
};
return [null, [1], {}, 1, 2n, 's', undefined].map(kind);

//// tagged templates and raw strings
//// => [{"text": "SELECT * FROM t WHERE a = ? AND b = ?", "values": [1, "x"]}, "a\\nb1", "one|two"]
const sql = (strings, ...values) => ({ text: strings.join('?'), values });
const dedent = (s) => String.raw(s).split('\n').map((l) => l.trim()).filter(Boolean).join('|');
return [sql`SELECT * FROM t WHERE a = ${1} AND b = ${'x'}`, String.raw`a\nb${1}`, dedent`
    one
    two
`];

//// nested templates
//// => "a:[<1><2>], b:-!"
const items = [{ n: 'a', sub: [1, 2] }, { n: 'b', sub: [] }];
return `${items.map((i) => `${i.n}:${i.sub.length ? `[${i.sub.map((s) => `<${s}>`).join('')}]` : '-'}`).join(', ')}!`;

//// named groups and matchAll
//// => [{"date": "2024-01-05", "level": "ERROR", "text": "disk full"}, {"date": "2024-02-06", "level": "WARN", "text": "slow"}]
const log = '2024-01-05 ERROR disk full\n2024-02-06 WARN slow\nnoise';
const re = /^(?<date>\d{4}-\d{2}-\d{2}) (?<level>[A-Z]+) (?<text>.+)$/gm;
return [...log.matchAll(re)].map(({ groups: { date, level, text } }) => ({ date, level, text }));

//// lookbehind, lookahead, sticky, dotAll
//// => ["42.50", "some_variable_name", "123", true, "1,234,567"]
const price = 'cost: $42.50, tax €3'.match(/(?<=\$)\d+(?:\.\d+)?/)[0];
const camel = 'someVariableName'.replace(/(?<!^)(?=[A-Z])/g, '_').toLowerCase();
const sticky = /\d+/y; sticky.lastIndex = 3;
return [price, camel, sticky.exec('abc123')[0], /a.b/s.test('a\nb'), '1234567'.replace(/\B(?=(\d{3})+(?!\d))/g, ',')];

//// the v flag and Unicode properties
//// => [true, true, ["Ü"], true]
return [/^[\p{L}--[a-z]]+$/v.test('ABC'), /\p{Emoji_Presentation}/u.test('👍'), 'Ünïcödé'.match(/\p{Lu}/gu), /[\p{Script=Han}&&\p{L}]/v.test('漢')];

//// replace with functions
//// => ["Hi Ann, 3 new, {{gone}}", "a1b3c", "1x2y", "Smith, John"]
const vars = { name: 'Ann', n: 3 };
return ['Hi {{name}}, {{ n }} new, {{gone}}'.replace(/\{\{\s*(\w+)\s*\}\}/g, (all, key) => vars[key] ?? all), 'a-b-c'.replaceAll('-', (m, i) => i), 'x1y2'.replace(/([a-z])(\d)/g, '$2$1'), 'John Smith'.replace(/(?<f>\w+) (?<l>\w+)/, '$<l>, $<f>')];

//// splitting and joining
//// => [["a", "b", "c"], ["a", "1", "b", "2", ""], ["a", "b", "c"], [""], ["a", "b"], "1---2,3"]
return ['a, b;c'.split(/[,;]\s*/), 'a1b2'.split(/(\d)/), 'abc'.split(''), ''.split(','), 'a,b,c'.split(',', 2), [1, null, undefined, [2, 3]].join('-')];

//// string methods
//// => ["c", "**a", "x  |", "t", 4, "abab", true, true, "ab", "bc", 98, "😀", "Ǆ", 1]
return ['abc'.at(-1), 'a'.padStart(3, '*'), 'x'.padEnd(3) + '|', ' t '.trim(), 'abcabc'.lastIndexOf('b'), 'ab'.repeat(2), 'Hello'.startsWith('He'), 'Hello'.endsWith('lo', 5), 'abc'.substring(2, 0), 'abc'.slice(-2), 'abc'.codePointAt(1), String.fromCodePoint(128512), 'ǆ'.toUpperCase(), 'İ'.length];

//// code points, normalisation, well-formed text
//// => [1, 5, false, "a�", "naive cafe"]
//// node 20
const s = 'e\u0301';
return [s.normalize('NFC').length, [...'👨‍👩‍👧'].length, 'a\ud800'.isWellFormed(), 'a\ud800'.toWellFormed(), 'naïve café'.normalize('NFD').replace(/[\u0300-\u036f]/g, '')];

//// identifiers beyond ASCII
//// => [3, 3, "テスト", 3, "ü"]
const größe = 3, π = Math.PI, 名前 = 'テスト', $ = 1, _ = 2, ñ = { é: 'ü' };
return [größe, Math.round(π), 名前, $ + _, ñ.é];

//// BigInt
//// => ["15511210043330985984000000", "18446744073709551616", "256", "1", "3", "-1", true, "bigint", 9007199254740992, "7b"]
const fact = (n) => (n <= 1n ? 1n : n * fact(n - 1n));
return [fact(25n), 2n ** 64n, BigInt('0xff') + 1n, BigInt.asUintN(8, 257n), 7n / 2n, -7n % 3n, 5n > 4, typeof 1n, Number(2n ** 53n), (123n).toString(16)];

//// numbers
//// => [0.30000000000000004, "0.30", null, 12, 3.14, 0, 0, 1e+21, 255, 5, 15, 1000000, "11111111", "p", 9007199254740991, "1.23e+3", "0.00001", 2, -2, 0.5]
return [0.1 + 0.2, (0.1 + 0.2).toFixed(2), Number('12px'), parseInt('12px'), parseFloat('3.14abc'), +'', Number(null), 1e21, 0xff, 0b101, 0o17, 1_000_000, (255).toString(2), (25).toString(36), Number.MAX_SAFE_INTEGER, (1234.5678).toPrecision(3), (0.00001).toString(), 5 % -3, -5 % 3, 2 ** -1];

//// Math
//// => [-4, -1, 3, 5, 31, 5.5, 3, 0, 3, -2, null, 0, 7.25]
return [Math.trunc(-4.7), Math.sign(-3), Math.cbrt(27), Math.hypot(3, 4), Math.clz32(1), Math.fround(5.5), Math.log2(8), Math.round(-0.5), Math.round(2.5), Math.round(-2.5), Math.max(), Math.min(1, '0'), Math.abs(-7.25)];

//// equality and truthiness
//// => [true, false, false, true, "", "[object Object]", "12", 12, true, false, true, "d", "d", 0, "object", "undefined", "function", true]
return [null == undefined, null === undefined, NaN === NaN, Object.is(NaN, NaN), [] + [], [] + {}, 1 + '2', '3' * '4', !!'0', !!'', [] == false, null ?? 'd', 0 || 'd', 0 ?? 'd', typeof null, typeof undefined, typeof (() => 1), void 0 === undefined];

//// logical assignment and comma
//// => [5, 6, "xy", 5, 5, 3]
let a = null, b = 0, c = 'x';
a ??= 5; b ||= 6; c &&= c + 'y';
for (var i = 0, j = 10; i < j; i++, j--);
return [a, b, c, i, j, (1, 2, 3)];

//// getters, setters, computed and symbols
//// => [10, ["3", "dyn1", "double", "half", "a-b"], "hidden", "Symbol(s)", "s", "{\"3\":\"three\",\"dyn1\":5,\"double\":10,\"a-b\":2}"]
const key = 'dyn', sym = Symbol('s');
const o = { [`${key}1`]: 1, get double() { return this.dyn1 * 2; }, set half(v) { this.dyn1 = v / 2; }, [sym]: 'hidden', 'a-b': 2, 3: 'three' };
o.half = 10;
return [o.double, Object.keys(o), o[sym], sym.toString(), sym.description, JSON.stringify(o)];

//// Proxy and Reflect
//// => [4, "no c", true, false, ["set b", "del a", "get b", "get c"]]
const log = [];
const p = new Proxy({ a: 1 }, { get(t, k, r) { log.push(`get ${String(k)}`); return Reflect.has(t, k) ? Reflect.get(t, k, r) : `no ${String(k)}`; }, set(t, k, v) { log.push(`set ${k}`); t[k] = v * 2; return true; }, has: (t, k) => k === 'magic' || k in t, deleteProperty(t, k) { log.push(`del ${k}`); return delete t[k]; } });
p.b = 2; delete p.a;
return [p.b, p.c, 'magic' in p, 'a' in p, log];

//// WeakMap, WeakSet, WeakRef
//// => [2, true, false, true, "function"]
const meta = new WeakMap(), obj = {}; meta.set(obj, { hits: 1 }); meta.get(obj).hits++;
const seen = new WeakSet([obj]), ref = new WeakRef(obj);
return [meta.get(obj).hits, seen.has(obj), seen.has({}), ref.deref() === obj, typeof FinalizationRegistry];

//// private members and static blocks
//// => [2, true, false, 1, true, "{}"]
class Counter { static #instances = 0; #count = 0; static { this.ready = true; } constructor() { Counter.#instances++; } #bump() { return ++this.#count; } hit() { return this.#bump(); } static is(x) { return #count in x; } static get made() { return Counter.#instances; } }
const c = new Counter(); c.hit();
return [c.hit(), Counter.is(c), Counter.is({}), Counter.made, Counter.ready, JSON.stringify(c)];

//// inheritance, super, instanceof, toString
//// => ["A1B", true, "B", "[object Aye]", true]
class A { constructor(x) { this.x = x; } hi() { return `A${this.x}`; } static make(...a) { return new this(...a); } get [Symbol.toStringTag]() { return 'Aye'; } }
class B extends A { hi() { return super.hi() + 'B'; } }
const b = B.make(1);
return [b.hi(), b instanceof A, b.constructor.name, String(b), Object.getPrototypeOf(B) === A];

//// mixins and new.target
//// => ["jump", "Frog", 3]
const Jump = (S) => class extends S { jump() { return 'jump'; } };
class Thing { constructor() { this.made = new.target.name; } }
class Frog extends Jump(Thing) {}
function Old(n) { if (!(this instanceof Old)) return new Old(n); this.n = n; } Old.prototype.get = function () { return this.n; };
return [new Frog().jump(), new Frog().made, Old(3).get()];

//// call, apply, bind and arguments
//// => [[1, 2, [2]], [2, 3, [2, 3]], [3, 2, ["y"]], 2]
function f() { return [this?.k ?? null, arguments.length, Array.prototype.slice.call(arguments, 1)]; }
return [f.call({ k: 1 }, 1, 2), f.apply({ k: 2 }, [1, 2, 3]), f.bind({ k: 3 }, 'x')('y'), ((...a) => a.length)(1, 2)];

//// Object utilities
//// => [[["a", 1], ["b", {"c": 3}]], {"X": 2}, true, "TypeError", {"p": 1, "q": 2}, ["0", "1", "length"]]
const o = Object.freeze({ a: 1, b: { c: 2 } });
o.b.c = 3;
let threw = false; try { 'use strict'; (() => { 'use strict'; o.a = 2; })(); } catch (e) { threw = e.name; }
return [Object.entries(o), Object.fromEntries(Object.entries({ x: 1 }).map(([k, v]) => [k.toUpperCase(), v + 1])), Object.hasOwn(o, 'a'), threw, Object.assign({}, { p: 1 }, null, { q: 2 }), Object.getOwnPropertyNames('ab')];

//// structuredClone
//// => [1, true, true, "gi", [1, 2], true, true, "DataCloneError"]
const original = { d: new Date(0), m: new Map([['k', { deep: [1] }]]), s: new Set([1]), r: /x/gi, u: undefined, b: new Uint8Array([1, 2]), e: new RangeError('bad') };
original.self = original;
const copy = structuredClone(original);
copy.m.get('k').deep.push(2);
let failed; try { structuredClone({ f() {} }); } catch (e) { failed = e.name; }
return [original.m.get('k').deep.length, copy.self === copy, copy.d instanceof Date, copy.r.flags, [...copy.b], copy.e instanceof RangeError, 'u' in copy, failed];

//// JSON with replacer, reviver and indent
//// => ["{\n  \"d\": \"1970-01-01T00:00:00.000Z\",\n  \"n\": null,\n  \"list\": [\n    null,\n    null\n  ],\n  \"nested\": {\n    \"keep\": 1\n  }\n}", {"when": 0, "n": 1}, "\"he said \\\"hi\\\"\\n \"", "{\n\t\"a\": []\n}"]
const text = JSON.stringify({ d: new Date(0), n: NaN, u: undefined, f() {}, list: [undefined, () => 1], secret: 'x', nested: { secret: 'y', keep: 1 } }, (k, v) => (k === 'secret' ? undefined : v), 2);
const back = JSON.parse('{"when":"1970-01-01T00:00:00.000Z","n":1}', (k, v) => (k === 'when' ? new Date(v).getTime() : v));
return [text, back, JSON.stringify('he said "hi"\n\u2028'), JSON.stringify({ a: [] }, null, '\t')];

//// JSON errors
//// => ["SyntaxError", true]
try { JSON.parse('{"a": 1,}'); } catch (e) { return [e.name, e instanceof SyntaxError]; }

//// typed arrays and views
//// => [[171, 205], -85, 1.5, 12, "0.5,0.5", 255]
const buf = new ArrayBuffer(8), view = new DataView(buf);
view.setUint16(0, 0xabcd); view.setFloat32(4, 1.5, true);
const u8 = new Uint8Array(buf);
return [[...u8.slice(0, 2)], view.getInt8(0), view.getFloat32(4, true), Uint8Array.from([1, 2, 3], (x) => x * 2).reduce((a, b) => a + b), new Float64Array(2).fill(0.5).join(), new Uint8ClampedArray([300, -5])[0]];

//// bytes as a result
//// => {"bytes": [104, 195, 169]}
return new TextEncoder().encode('hé');

//// base64 and hex
//// => ["aGVsbG8=", "hello", "w7xuw68=", "c3bc6ec3af", "ünï", 5]
const b64 = btoa('hello'), bin = atob(b64);
const bytes = new TextEncoder().encode('ünï');
const toBase64 = (u8) => btoa(String.fromCharCode(...u8));
const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
return [b64, bin, toBase64(bytes), hex, decodeURIComponent(escape(atob(toBase64(bytes)))), hex.match(/../g).map((h) => parseInt(h, 16)).length];

//// base64url and a JWT payload
//// => [63, {"sub": "ü", "exp": 1700000000}]
const b64url = (s) => btoa(unescape(encodeURIComponent(s))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const token = [b64url('{"alg":"none"}'), b64url('{"sub":"ü","exp":1700000000}'), 'sig'].join('.');
const payload = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))));
return [token.length, payload];

//// URL building
//// => ["https://api.example.com:8443/v1/search/more?q=a+b%26c&tag=%C3%BC&tag=y", "api.example.com:8443", "https://api.example.com:8443", ["ü", "y"], ["q", "tag", "tag"], false, "/a/x"]
const url = new URL('/v1/search?q=old#frag', 'https://api.example.com:8443/base/');
url.searchParams.set('q', 'a b&c'); url.searchParams.append('tag', 'ü'); url.searchParams.append('tag', 'y');
url.hash = ''; url.pathname += '/more';
return [url.href, url.host, url.origin, url.searchParams.getAll('tag'), [...url.searchParams.keys()], URL.canParse('nope'), new URL('../x', 'https://h/a/b/c').pathname];

//// URLSearchParams
//// => ["ids=1&ids=2&page=2&q=x+y", {"ids": "2", "page": "2", "q": "x y"}, true, null, [["a", "1"], ["a", "2"], ["b", "  "]], 4]
const p = new URLSearchParams({ page: 2, q: 'x y', empty: '' });
p.append('ids', 1); p.append('ids', 2); p.delete('empty'); p.sort();
return [p.toString(), Object.fromEntries(p), p.has('q'), p.get('none'), [...new URLSearchParams('?a=1&a=2&b=%20+').entries()], p.size];

//// encodeURIComponent and friends
//// => ["a%20b%2F%C3%BC%3F%26%3D%23'()", "https://x/%C3%BC?a=b%20c", "😀", "URIError"]
return [encodeURIComponent("a b/ü?&=#'()"), encodeURI('https://x/ü?a=b c'), decodeURIComponent('%F0%9F%98%80'), (() => { try { decodeURIComponent('%'); } catch (e) { return e.name; } })()];

//// Headers
//// => ["application/json", "1, 2", true, ["accept", "content-type", "x-a"], {"accept": "*/*", "content-type": "application/json", "x-a": "1, 2"}]
const h = new Headers({ 'Content-Type': 'application/json', 'X-A': '1' });
h.append('x-a', '2'); h.set('Accept', '*/*'); h.delete('nope');
return [h.get('content-type'), h.get('X-A'), h.has('accept'), [...h.keys()], Object.fromEntries(h)];

//// dates: arithmetic and parts
//// => ["2024-02-29T23:30:00.000Z", 11, 29, 3, "2024-02-28", 946684800000, 0, "2023-12-31T18:30:00.000Z"]
const d = new Date('2024-02-28T23:30:00Z');
const next = new Date(d); next.setUTCDate(next.getUTCDate() + 1);
const days = Math.round((new Date('2024-03-10') - new Date('2024-02-28')) / 864e5);
const monthEnd = new Date(Date.UTC(2024, 2, 0)).getUTCDate();
return [next.toISOString(), days, monthEnd, d.getUTCDay(), d.toJSON().slice(0, 10), Date.UTC(2000, 0), new Date(2020, 0, 31).getMonth(), new Date('2024-01-01T00:00:00+05:30').toISOString()];

//// dates: invalid and comparisons
//// => [true, null, "RangeError", true, 7, 1, "number", 0]
const bad = new Date('not a date');
return [isNaN(bad), bad.getTime(), (() => { try { bad.toISOString(); } catch (e) { return e.name; } })(), new Date(5) > new Date(4), +new Date(7), new Date(2024, 1, 30).getDate(), typeof Date.now(), new Date(0).getTimezoneOffset()];

//// dates: ISO weeks and grouping by quarter
//// => [[1, "Q1"], [1, "Q4"], [52, "Q1"]]
const isoWeek = (date) => { const d = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate())); d.setUTCDate(d.getUTCDate() + 4 - (d.getUTCDay() || 7)); return Math.ceil(((d - Date.UTC(d.getUTCFullYear(), 0, 1)) / 864e5 + 1) / 7); };
return ['2024-01-01', '2024-12-30', '2023-01-01'].map((s) => [isoWeek(new Date(s)), `Q${Math.floor(new Date(s).getUTCMonth() / 3) + 1}`]);

//// random numbers and ids
//// => [true, true, 16, 100, true]
const roll = Math.floor(Math.random() * 6) + 1, id = crypto.randomUUID(), bytes = crypto.getRandomValues(new Uint8Array(16));
const unique = new Set(Array.from({ length: 100 }, () => crypto.randomUUID())).size;
return [roll >= 1 && roll <= 6, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id), bytes.length, unique, new Set(bytes).size > 4];

//// shuffle and sample keep the elements
//// => "12345"
const shuffle = (xs) => { const a = [...xs]; for (let i = a.length - 1; i > 0; i--) { const j = Math.floor(Math.random() * (i + 1)); [a[i], a[j]] = [a[j], a[i]]; } return a; };
return shuffle([1, 2, 3, 4, 5]).sort().join('');

//// Error types, cause, name and stack
//// => ["TypeError", "ReferenceError", "URIError", "RangeError", "SyntaxError", "Error:E_X"]
const errors = [() => null.x, () => undefinedName, () => decodeURIComponent('%'), () => new Array(-1), () => JSON.parse('{'), () => { throw Object.assign(new Error('custom'), { code: 'E_X' }); }];
return errors.map((f) => { try { f(); } catch (e) { return `${e.name}${e.code ? ':' + e.code : ''}${typeof e.stack === 'string' ? '' : ' no stack'}`; } });

//// throwing in finally, returning in finally
//// => ["try", "catch", "h", ["finally", "g", 1, 2]]
const f = () => { try { return 'try'; } finally { log.push('finally'); } };
const g = () => { try { throw new Error('x'); } catch { return 'catch'; } finally { log.push('g'); } };
const h = () => { for (const x of [1, 2]) { try { continue; } finally { log.push(x); } } return 'h'; };
const log = [];
return [f(), g(), h(), log];

//// async order of things
//// => ["sync", "end", "microtask", "then", "after await", "timeout"]
const order = [];
setTimeout(() => order.push('timeout'), 0);
queueMicrotask(() => order.push('microtask'));
Promise.resolve().then(() => order.push('then'));
(async () => { order.push('sync'); await null; order.push('after await'); })();
order.push('end');
await new Promise((r) => setTimeout(r, 10));
return order;

//// promises by hand
//// => ["later", "thenable", 2]
const deferred = () => { let resolve, reject; const promise = new Promise((a, b) => { resolve = a; reject = b; }); return { promise, resolve, reject }; };
const d = deferred(); setTimeout(d.resolve, 1, 'later');
const thenable = { then(ok) { ok('thenable'); } };
return [await d.promise, await thenable, await Promise.resolve(1).then((x) => { throw x; }).catch((x) => x + 1).finally(() => 'ignored')];

//// Promise.withResolvers and Promise.try
//// => ["w", "sync"]
//// node 24
const { promise, resolve } = Promise.withResolvers();
setTimeout(() => resolve('w'), 1);
return [await promise, await Promise.try(() => { throw new Error('sync'); }).catch((e) => e.message)];

//// a semaphore
//// => [[1, 4, 9, 16, 25], 2]
class Semaphore { constructor(n) { this.n = n; this.q = []; } async use(fn) { if (this.n > 0) this.n--; else await new Promise((r) => this.q.push(r)); try { return await fn(); } finally { const next = this.q.shift(); if (next) next(); else this.n++; } } }
const sem = new Semaphore(2); let now = 0, most = 0;
const out = await Promise.all([1, 2, 3, 4, 5].map((i) => sem.use(async () => { now++; most = Math.max(most, now); await new Promise((r) => setTimeout(r, 1)); now--; return i * i; })));
return [out, most];

//// recursion: walk a tree, flatten keys
//// => [{"a.b.c": 1, "d": [1], "e": null}, 3]
const flatten = (o, prefix = '') => Object.entries(o).reduce((acc, [k, v]) => (v && typeof v === 'object' && !Array.isArray(v) ? { ...acc, ...flatten(v, `${prefix}${k}.`) } : { ...acc, [prefix + k]: v }), {});
const depth = (t) => 1 + Math.max(0, ...(t.children ?? []).map(depth));
return [flatten({ a: { b: { c: 1 } }, d: [1], e: null }), depth({ children: [{ children: [{}] }, {}] })];

//// deep equal and diff
//// => [true, ["x", "y", "z"]]
const eq = (a, b) => a === b || (typeof a === 'object' && typeof b === 'object' && a && b && Object.keys(a).length === Object.keys(b).length && Object.keys(a).every((k) => eq(a[k], b[k])));
const diff = (a, b) => [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((k) => !eq(a[k], b[k]));
return [eq({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }), diff({ x: 1, y: 2 }, { y: 3, z: 4 })];

//// get and set by path
//// => [5, "none", {"p": {"q": {"r": 1}}}]
const get = (o, path, d) => path.split(/[.[\]]+/).filter(Boolean).reduce((v, k) => v?.[k], o) ?? d;
const set = (o, path, v) => { const ks = path.split('.'); ks.slice(0, -1).reduce((t, k) => (t[k] ??= {}), o)[ks.at(-1)] = v; return o; };
return [get({ a: [{ b: 5 }] }, 'a[0].b'), get({}, 'x.y', 'none'), set({}, 'p.q.r', 1)];

//// unique, zip, partition, range, chunk, sum, mean, median
//// => [[{"i": 1, "z": 2}], [[1, "a"], [2, "b"]], [[2, 3], [1]], [0, 1, 2], 3]
const uniqBy = (xs, f) => [...new Map(xs.map((x) => [f(x), x])).values()], zip = (...as) => as[0].map((_, i) => as.map((a) => a[i]));
const partition = (xs, f) => xs.reduce((r, x) => (r[f(x) ? 0 : 1].push(x), r), [[], []]), range = (n) => [...Array(n).keys()];
const median = (xs) => { const s = xs.toSorted((a, b) => a - b), m = s.length >> 1; return s.length % 2 ? s[m] : (s[m - 1] + s[m]) / 2; };
return [uniqBy([{ i: 1 }, { i: 1, z: 2 }], (x) => x.i), zip([1, 2], ['a', 'b']), partition([1, 2, 3], (x) => x > 1), range(3), median([5, 1, 4, 2])];

//// counting words
//// => [["the", 3], ["and", 2], ["bat", 1]]
const text = 'the cat and the hat and the bat';
const freq = text.split(/\s+/).reduce((m, w) => m.set(w, (m.get(w) ?? 0) + 1), new Map());
return [...freq].sort(([a, x], [b, y]) => y - x || a.localeCompare(b)).slice(0, 3);

//// bit twiddling
//// => [1, 7, 6, -6, 20, -3, 15, -2147483648, 3735928559, 0]
return [5 & 3, 5 | 3, 5 ^ 3, ~5, 5 << 2, -5 >> 1, -5 >>> 28, (1 << 31) | 0, 0xdeadbeef >>> 0, [1, 2, 3].reduce((a, b) => a ^ b)];

//// a hash function by hand
//// => ["811c9dc5", "4f9f2cab", "790b80bb"]
const fnv = (s) => { let h = 0x811c9dc5; for (let i = 0; i < s.length; i++) { h ^= s.charCodeAt(i); h = Math.imul(h, 0x01000193); } return (h >>> 0).toString(16); };
return [fnv(''), fnv('hello'), fnv('ü')];

//// binary search, quicksort, primes
//// => [2, [1, 2, 3, 3], [2, 3, 5, 7, 11, 13, 17, 19]]
const bs = (a, t) => { let l = 0, r = a.length - 1; while (l <= r) { const m = (l + r) >>> 1; if (a[m] === t) return m; a[m] < t ? (l = m + 1) : (r = m - 1); } return -1; };
const qs = ([p, ...r]) => (p === undefined ? [] : [...qs(r.filter((x) => x < p)), p, ...qs(r.filter((x) => x >= p))]);
const primes = (n) => { const s = Array(n + 1).fill(true); for (let i = 2; i * i <= n; i++) if (s[i]) for (let j = i * i; j <= n; j += i) s[j] = false; return s.flatMap((p, i) => (p && i > 1 ? i : [])); };
return [bs([1, 3, 5, 7], 5), qs([3, 1, 2, 3]), primes(20)];

//// a state machine
//// => ["idle", "running", "paused", "paused", "running", "idle"]
const machine = { idle: { start: 'running' }, running: { pause: 'paused', stop: 'idle' }, paused: { resume: 'running' } };
return ['start', 'pause', 'explode', 'resume', 'stop'].reduce((path, event) => [...path, machine[path.at(-1)]?.[event] ?? path.at(-1)], ['idle']);

//// Levenshtein and fuzzy search
//// => ["Grace Hopper", 1]
const lev = (a, b) => { const d = Array.from({ length: a.length + 1 }, (_, i) => [i, ...Array(b.length).fill(0)]); for (let j = 1; j <= b.length; j++) d[0][j] = j; for (let i = 1; i <= a.length; i++) for (let j = 1; j <= b.length; j++) d[i][j] = Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] !== b[j - 1])); return d[a.length][b.length]; };
const { items } = await shop.list_customers({ per_page: 50 });
return items.map((c) => [c.name, lev(c.name.toLowerCase(), 'grace hoper')]).sort((a, b) => a[1] - b[1])[0];

//// parsing: ini, query, semver, duration
//// => [{"a": "1", "b": "two"}, ["1.2.9", "1.2.10", "1.10.0"], 5405]
const ini = Object.fromEntries('a=1\n; no\n[s]\nb = two'.split('\n').filter((l) => /^\s*\w+\s*=/.test(l)).map((l) => l.split('=').map((s) => s.trim())));
const semver = (a, b) => a.split('.').map(Number).reduce((r, n, i) => r || n - Number(b.split('.')[i]), 0);
const ms = (s) => [...s.matchAll(/(\d+)\s*(h|m|s)/g)].reduce((t, [, n, u]) => t + n * { h: 3600, m: 60, s: 1 }[u], 0);
return [ini, ['1.10.0', '1.2.9', '1.2.10'].sort(semver), ms('1h 30m 5s')];

//// eval and new Function stay within
//// => [2, 12, "object"]
return [eval('1 + 1'), new Function('a', 'b', 'return a * b')(3, 4), (0, eval)('typeof shop')];

//// using declarations
//// => ["inside", "b gone", "a gone"]
//// node 24
const log = [];
{
  using a = { [Symbol.dispose]() { log.push('a gone'); } };
  await using b = { async [Symbol.asyncDispose]() { log.push('b gone'); } };
  log.push('inside');
}
return log;

//// sparse arrays, length and holes
//// => [7, false, ["0", "2", "5"], 3, 4, [0, 1, 2], ["a0", "b1", "c2"], 1]
const a = [1, , 3]; a[5] = 6; a.length = 7;
return [a.length, 1 in a, Object.keys(a), a.filter(() => true).length, [...a].filter((x) => x === undefined).length, Array(3).fill().map((_, i) => i), Array.from('abc', (c, i) => c + i), Array.of(7).length];

//// getter on prototype, Object.create, defineProperty
//// => ["ANN", ["name"], "{\"name\":\"ann\"}", true, false]
const proto = { get upper() { return this.name.toUpperCase(); } };
const o = Object.create(proto, { name: { value: 'ann', enumerable: true }, hidden: { value: 1 } });
return [o.upper, Object.keys(o), JSON.stringify(o), 'hidden' in o, Object.getOwnPropertyDescriptor(o, 'name').writable];

//// console in every level
//// => "printed"
//// log debug "d"
//// log log "l 1 [2] {three: 3}"
//// log info "i"
//// log warn "w"
//// log error "e Error: boom"
//// log log "cart has 3 items"
//// log log "(index) | sku | qty\n--------+-----+----\n0       | A   | 1\n1       | B   | 20"
//// log log "block"
//// log log "  inside"
//// log log "hit: 1"
//// log log "hit: 2"
//// log error "Assertion failed: math is broken"
console.debug('d'); console.log('l', 1, [2], { three: 3 }); console.info('i'); console.warn('w'); console.error('e', new Error('boom'));
console.log('%s has %d items', 'cart', 3);
console.table([{ sku: 'A', qty: 1 }, { sku: 'B', qty: 20 }]);
console.group('block'); console.log('inside'); console.groupEnd();
console.count('hit'); console.count('hit');
console.assert(1 === 2, 'math is broken');
return 'printed';

//// EventTarget and CustomEvent
//// => [1, "x", 2]
const bus = new EventTarget(), got = [];
bus.addEventListener('x', (e) => got.push(e.detail));
bus.addEventListener('x', { handleEvent: (e) => got.push(e.type) }, { once: true });
bus.dispatchEvent(new CustomEvent('x', { detail: 1 })); bus.dispatchEvent(new CustomEvent('x', { detail: 2 }));
return got;

//// measuring time
//// => [true, true, "number"]
const t0 = performance.now(), d0 = Date.now();
await new Promise((r) => setTimeout(r, 5));
return [performance.now() - t0 >= 4, Date.now() - d0 >= 4, typeof performance.timeOrigin];

//// recursion that ends in an error
//// => throws stack recursed too deep
const f = (n) => f(n + 1) + 1;
return f(0);

//// an endless loop
//// => throws cpu CPU time
while (true) {}

//// a syntax error with a place
//// => throws syntax
const a = [1, 2;
return a;

//// an URL and its parameters stay in step
//// => ["https://h/x?b=2&c=d+e#top", true, "2", "TypeError", "http://x/", "https://h/x?q=1", "other"]
const u = new URL('https://u:p@h:8/x?y=1#z'), p = u.searchParams;
u.search = '?b=2'; p.append('c', 'd e'); u.port = ''; u.hash = 'top'; u.username = ''; u.password = '';
let pairs; try { new URLSearchParams([['a']]); } catch (e) { pairs = e.name; }
return [u.href, u.searchParams === p, p.get('b'), pairs, new URL('http:///x').href, String(new URL('?q=1', u)), new URL('//other/y', u).host];

//// dates as text
//// => ["Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)", "Thu Jan 01 1970", "00:00:00 GMT+0000 (Coordinated Universal Time)", "Thu, 01 Jan 1970 00:00:00 GMT", 62, 0, 5000]
const d = new Date(0);
return [String(d), d.toDateString(), d.toTimeString(), d.toUTCString(), `${d}`.length, new Date(d.toString()).getTime(), Date.parse('Thu, 01 Jan 1970 00:00:05 GMT')];

//// the first line of a stack
//// => ["TypeError", "QuotaError", "SyntaxError"]
class QuotaError extends Error { name = 'QuotaError'; }
const lines = [() => null.x, () => { throw new QuotaError('too much'); }, () => JSON.parse('')].map((f) => { try { f(); } catch (e) { return e.stack.split('\n')[0].replace(/:.*/, ''); } });
return lines;

//// logging a caught error in every way
//// => undefined
//// log error "RangeError: out (cause: \"why\")"
//// log error "failed: out"
//// log log "{e: RangeError: out (cause: \"why\")}"
//// log log "RangeError: out"
//// log log "RangeError: out"
try { throw new RangeError('out', { cause: 'why' }); } catch (e) { console.error(e); console.error('failed:', e.message); console.log({ e }); console.log(`${e}`); console.log(String(e.stack).split('\n')[0]); }

//// optional catch, nested functions, default export of nothing
//// => [1, "bad", null]
const safe = (f, fallback = null) => { try { return f(); } catch { return fallback; } };
return [safe(() => JSON.parse('{"a":1}').a), safe(() => JSON.parse('nope'), 'bad'), safe(() => undefinedThing.x)];

//// sorting records by date and text in one go
//// => ["1007@Aug 08", "1006@Jul 07", "1005@Jun 06"]
const { data } = await shop.list_orders({ limit: 8 });
return data.sort((a, b) => new Date(b.placed_at) - new Date(a.placed_at) || String(a.id).localeCompare(String(b.id))).slice(0, 3).map((o) => `${o.id}@${new Date(o.placed_at).toLocaleDateString('en-US', { month: 'short', day: '2-digit' })}`);

//// Buffer, as in node
//// => ["Hello, wörld", 13, "w7xuw68=", "c3bc6ec3af", "svg>", "hi", "ab", 2, true, false, true, 0, "ab", "hÃ©Ã©", "Pz8-Pg", "xxx", "str", "bc", "b", "bc", true, "x", 1, "a"]
const content = 'SGVsbG8s\nIHfDtnJsZA==\n', b = Buffer.from(content, 'base64');
return [b.toString('utf-8'), b.length, Buffer.from('ünï').toString('base64'), Buffer.from('ünï', 'utf8').toString('hex'), Buffer.from('c3ZnPg', 'base64url').toString(), Buffer.from([104, 105]).toString(), Buffer.concat([Buffer.from('a'), Buffer.from('b')]).toString(), Buffer.byteLength('é'), Buffer.isBuffer(b), Buffer.isBuffer(new Uint8Array(1)), b instanceof Uint8Array, Buffer.from('zz61', 'hex').length, Buffer.from('6162zz', 'hex').toString('latin1'), Buffer.from('héé').toString('latin1'), Buffer.from('??>>').toString('base64url'), Buffer.alloc(3, 'x').toString(), `${Buffer.from('str')}`, Buffer.from('abc').slice(1).toString(), Buffer.from('abc').subarray(1, 2).toString(), Buffer.from('abcdef').toString('utf8', 1, 3), Buffer.from('a').equals(Buffer.from('a')), Buffer.from(new TextEncoder().encode('x').buffer).toString(), Buffer.from('é', 'latin1').length, Buffer.from('YQ==YQ==', 'base64').toString()];

//// base64 with or without Buffer
//// => ["YTpi", "grüße"]
const encode = (s) => (typeof Buffer !== 'undefined' ? Buffer.from(s, 'utf8').toString('base64') : btoa(s));
const decode = (s) => (typeof Buffer === 'undefined' ? atob(s) : Buffer.from(s, 'base64').toString());
return [encode('a:b'), decode(encode('grüße'))];

//// uploading a Buffer
//// => [{"size": 6}, {"bytes": [111, 107]}]
return [await shop.upload({ file: Buffer.from('héllo') }), Buffer.from('ok')];
