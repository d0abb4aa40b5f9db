//// the plainest list
//// => ["Ada Lovelace", "Bob Müller", "Chloé Petit"]
const { items } = await shop.list_customers();
return items.map(c => c.name);

//// all pages in a while loop
//// => {"count": 7, "last": "c7"}
let page = 1;
const all = [];
while (true) {
  const res = await shop.list_customers({ page, per_page: 2 });
  all.push(...res.items);
  if (!res.has_more) break;
  page++;
}
return { count: all.length, last: all[all.length - 1].id };

//// all pages in a do-while with a cursor
//// => 23
let cursor;
let total = 0;
do {
  const { data, next_cursor } = await shop.list_orders({ cursor, limit: 10 });
  total += data.length;
  cursor = next_cursor;
} while (cursor);
total

//// pages with an async generator
//// => [1001, 1005, 1009, 1013]
async function* pages(fetchPage) {
  let cursor = undefined;
  for (;;) {
    const { data, next_cursor } = await fetchPage({ cursor });
    yield* data;
    if (next_cursor === null) return;
    cursor = next_cursor;
  }
}
const ids = [];
for await (const order of pages(shop.list_orders)) {
  if (order.status !== 'paid') continue;
  ids.push(order.id);
  if (ids.length >= 4) break;
}
return ids;

//// Promise.all over details
//// => [{"name": "Bob Müller", "orders": 3, "spent": 453.81}, {"name": "田中 花子", "orders": 4, "spent": 446.7}, {"name": "Chloé Petit", "orders": 3, "spent": 378.67}, {"name": "Ada Lovelace", "orders": 4, "spent": 329.94}]
const { items } = await shop.list_customers({ per_page: 4 });
const details = await Promise.all(items.map(async ({ id }) => {
  const customer = await shop.get_customer({ id });
  const { data: orders } = await shop.list_orders({ customer_id: id, limit: 100 });
  return { name: customer.name, orders: orders.length, spent: orders.reduce((sum, o) => sum + o.total_cents, 0) / 100 };
}));
return details.sort((a, b) => b.spent - a.spent);

//// allSettled with failures counted
//// => {"ok": ["c1", "c2"], "failed": ["404 no customer nope", "404 no customer gone"]}
const ids = ['c1', 'nope', 'c2', 'gone'];
const results = await Promise.allSettled(ids.map(id => shop.get_customer({ id })));
const ok = results.filter(r => r.status === 'fulfilled').map(r => r.value.id);
const failed = results.filter(r => r.status === 'rejected').map(r => r.reason.status + ' ' + r.reason.message);
return { ok, failed };

//// retry with exponential backoff
//// => {"key": "a", "tries": 3}
//// log warn "attempt 1 failed: try again"
//// log warn "attempt 2 failed: try again"
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function withRetry(fn, { retries = 4, base = 1 } = {}) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await fn();
    } catch (err) {
      if (attempt >= retries || err.status < 500) throw err;
      console.warn(`attempt ${attempt + 1} failed: ${err.message}`);
      await sleep(base * 2 ** attempt);
    }
  }
}
return withRetry(() => shop.flaky({ key: 'a' }));

//// retries run out and the error is reported
//// => ["gave up after 2 tries", 503, true, true]
async function retry(times, fn) {
  let lastError;
  for (let i = 0; i < times; i++) {
    try { return await fn(); } catch (e) { lastError = e; }
  }
  throw new Error(`gave up after ${times} tries`, { cause: lastError });
}
try {
  await retry(2, () => shop.flaky({ key: 'b', failures: 9 }));
} catch (e) {
  return [e.message, e.cause.status, e.cause instanceof ApiError, e instanceof Error];
}

