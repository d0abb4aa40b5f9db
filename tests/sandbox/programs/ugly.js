//// one line, no spaces
//// => "c1:A,c4:田,c7:G"
const{items}=await shop.list_customers({per_page:9});return items.filter(c=>c.vip).map(({id,name:n})=>id+':'+n[0]).join()

//// var, hoisting and functions below
//// => "0undefined"
return total();
function total() { var sum = 0; for (var k in prices) sum += prices[k]; return sum + (typeof later); }
var prices = { a: 1 }, later;

//// hoisted function over a var set before
//// => "a=1.5&b=2.25"
var prices = { a: 1.5, b: 2.25 };
var message = label(prices);
function label(p) { return Object.keys(p).map(function (k) { return k + '=' + p[k] }).join('&') }
message

//// no semicolons at all
//// => {"text": "first is 1000", "ids": [0, 1000, 1001, 1002, 1, 2]}
const res = await shop.list_orders({ limit: 3 })
const ids = res.data.map(o => o.id)
const [first] = ids
const text = `first is ${first}`
;[1, 2].forEach(n => ids.push(n))
!ids.length || ids.unshift(0)
return { text, ids }

//// deep ternaries
//// => ["O", "P+", "S", "?"]
const { data } = await shop.list_orders({ limit: 4 })
return data.map(o => o.status === 'open' ? 'O' : o.status === 'paid' ? (o.total_cents > 100 ? 'P+' : 'P') : o.status === 'shipped' ? 'S' : '?')

//// everything in one expression
//// => [["c2", 34821], ["c3", 34011], ["c1", 17462]]
(await Promise.all((await shop.list_customers({ per_page: 3 })).items.map(async c => [c.id, (await shop.list_orders({ customer_id: c.id, limit: 99 })).data.filter(o => o.status !== 'cancelled').map(o => o.total_cents).reduce((a, b) => a + b, 0)]))).sort((a, b) => b[1] - a[1])

