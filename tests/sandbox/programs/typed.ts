//// inline interfaces
//// => ["Ada Lovelace", "Bob Müller", "Chloé Petit"]
interface Customer { id: string; name: string; email: string | null; country: string; tags?: string[] }
interface Page<T> { items: T[]; total: number; has_more: boolean }
const res: Page<Customer> = await shop.list_customers({ per_page: 3 });
const names: string[] = res.items.map((c: Customer): string => c.name);
return names;

//// a generic paginator
//// => 6
type Cursor = string | null;
interface CursorPage<T> { data: T[]; next_cursor: Cursor }
async function collect<T>(fetchPage: (args: { cursor?: Cursor; limit: number }) => Promise<CursorPage<T>>, limit = 10): Promise<T[]> {
  const out: T[] = [];
  let cursor: Cursor | undefined;
  do {
    const page: CursorPage<T> = await fetchPage({ cursor: cursor ?? undefined, limit });
    out.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor);
  return out;
}
const orders = await collect<{ id: number; status: string }>(shop.list_orders);
return orders.filter(o => o.status === 'paid').length;

//// string enums
//// => {"counts": {"open": 6, "paid": 6, "shipped": 6}, "open": "open"}
enum Status { Open = "open", Paid = "paid", Shipped = "shipped" }
const counts = {} as Record<Status, number>;
for (const status of Object.values(Status)) {
  counts[status] = (await shop.list_orders({ status, limit: 100 })).data.length;
}
return { counts, open: Status.Open };

//// numeric enums with reverse mapping
//// => [0, 6, "Medium", "High", "unknown"]
enum Priority { Low, Medium = 5, High }
const parse = (p: number): keyof typeof Priority | 'unknown' => (Priority[p] as keyof typeof Priority) ?? 'unknown';
return [Priority.Low, Priority.High, Priority[5], parse(6), parse(99)];

//// const enum with flags
//// => [7, true, false]
const enum Perm {
  None = 0,
  Read = 1 << 0,
  Write = 1 << 1, // may change things
  Admin = Read | Write | (1 << 2),
}
const can = (have: Perm, want: Perm): boolean => (have & want) === want;
return [Perm.Admin, can(Perm.Admin, Perm.Write), can(Perm.Read, Perm.Write)];

//// an exported enum and a switch over it
//// => [12.566, 9]
export enum Shape { Circle = 'circle', Square = 'square' }
type Sized = { kind: Shape.Circle; r: number } | { kind: Shape.Square; side: number };
function area(s: Sized): number {
  switch (s.kind) {
    case Shape.Circle: return +(Math.PI * s.r ** 2).toFixed(3);
    case Shape.Square: return s.side * s.side;
    default: { const never: never = s; return never; }
  }
}
return [area({ kind: Shape.Circle, r: 2 }), area({ kind: Shape.Square, side: 3 })];

//// a class with parameter properties
//// => "279.10 EUR"
class Money {
  constructor(public readonly cents: number, private readonly currency: string = 'EUR') {}
  add(other: Money): Money { return new Money(this.cents + other.cents, this.currency); }
  toString(): string { return `${(this.cents / 100).toFixed(2)} ${this.currency}`; }
}
const { data } = await shop.list_orders({ limit: 4 });
return String(data.map((o: { total_cents: number }) => new Money(o.total_cents)).reduce((a: Money, b: Money) => a.add(b)));

//// an abstract repository
//// => 2
abstract class Repository<T extends { id: string }> {
  protected cache: Map<string, T> = new Map();
  constructor(protected readonly load: (id: string) => Promise<T>) {}
  abstract key(item: T): string;
  async get(id: string): Promise<T> {
    const hit = this.cache.get(id);
    if (hit) return hit;
    const item = await this.load(id);
    this.cache.set(this.key(item), item);
    return item;
  }
}
class Customers extends Repository<{ id: string; name: string }> {
  private static instance?: Customers;
  static get shared(): Customers { return (this.instance ??= new Customers((id) => shop.get_customer({ id }))); }
  override key(item: { id: string }): string { return item.id; }
  get size(): number { return this.cache.size; }
}
await Customers.shared.get('c1'); await Customers.shared.get('c1'); await Customers.shared.get('c2');
return Customers.shared.size;

//// as, satisfies and as const
//// => [true, 12, 4]
const config = { retries: 3, codes: [408, 429] } as const satisfies { retries: number; codes: readonly number[] };
const res = (await shop.list_customers({ per_page: 1 })) as unknown as { items: any[] };
const first = res.items[0]!.name as string;
return [config.codes.includes(429 as any), first.length, (<number>(config.retries as any)) + 1];