//// try catch finally with a status switch
//// => ["found Chloé Petit", "done c3", "missing x", "done x"]
const log = [];
for (const id of ['c3', 'x']) {
  try {
    const c = await shop.get_customer({ id });
    log.push('found ' + c.name);
  } catch (e) {
    switch (e.status) {
      case 404:
      case 410:
        log.push('missing ' + id);
        break;
      default:
        throw e;
    }
  } finally {
    log.push('done ' + id);
  }
}
log

//// then chains instead of await
//// => [1000, 1007, 1014, 1021]
//// log log "finished"
return shop.list_customers({ country: 'DE' })
  .then(({ items }) => items[0])
  .then(first => shop.list_orders({ customer_id: first.id }))
  .then(res => res.data.map(o => o.id))
  .catch(() => [])
  .finally(() => console.log('finished'));

//// main function called at the end
//// => [{"id": "c1", "name": "Ada Lovelace"}, {"id": "c4", "name": "田中 花子"}, {"id": "c7", "name": "Grace Hopper"}]
async function main() {
  const res = await shop.list_customers({ per_page: 100 });
  const vips = res.items.filter(c => c.vip);
  return vips.map(v => ({ id: v.id, name: v.name }));
}
main();

//// main with catch and process-style exit code
//// => {"code": 1}
//// log error "Error: customer_id is missing customer_id"
async function main() {
  try {
    await shop.create_order({ body: {} });
    return 0;
  } catch (err) {
    console.error('Error:', err.message, err.body.errors[0].field);
    return 1;
  }
}
const code = await main();
return { code };

//// IIFE
//// => 8
(async () => {
  const [{ items: customers }, { data: orders }] = await Promise.all([shop.list_customers(), shop.list_orders()]);
  return customers.length + orders.length;
})();

//// export default async function
//// => 8
export default async function run() {
  const helper = (x) => x * 2;
  return helper((await shop.list_orders({ limit: 4 })).data.length);
}

//// export default arrow with destructured globals
//// => "bob@example.com"
export default async ({ shop }) => (await shop.get_customer({ id: 'c2' })).email;

//// module.exports
//// => [1000, 1004]
const compute = async () => {
  const { data } = await shop.list_orders({ status: 'open', limit: 2 });
  return data.map(o => o.id);
};
module.exports = compute;

//// exports.default
//// => "Ada Lovelace"
exports.default = async () => (await shop.get('/customers/c1')).name;

//// a fenced answer with prose
//// => 6
Sure! Here is a program that counts the open orders:

```javascript
const { data } = await shop.list_orders({ status: 'open', limit: 50 });
return data.length;
```

It uses `list_orders` with the status filter.

//// a fence without a language
//// => 6
```
(await shop.list_orders({ status: 'shipped', limit: 50 })).data.length
```

//// comments everywhere
//// => {"DE": 2, "US": 2, "FR": 2, "JP": 1}
/*
 * Summary: counts customers per country.
 * NOTE: don't call this twice!!
 */
// eslint-disable-next-line no-undef
const /* result */ res /* from the API */ = await shop.list_customers({ per_page: 50 /* max */ }); // all of them
/** @type {Record<string, number>} */
const counts = {}; // filled below
for (const c of res.items) /* each */ counts[c.country] = (counts[c.country] || 0) + 1;
// TODO: sort
return counts; // <- the answer
// the end

//// Windows newlines
//// => 2
//// crlf
const res = await shop.list_customers({ per_page: 2 });
const names = res.items
  .map(c => c.name)
  .join(`
`);
return names.split('\n').length;

//// a bare object
//// => {"open": 6, "paid": 6}
{ "open": (await shop.list_orders({ status: "open", limit: 50 })).data.length, "paid": (await shop.list_orders({ status: "paid", limit: 50 })).data.length }

//// a bare expression over several lines
//// => ["c1", "c5"]
(await shop.list_customers({ per_page: 50 })).items
  .filter((c) => c.country === "DE")
  .map((c) => c.id)

//// last statement is an assignment
//// => "c3"
let result;
const { items } = await shop.list_customers();
result = items.at(-1).id;