//// regex that looks like division and back
//// => [5, 3, "x", 5, 1]
let a = 10, g = 2, s = "a/b/c";
const half = a / g / 1, parts = s.split(/\//), re = /[/\]]+/g;
return [half, parts.length, '/]x'.replace(re, ''), a++ / g, s.match(/b\/c$/) ? 1 : 0];

//// strings with everything in them
//// => ["it's \"quoted\" \\ é A continued", "tab\there", "back`tick ${no} 2", 1, "//not a comment", "/* nor this */"]
const s = 'it\'s "quoted" \\ \u00e9 \x41 \
continued', t = "tab\there", u = `back\`tick \${no} ${1 + 1}`;
return [s, t, u, '\0'.length, '//not a comment', "/* nor this */"];

//// braces in strings and comments
//// => "{}{}"
const o = { open: '{', close: "}", /* } */ both: `{${'}'}` }; // { {{
return Object.values(o).join('') /* ] ) } */;

//// HTML-like comments and arrows
//// => [4, 3, 2, 1, 0]
let n = 5, out = [];
while (n --> 0) out.push(n);
return out;

//// shadowed names and blocks
//// => [1, 11]
let x = 1;
{ let x = 2; { const x = 3; void x; } }
for (let x = 9; x < 10; x++) {}
const f = (x = x2()) => x; function x2() { return x + 10; }
try { throw 4 } catch (x) { x += 1 }
return [x, f()];

//// if without braces, else chains, empty statements
//// => 2
let r;;
if (0) r = 1; else if ('') r = 2; else if ([]) r = 3; else r = 4;
for (;;) if (r++ > 5) break; else continue;
do r-- ; while (r > 2)
return r

//// delete, in, void, typeof, comma in one
//// => [true, false, null, "number", 3, 3, "b"]
const o = { a: 1, b: { c: 2 } };
return [delete o.a, 'a' in o, void o, typeof o.b?.c, (o.b.c++, o.b.c), o['b']['c'], Object.keys(o) + ''];

//// async in forEach, collected wrongly and rightly
//// => [0, ["c1", "c2"]]
const wrong = [], right = [];
['c1', 'c2'].forEach(async (id) => { wrong.push((await shop.get_customer({ id })).id); });
const lengthBefore = wrong.length;
for await (const c of ['c1', 'c2'].map((id) => shop.get_customer({ id }))) right.push(c.id);
return [lengthBefore, right];

//// await in odd places
//// => {"0": true, "1": true, "key": 1, "z": 2, "t": "c1-none"}
const k = await 'key', o = { [await k]: await Promise.resolve(1), ...(await Promise.resolve({ z: 2 })) };
const pick = async (flag) => flag ? (await shop.get_customer({ id: 'c1' })).id : null;
if (await pick(true)) o.t = `${await pick(1)}-${(await pick(0)) ?? 'none'}`;
for (let i = await 0; i < await 2; i++) o[i] = !await null;
return o;

//// a class expression, called, and an object of functions
//// => ["Bob Müller", 2]
const api2 = new (class { #base = '/customers'; async one(id) { return (await shop.get(`${this.#base}/${id}`)).name; } })();
const ops = { 'get one': api2.one.bind(api2), async ['all' + 1]() { return (await shop.get('/customers', { per_page: 2 })).items.length; } };
return [await ops['get one']('c2'), await ops.all1()];

//// errors swallowed, rethrown and chained
//// => {"trail": ["0:bottom", "1:step 0", "2:step 1"], "names": ["step 2", "step 1", "step 0", "bottom"]}
const trail = [];
const step = async (n) => { try { if (n === 0) throw new RangeError('bottom'); await step(n - 1); } catch (e) { trail.push(`${n}:${e.message}`); throw new Error(`step ${n}`, { cause: e }); } };
try { await step(2); } catch (e) { let c = e, names = []; while (c) { names.push(c.message); c = c.cause; } return { trail, names }; }

//// throwing something that is no error
//// => [42, "none"]
try { throw { code: 42 }; } catch ({ code, message = 'none' }) { return [code, message]; }

//// a promise constructor with async inside
//// => {"total": 7}
return new Promise(async (resolve, reject) => {
  try { const { total } = await shop.list_customers(); setTimeout(() => resolve({ total }), 1); } catch (e) { reject(e); }
});

//// module pattern
//// => 2
const Shop = (function () {
  let cache = {};
  async function load(id) { return cache[id] || (cache[id] = await shop.get_customer({ id: id })); }
  return { load: load, size: function () { return Object.keys(cache).length; } };
})();
await Shop.load('c1'); await Shop.load('c1'); await Shop.load('c3');
return Shop.size();

//// globals set and read back
//// => [1, "ReferenceError"]
globalThis.counter = (globalThis.counter || 0) + 1;
window = undefined_or(() => window);
function undefined_or(f) { try { return f(); } catch (e) { return e.name; } }
return [counter, window];

//// JSON in, JSON out
//// => "{\n \"customer_id\": \"c1\",\n \"id\": 2000,\n \"lines\": [],\n \"note\": \"Grüße\\n\\\"x\\\"\",\n \"status\": \"open\"\n}"
const body = JSON.stringify({ customer_id: 'c1', note: 'Grüße\n"x"', lines: [] });
const made = await shop.create_order({ body: JSON.parse(body) });
return JSON.stringify(made, Object.keys(made).sort(), 1);

//// everything about arguments
//// => [[1, 2, 3, 5, 7, 0, 0], [1, 2, 4, 6, 8, 2, 2], 1]
const f = (a, b = a * 2, { c = 3, d: { e = 5 } = {} } = {}, [g = 7, ...h] = [], ...rest) => [a, b, c, e, g, h.length, rest.length];
return [f(1), f(1, 2, { c: 4, d: { e: 6 } }, [8, 9, 10], 'x', 'y'), f.length];

//// a long chain over lines with comments between
//// => "c7"
return (await shop.list_orders({ limit: 100 })).data
  // only the paid ones
  .filter((o) => o.status === 'paid')
  /* by customer */
  .map((o) => o.customer_id)
  .filter((id, i, all) => all.indexOf(id) === i) // unique

  .sort()
  .reverse()
  [0]
;

//// numbers in disguise
//// => [10, "52", 3, 1, -3, 0, 14, 1, null, false, true, true, 8, 3, 5.5, "1.0", -7, 7]
return ['5' * '2', '5' + 2, '5' - 2, +true, -'3', [] * 2, [7] * 2, null + 1, undefined + 1, '10' > '9', 10 > '9', '' == 0, parseInt('08'), Number('0b11'), .5 + 5., 1..toFixed(1), ~~-7.9, 7.9 | 0];

//// date strings as they come
//// => ["2024-05-06T00:00:00.000Z", "2024-05-06T07:08:09.000Z", "2024-05-06T05:08:09.123Z", "2024-05-06T07:08:09.000Z", "2024-05-06T07:08:09.000Z", "2024-05-06T00:00:00.000Z", null]
const at = ['2024-05-06', '2024-05-06T07:08:09Z', '2024-05-06T07:08:09.123+02:00', 'May 6, 2024 07:08:09 UTC', 'Mon, 06 May 2024 07:08:09 GMT', '2024/05/06', 'garbage'];
return at.map((s) => { const d = new Date(s); return isNaN(d) ? null : d.toISOString(); });

//// strict mode and this
//// => [true, "object", "ReferenceError"]
'use strict';
function who() { return this; }
return [who() === undefined, (() => typeof this)(), (function () { 'use strict'; try { undeclared = 1; } catch (e) { return e.name; } })()];

//// escaped identifiers, unicode escapes and odd spacing
//// => [1, 2, 1, 2]
const \u0061bc = 1, ünïcode = 2	, o = {  'key with space' :1 ,\u{62}: 2};
return   [ abc ,	ünïcode,o [ 'key with space' ] , o . b ];

//// generator-driven async flow by hand
//// => ["c1", 5]
const run = (gen) => new Promise((done, fail) => { const it = gen(); (function next(v) { let r; try { r = it.next(v); } catch (e) { return fail(e); } r.done ? done(r.value) : Promise.resolve(r.value).then(next, fail); })(); });
return run(function* () { const a = yield shop.get_customer({ id: 'c1' }); const b = yield 5; return [a.id, b]; });

//// a queue with events and backpressure
//// => ["DE", "US", "FR"]
const q = [], waiting = [];
const put = (x) => (waiting.length ? waiting.shift()(x) : q.push(x)), take = () => (q.length ? Promise.resolve(q.shift()) : new Promise((r) => waiting.push(r)));
(async () => { for (const id of ['c1', 'c2', 'c3']) put((await shop.get_customer({ id })).country); put(null); })();
const got = []; for (let x; (x = await take()) !== null;) got.push(x);
return got;

//// a rate limiter with timestamps
//// => [0, 1, 4, 9, 16]
const limit = (n, ms) => { let times = []; return async (fn) => { const now = Date.now(); times = times.filter((t) => now - t < ms); if (times.length >= n) await new Promise((r) => setTimeout(r, ms)); times.push(Date.now()); return fn(); }; };
const slow = limit(2, 3), out = [];
for (let i = 0; i < 5; i++) out.push(await slow(() => i * i));
return out;

//// getters on the result and nested toJSON
//// => {"now": "computed", "when": {"iso": "1970-01-01T00:00:00.000Z"}, "list": [null, null, 0, null], "big": "10", "date": "2001-09-09T01:46:40.000Z"}
return { get now() { return 'computed'; }, when: { toJSON() { return { iso: new Date(0) }; } }, list: [undefined, NaN, -0, () => 1], big: 10n, date: new Date(1e12) };

//// an error returned as data
//// => ["Ada Lovelace", {"error": "no customer bad", "status": 404}]
const results = await Promise.all(['c1', 'bad'].map((id) => shop.get_customer({ id }).catch((e) => ({ error: e.message, status: e.status }))));
return results.map((r) => r.name ?? r);

//// returns inside a loop inside a try
//// => 1001
//// log log "nothing none"
for (const status of ['none', 'paid', 'open']) {
  try {
    const { data: [first] } = await shop.list_orders({ status, limit: 1 });
    if (!first) throw new Error('nothing ' + status);
    return first.id;
  } catch (e) { console.log(e.message); continue; }
}