//// a result type
//// => ["Ada Lovelace", "no customer zz"]
type Result<T, E extends Error = Error> = { ok: true; value: T } | { ok: false; error: E };
const attempt = async <T,>(fn: () => Promise<T>): Promise<Result<T>> => {
  try { return { ok: true, value: await fn() }; } catch (error: unknown) { return { ok: false, error: error instanceof Error ? error : new Error(String(error)) }; }
};
const results: Result<{ name: string }>[] = await Promise.all(['c1', 'zz'].map((id) => attempt(() => shop.get_customer({ id }))));
return results.map((r) => (r.ok ? r.value.name : r.error.message));

//// type guards and assertion functions
//// => ["miau", "wuff", "id is a number"]
interface Cat { meow(): string } interface Dog { bark(): string }
function isCat(x: Cat | Dog): x is Cat { return 'meow' in x; }
function assertIsString(v: unknown, name = 'value'): asserts v is string { if (typeof v !== 'string') throw new TypeError(`${name} is a ${typeof v}`); }
const pets: Array<Cat | Dog> = [{ meow: () => 'miau' }, { bark: () => 'wuff' }];
const said = pets.map((p) => (isCat(p) ? p.meow() : (p as Dog).bark()));
try { assertIsString(5, 'id'); } catch (e) { said.push((e as Error).message); }
return said;

//// overloads
//// => [["a"], [1, 1]]
function pick(value: string): string[];
function pick(value: number, times?: number): number[];
function pick(value: any, times: number = 1): any[] {
  return Array.from({ length: typeof value === 'number' ? times : 1 }, () => value);
}
return [pick('a'), pick(1, 2)];

//// mapped and conditional types that leave nothing behind
//// => [{"a": 1, "b": 3}, 7, 3]
type DeepPartial<T> = { [K in keyof T]?: T[K] extends object ? DeepPartial<T[K]> : T[K] };
type Getters<T> = { [K in keyof T as `get${Capitalize<string & K>}`]: () => T[K] };
type ElementOf<A> = A extends readonly (infer U)[] ? U : never;
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
const merge = <T extends object>(base: T, patch: DeepPartial<T>): T => Object.assign(structuredClone(base), patch);
const g: Getters<{ id: number }> = { getId: () => 7 };
const e: ElementOf<number[]> = 3;
return [merge({ a: 1, b: 2 }, { b: 3 }), g.getId(), e] as Json;

//// a discriminated union and exhaustive handling
//// => ["created@1", "moved to 1,2", "gone"]
type Event =
  | { type: 'created'; at: number }
  | { type: 'moved'; from: [number, number]; to: [x: number, y: number] }
  | { type: 'gone' };
const describeEvent = (e: Event): string => {
  if (e.type === 'created') return `created@${e.at}`;
  else if (e.type === 'moved') { const [x, y]: [number, number] = e.to; return `moved to ${x},${y}`; }
  return 'gone';
};
return ([{ type: 'created', at: 1 }, { type: 'moved', from: [0, 0], to: [1, 2] }, { type: 'gone' }] as Event[]).map(describeEvent);

//// imports of types only
//// => [1, 3, 6]
import type { Customer } from './types';
import { type Order, type Line } from 'shop-sdk';
const sum = (lines: Line[]): number => lines.reduce((n: number, l) => n + (l as any).qty, 0);
const { data }: { data: Order[] } = await shop.list_orders({ limit: 3 });
return data.map((o: any) => sum(o.lines));

//// declare and ambient things
//// => 5
declare const process: { env: Record<string, string> };
declare function sleep(ms: number): Promise<void>;
declare global { interface Window { shop: unknown } }
const value: number = 5;
return value;