//// optional chaining all over
//// => ["no email", null, null, true, -1]
const res = await shop.list_customers?.({ per_page: 5 });
const c = res?.items?.[4];
return [c?.email ?? 'no email', c?.address?.street?.toUpperCase?.() ?? null, res?.nope?.(), delete c?.tags, c?.tags?.length ?? -1];

//// create after a check
//// => {"created": 2000, "for": "Ada Lovelace", "status": "open"}
const email = 'ada@example.com';
const found = (await shop.list_customers({ per_page: 100 })).items.find((c) => c.email === email);
if (!found) return { error: 'not found' };
const order = await shop.create_order({ body: { customer_id: found.id, lines: [{ sku: 'SKU-1', qty: 2 }] } });
return { created: order.id, for: found.name, status: order.status };

//// cancel all open orders of a customer one after another
//// => {"cancelled": 1, "of": 1}
const { data } = await shop.list_orders({ customer_id: 'c1', status: 'open', limit: 50 });
const cancelled = [];
for (const { id } of data) {
  const done = await shop.cancel_order({ id });
  cancelled.push(done.status === 'cancelled' ? id : null);
}
return { cancelled: cancelled.filter(Boolean).length, of: data.length };

//// batches of three
//// => [["DE", "US", "FR"], ["JP", "DE", "US"], ["FR"]]
const ids = Array.from({ length: 7 }, (_, i) => `c${i + 1}`);
const chunk = (arr, n) => arr.length ? [arr.slice(0, n), ...chunk(arr.slice(n), n)] : [];
const out = [];
for (const group of chunk(ids, 3)) {
  out.push(await Promise.all(group.map(id => shop.get_customer({ id }).then(c => c.country))));
}
return out;

//// a small worker pool
//// => {"workers": [1, 2], "vips": ["c1", "c4"]}
const queue = ['c1', 'c2', 'c3', 'c4', 'c5'], results = {};
const worker = async (n) => {
  while (queue.length) {
    const id = queue.shift();
    results[id] = (await shop.get_customer({ id })).vip;
  }
  return n;
};
const workers = await Promise.all([worker(1), worker(2)]);
return { workers, vips: Object.entries(results).filter(([, v]) => v).map(([k]) => k).sort() };

//// a timeout raced against a call
//// => ["c1", "timeout after 1 ms"]
const timeout = (ms) => new Promise((_, reject) => setTimeout(() => reject(new Error(`timeout after ${ms} ms`)), ms));
const winner = await Promise.race([shop.get_customer({ id: 'c1' }), timeout(5000)]);
const loser = await Promise.race([new Promise(() => {}), timeout(1)]).catch((e) => e.message);
return [winner.id, loser];

//// Promise.any and AggregateError
//// => ["Grace Hopper", ["AggregateError", ["a", "b"]]]
const any = await Promise.any([shop.get_customer({ id: 'zz' }), shop.get_customer({ id: 'c7' })]);
const none = await Promise.any([Promise.reject(new Error('a')), Promise.reject(new Error('b'))]).catch((e) => [e.constructor.name, e.errors.map((x) => x.message)]);
return [any.name, none];

//// an abortable wait
//// => ["AbortError", true]
const controller = new AbortController();
const wait = (ms, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, ms);
  signal.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
});
setTimeout(() => controller.abort(), 1);
try { await wait(60000, controller.signal); } catch (e) { return [e.name, controller.signal.aborted]; }

//// polling with setInterval
//// => {"state": "ready", "polls": 3}
let polls = 0;
const state = await new Promise((resolve) => {
  const timer = setInterval(async () => {
    polls++;
    if (polls === 3) { clearInterval(timer); resolve('ready'); }
  }, 1);
});
return { state, polls };

//// debounce written by hand
//// => [3]
const debounce = (fn, ms) => { let t; return (...args) => { clearTimeout(t); t = setTimeout(() => fn(...args), ms); }; };
const seen = [];
const push = debounce((x) => seen.push(x), 2);
push(1); push(2); push(3);
await new Promise((r) => setTimeout(r, 20));
return seen;

