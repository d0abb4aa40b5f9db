"""Programs that spoil the world they run in, for `contract.py`."""

from __future__ import annotations

# Every object that a program can reach, then a way to spoil it, then an ending: never a crash of the sandbox.
EVERYTHING = """
const keep = { Object, Reflect, host, console, Promise, setTimeout, Error }, own = Reflect.ownKeys, describe = Object.getOwnPropertyDescriptor, define = Object.defineProperty;
const proto = Object.getPrototypeOf, seen = new Set(), all = [];
for (const queue = [globalThis, proto(async () => {}), proto(proto((async function* () {})())), proto([].values()), proto(new Map().values()), proto(/x/[Symbol.matchAll]('')), proto(function* () {})]; queue.length; ) {
  const object = queue.pop();
  if (Object(object) !== object || seen.has(object)) continue;
  seen.add(object);
  let keys; try { keys = own(object) } catch { continue }
  for (const key of keys) {
    const found = describe(object, key);
    if (found) { all.push([object, key, found]); queue.push(found.value, found.get); }
  }
  queue.push(proto(object));
}
const each = (change) => { for (let i = 0; i < all.length; i++) { const it = all[i]; try { change(it[0], it[1], it[2]) } catch {} } };
"""
SPOIL = [
    "each((o, k, f) => { if (typeof f.value === 'function' && k !== 'constructor') o[k] = () => { throw 1 } })",
    "each((o, k, f) => { if (typeof f.value === 'function') o[k] = () => 0 })",
    "each((o, k, f) => { if (typeof f.value === 'function') define(o, k, { get() { throw 2 } }) })",
    "each((o, k, f) => { if (f.configurable) define(o, k, { value: undefined }) })",
    "each((o, k, f) => { if (f.configurable && o !== globalThis) delete o[k] })",
    "for (const o of [Object.prototype, Array.prototype]) for (const k of [0, 1, 2, 'length', 'value', 'get', 'set', 'done', 'then', 'kind', 'text', 'toJSON', 'name', 'message', 'stack', 'resolve']) try { define(o, k, { set() { throw 3 }, get() { throw 4 } }) } catch {}",
    "for (const k of [0, 1, 2, 3]) define(Array.prototype, k, { set() { throw 5 } })",
    "each((o) => { if (o !== globalThis) Object.freeze(o) })",
    "const S = own(Symbol).map((k) => Symbol[k]).filter((k) => typeof k === 'symbol'), O = [Error, Promise, Map, TypeError, RegExp, Object.prototype, Array.prototype]; for (let i = 0; i < S.length; i++) for (let j = 0; j < O.length; j++) try { define(O[j], S[i], { get() { throw 6 } }) } catch {}",
]  # fmt: skip
# ending → whether it may finish; whatever else it comes to is the program's own failure, never `crash`
ENDS = {
    "return 1": True,
    "return { a: [1, { b: 'x' }], m: new keep.Object() }": True,
    "return await keep.host('echo', { a: [1, 'x'] })": True,
    "await keep.host('fail')": False,
    "keep.console.log({ a: [1] }, 'x')": True,
    "throw { a: [1] }": False,
    "throw new keep.Error('x')": False,
    "null.x": False,
    "new keep.Promise((_, no) => no(7)); return 1": True,
    "await new keep.Promise((done) => keep.setTimeout(done, 1)); return 2": True,
}