//// a class with every kind of member
//// => [["n1", "n2"], ["n1", "n2"], "x", 12, "1", false]
class Everything<T = string> implements Iterable<T> {
  static #count = 0;
  static readonly VERSION: string = '1';
  declare phantom: number;
  public items: T[] = [];
  private _name?: string;
  protected readonly created: Date = new Date(0);
  label!: string;
  [key: string]: any;
  static { Everything.#count = 10; }
  constructor(...items: T[]) { this.items = items; Everything.#count++; }
  get name(): string { return this._name ?? 'none'; }
  set name(value: string | undefined) { this._name = value; }
  static get count(): number { return Everything.#count; }
  *[Symbol.iterator](): IterableIterator<T> { yield* this.items; }
  async *slowly(): AsyncGenerator<T, void, undefined> { for (const item of this.items) { await null; yield item; } }
  map<U>(fn: (item: T, i: number) => U): Everything<U> { return new Everything<U>(...this.items.map(fn)); }
  public static of<T>(this: new (...items: T[]) => Everything<T>, ...items: T[]): Everything<T> { return new this(...items); }
}
const e = Everything.of<number>(1, 2).map<string>((n) => `n${n}`);
e.name = 'x';
const slow: string[] = [];
for await (const s of e.slowly()) slow.push(s);
return [[...e], slow, e.name, Everything.count, Everything.VERSION, 'phantom' in e];

//// function types, callbacks and optional parameters
//// => [5, "nobody", "ANN"]
type Callback<T> = (error: Error | null, value?: T) => void;
const callLater = <T>(value: T, cb: Callback<T>): void => { setTimeout(() => cb(null, value), 0); };
const promisify = <T>(fn: (v: T, cb: Callback<T>) => void) => (v: T) => new Promise<T>((resolve, reject) => fn(v, (err, out) => (err ? reject(err) : resolve(out!))));
const later: (n: number) => Promise<number> = promisify<number>(callLater);
const greet = (name?: string, { loud = false }: { loud?: boolean } = {}): string => (loud ? name?.toUpperCase() : name) ?? 'nobody';
return [await later(5), greet(), greet('ann', { loud: true })];

//// destructuring with types and defaults
//// => [[1000, "SKU-0", 0, 99, 4], [1001, "SKU-1", 1, 8018, 4], [1, "-", 0, 0, 0]]
function summarize({ id, lines: [firstLine, ...others] = [], total_cents: total = 0, ...rest }: { id: number; lines?: any[]; total_cents?: number; [k: string]: unknown }): (string | number)[] {
  return [id, firstLine?.sku ?? '-', others.length, total, Object.keys(rest).length];
}
const { data } = await shop.list_orders({ limit: 2 });
return [...data.map(summarize), summarize({ id: 1 })];

//// non-null assertions and definite assignment
//// => ["c1", 2, "none"]
let found!: { id: string } | undefined;
const { items } = await shop.list_customers();
items!.forEach((c: any) => { if (c!.vip) found = c; });
const map = new Map<string, { deep: { list: number[] } }>([['k', { deep: { list: [1, 2] } }]]);
return [found!.id, map.get('k')!.deep!.list[1]!, map.get('z')?.deep!.list ?? 'none'];

//// generators with types
//// => [[0, 2, 4], [0, 1, 2]]
function* range(start: number, end: number, step: number = 1): Generator<number, string, unknown> {
  for (let i = start; i < end; i += step) yield i;
  return 'end';
}
const take = <T>(it: Iterable<T>, n: number): T[] => { const out: T[] = []; for (const x of it) { if (out.length >= n) break; out.push(x); } return out; };
return [[...range(0, 5, 2)], take(range(0, Infinity), 3)];

//// a typed event emitter
//// => [[1], 0]
type Handlers = { [event: string]: Array<(payload: any) => void> };
class Emitter<Events extends Record<string, unknown>> {
  private handlers: Handlers = {};
  on<K extends keyof Events & string>(event: K, handler: (payload: Events[K]) => void): () => void {
    (this.handlers[event] ??= []).push(handler);
    return () => { this.handlers[event] = this.handlers[event].filter((h) => h !== handler); };
  }
  emit<K extends keyof Events & string>(event: K, payload: Events[K]): number { return (this.handlers[event] ?? []).map((h) => h(payload)).length; }
}
const bus = new Emitter<{ tick: number; done: { ok: boolean } }>();
const got: number[] = [];
const off = bus.on('tick', (n) => got.push(n));
bus.emit('tick', 1); off(); bus.emit('tick', 2);
return [got, bus.emit('done', { ok: true })];

//// keyof, typeof and indexed access
//// => ["#f00", "#0f0"]
const palette = { red: '#f00', green: '#0f0' };
type Color = keyof typeof palette;
type Hex = (typeof palette)[Color];
const isColor = (s: string): s is Color => Object.prototype.hasOwnProperty.call(palette, s);
const toHex = (names: readonly string[]): Hex[] => names.filter(isColor).map((n) => palette[n]);
return toHex(['red', 'blue', 'green'] as const);

//// async iteration helpers with types
//// => ["Ada Lovelace", "Bob Müller"]
async function* mapAsync<T, U>(source: AsyncIterable<T> | Iterable<T>, fn: (x: T) => Promise<U> | U): AsyncIterable<U> { for await (const x of source) yield await fn(x); }
const out: string[] = [];
for await (const name of mapAsync<string, string>(['c1', 'c2'], async (id) => (await shop.get_customer({ id })).name)) out.push(name);
return out;

//// a semicolon-free style with traps
//// => ["total: 3", 6]
type Id = string
interface Box { value: number }
let total: number = 0
const boxes: Box[] = [{ value: 1 }, { value: 2 }]
;[...boxes].forEach((b: Box) => { total += b.value })
const label = `total: ${total}` as string
;(function (): void { total *= 2 })()
export { label }
return [label, total]

//// multi-line generics and arrow types
//// => {"size": 2, "first": "a"}
const index = <
  T extends Record<K, string>,
  K extends string = 'id',
>(
  list: readonly T[],
  key: K = 'id' as K,
): Map<
  string,
  T
> => new Map(
  list.map((item): [string, T] => [item[key], item]),
)
const result: {
  size: number
  first: string
} = { size: index([{ id: 'a' }, { id: 'b' }]).size, first: [...index([{ id: 'a' }]).keys()][0] }
return result

//// a builder with this types
//// => "name=A%20%26%20B&q=%C3%BC&limit=5"
class Query {
  private parts: string[] = [];
  where(field: string, value: string | number): this { this.parts.push(`${field}=${encodeURIComponent(value)}`); return this; }
  limit(n: number): this { return this.where('limit', n); }
  build(): string { return this.parts.join('&'); }
}
return new Query().where('name', 'A & B').where('q', 'ü').limit(5).build();

//// readonly tuples, labelled and rest
//// => {"flags": [1, 0], "firstId": 1}
type Row = readonly [id: number, name: string, ...flags: boolean[]];
const rows: readonly Row[] = [[1, 'a', true], [2, 'b']];
const flags = rows.map(([, , ...f]: Row) => f.length);
const [[firstId]] = rows as Row[];
return { flags, firstId };

//// generic constraints with defaults and a factory
//// => {"id": "u1", "name": "anon"}
interface Entity { id: string }
type Ctor<T> = new (...args: any[]) => T;
function create<T extends Entity>(C: Ctor<T>, ...args: ConstructorParameters<Ctor<T>>): T { return new C(...args); }
class User implements Entity { constructor(readonly id: string, public name: string = 'anon') {} }
return create(User, 'u1') as User;

//// inheritance with parameter properties and super
//// => "derived:4:8"
class Base { constructor(protected readonly kind: string) {} describe() { return this.kind; } }
class Derived extends Base {
  constructor(private readonly size: number, kind = 'derived') {
    super(kind);
    this.total = this.size * 2;
  }
  total: number;
  override describe() { return `${super.describe()}:${this.size}:${this.total}`; }
}
return new Derived(4).describe();

//// names that are keywords elsewhere
//// => [21, 2, 87]
const type = 'a', of = 1, as = 2, is = 3, declare = 4, namespace = 5, readonly = 6, abstract = 7, from = 8, get = 9, set = 10, async = 11, module = 12, any = 13, string = 14, number = 15;
const o = { type, of, as: as as number, get, set, async, enum: 1, class: 2, default: 3, delete: 4, new: 5, interface: 6 };
return [o.enum + o.class + o.default + o.delete + o.new + o.interface, o.as, is + declare + namespace + readonly + abstract + from + module + any + string + number];

//// a fenced TypeScript answer
//// => {"vip": 3, "regular": 4}
Here's the solution:

```typescript
interface Summary { vip: number; regular: number }
const { items } = await shop.list_customers({ per_page: 100 });
const summary: Summary = items.reduce((acc: Summary, c: { vip: boolean }) => {
  acc[c.vip ? 'vip' : 'regular']++;
  return acc;
}, { vip: 0, regular: 0 });
return summary;
```

//// export default with types
//// => [1000, 1001]
interface Options { limit?: number }
const DEFAULTS: Required<Options> = { limit: 2 };
export default async function main(): Promise<number[]> {
  const { data } = await shop.list_orders(DEFAULTS as Options);
  return data.map((o: { id: number }): number => o.id);
}

//// namespaces are refused
//// => throws syntax Namespaces are not supported
namespace Util { export const two = 2 }
return Util.two;

//// decorators are refused
//// => throws syntax Decorators are not supported
function log(target: any) { return target }
@log
class A {}
return 1;