//// upload and download
//// => {"text": "file a.txt ✓", "size": 14, "same": true, "first": 102, "isBytes": true}
const bytes = await shop.download({ name: 'a.txt' });
const text = new TextDecoder().decode(bytes);
const { size } = await shop.upload({ file: bytes });
const again = await shop.upload({ file: text });
return { text, size, same: size === again.size, first: bytes[0], isBytes: bytes instanceof Uint8Array };

//// a report as a Markdown table
//// => "| id | status | total |\n|---|---|---|\n| 1000 | open      |     0.99 USD |\n| 1001 | paid      |    80.18 EUR |\n| 1002 | shipped   |   159.37 EUR |"
const { data } = await shop.list_orders({ limit: 3 });
const rows = data.map(o => `| ${o.id} | ${o.status.padEnd(9)} | ${(o.total_cents / 100).toFixed(2).padStart(8)} ${o.currency} |`);
return ['| id | status | total |', '|---|---|---|', ...rows].join('\n');

//// CSV with quotes
//// => "id,name,tags\nc1,Ada Lovelace,\nc2,Bob Müller,new\nc3,Chloé Petit,new;eu\nc4,田中 花子,new;eu;beta\nc5,Edsger Dijkstra,\nc6,Fiona O'Neil,new\nx,\"A \"\"quoted\"\", name\","
const { items } = await shop.list_customers({ per_page: 6 });
const header = ['id', 'name', 'tags'];
const esc = (v) => { const s = Array.isArray(v) ? v.join(';') : String(v ?? ''); return /[",\n]/.test(s) ? `"${s.replace(/"/g, '""')}"` : s; };
const csv = [header.join(','), ...items.concat({ id: 'x', name: 'A "quoted", name', tags: null }).map(row => header.map(h => esc(row[h])).join(','))].join('\n');
return csv;

//// errors with details
//// => {"pretty": "ValidationError(customer_id): customer_id is missing", "isValidation": true, "string": "ValidationError: customer_id is missing", "cause": 422, "keys": ["name", "field"]}
class ValidationError extends Error {
  constructor(field, message, options) {
    super(message, options);
    this.name = 'ValidationError';
    this.field = field;
  }
  get pretty() { return `${this.name}(${this.field}): ${this.message}`; }
}
try {
  try { await shop.create_order({ body: {} }); } catch (cause) { throw new ValidationError(cause.body.errors[0].field, cause.message, { cause }); }
} catch (e) {
  return { pretty: e.pretty, isValidation: e instanceof ValidationError, string: String(e), cause: e.cause.status, keys: Object.keys(e) };
}

//// the uncaught error of a call
//// => throws throw no customer c99
const ids = ['c1', 'c99'];
for (const id of ids) await shop.get_customer({ id });

//// a typo in a method name
//// => throws throw not a function
const customers = await shop.listCustomers();
return customers;

//// forgotten await shows up as undefined
//// => "forgot to await"
const res = shop.list_customers();
return typeof res.items === 'undefined' ? 'forgot to await' : res.items.length;

//// Map as an index, returned whole
//// => {"c1": "Ada Lovelace", "c2": "Bob Müller", "c3": "Chloé Petit"}
const { items } = await shop.list_customers({ per_page: 3 });
const byId = new Map(items.map(c => [c.id, c.name]));
return byId;

//// a Set of countries, returned whole
//// => ["DE", "US", "FR", "JP"]
const { items } = await shop.list_customers({ per_page: 50 });
return new Set(items.map(c => c.country));

//// nested loops with labels
//// => null
const { data } = await shop.list_orders({ limit: 23 });
let hit = null;
outer:
for (const order of data) {
  for (const line of order.lines) {
    if (line.sku === 'SKU-3' && line.qty > 2) {
      hit = { order: order.id, line };
      break outer;
    }
    if (order.status === 'cancelled') continue outer;
  }
}
return hit;

//// top customers by spend
//// => ["c2: €348.21", "c7: €341.10", "c3: €340.11"]
const all = [];
for (let cursor = 0; cursor !== null;) {
  const r = await shop.list_orders({ cursor, limit: 7 });
  all.push(...r.data);
  cursor = r.next_cursor;
}
const spend = all.reduce((acc, { customer_id, total_cents, status }) => {
  if (status === 'cancelled') return acc;
  acc[customer_id] = (acc[customer_id] ?? 0) + total_cents;
  return acc;
}, {});
return Object.entries(spend).sort(([, a], [, b]) => b - a).slice(0, 3).map(([id, cents]) => `${id}: €${(cents / 100).toLocaleString('en-US', { minimumFractionDigits: 2 })}`);

//// group by month
//// => "2025-01:2 2025-02:2 2025-03:2 2025-04:2 2025-05:2 2025-06:2 2025-07:2 2025-08:2 2025-09:2 2025-10:2 2025-11:2 2025-12:1"
const { data } = await shop.list_orders({ limit: 100 });
const months = {};
data.forEach(function (order) {
  var month = order.placed_at.slice(0, 7);
  if (!months.hasOwnProperty(month)) months[month] = [];
  months[month].push(order.id);
});
return Object.keys(months).sort().map(m => m + ':' + months[m].length).join(' ');

//// old-style JavaScript
//// => ["0-c1", "1-c2", "2-c3", "object"]
var self = this;
var out = [];
var res = await shop.list_customers({ per_page: 3 });
for (var i = 0; i < res.items.length; i++) {
  (function (index) {
    out.push(function () { return index + '-' + res.items[index].id; });
  })(i);
}
return out.map(function (f) { return f.call(null); }).concat(typeof self);

//// a helper object with methods and this
//// => [["Ada Lovelace", "Bob Müller"], 2]
const client = {
  calls: 0,
  async get(id) { this.calls++; return shop.get_customer({ id }); },
  async names(...ids) { const out = []; for (const id of ids) out.push((await this.get(id)).name); return out; },
};
return [await client.names('c1', 'c2'), client.calls];

//// a cache with memoize
//// => [["DE", "US", "DE", "DE"], 2]
const memoize = (fn) => { const cache = new Map(); return async (key) => { if (!cache.has(key)) cache.set(key, fn(key)); return cache.get(key); }; };
let calls = 0;
const get = memoize(async (id) => { calls++; return (await shop.get_customer({ id })).country; });
return [await Promise.all(['c1', 'c2', 'c1', 'c1'].map(get)), calls];

//// sequential reduce with promises
//// => {"DE": "c1", "US": "c2", "FR": "c3"}
const ids = ['c1', 'c2', 'c3'];
return ids.reduce(async (accP, id) => { const acc = await accP; const { country } = await shop.get_customer({ id }); return { ...acc, [country]: id }; }, Promise.resolve({}));

//// a join of two lists
//// => [{"id": 1001, "customer": "田中 花子"}, {"id": 1005, "customer": "Bob Müller"}, {"id": 1009, "customer": "Grace Hopper"}]
const [{ items }, { data }] = await Promise.all([shop.list_customers({ per_page: 50 }), shop.list_orders({ limit: 50, status: 'paid' })]);
const names = Object.fromEntries(items.map(({ id, name }) => [id, name]));
return data.slice(0, 3).map(({ id, customer_id: c }) => ({ id, customer: names[c] ?? 'unknown' }));

//// nothing returned, only printed
//// => undefined
//// log log "total: 7"
//// log log "{total: 7, nested: {list: [1, 2, {three: 3}]}}"
const { total } = await shop.list_customers();
console.log('total:', total);
console.log({ total, nested: { list: [1, 2, { three: 3 }] } });
