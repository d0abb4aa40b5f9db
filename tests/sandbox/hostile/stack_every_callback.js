// class: stack in native callbacks; returns: []
// recursion through every built-in that calls back: each must end in an error that can be caught
const again = {
  map: () => [1].map(again.map), sort: () => [2, 1].sort(again.sort), reduce: () => [1, 2].reduce(again.reduce),
  from: () => Array.from([1], again.from), replace: () => "a".replace(/a/, again.replace), split: () => "a".split({ [Symbol.split]: again.split }),
  match: () => "a".match({ [Symbol.match]: again.match }), primitive: () => +{ [Symbol.toPrimitive]: again.primitive },
  text: () => `${{ toString: again.text }}`, json: () => JSON.stringify({ toJSON: again.json }), reviver: () => JSON.parse("1", again.reviver),
  replacer: () => JSON.stringify([1], again.replacer), get: () => ({ get x() { return again.get(); } }).x,
  proxy: () => new Proxy({}, { get: again.proxy }).x, has: () => "x" in new Proxy({}, { has: again.has }), keys: () => Object.keys(new Proxy({}, { ownKeys: again.keys })),
  construct: () => Reflect.construct(class { constructor() { again.construct(); } }, []), instance: () => 1 instanceof { [Symbol.hasInstance]: again.instance },
  apply: () => again.apply.apply(null, []), bind: () => again.bind.bind(null)(),
  generator: () => [...(function* () { yield* again.generator(); })()], spread: () => Math.max(...{ [Symbol.iterator]: again.spread }),
  each: () => new Map([[1, 1]]).forEach(again.each), set: () => new Set([1]).union({ size: 1, has: () => 1, keys: again.set }), group: () => Object.groupBy([1], again.group),
  typed: () => new Uint8Array(2).sort(again.typed), species: () => { class A extends Array { static get [Symbol.species]() { return again.species(); } } return new A(1).map((x) => x); },
  helper: () => [1].values().map(again.helper).toArray(), evaluated: () => eval("again.evaluated()"), tag: () => again.tag`x`,
  stack: () => { Error.prepareStackTrace = again.stack; try { return new Error("x").stack; } finally { Error.prepareStackTrace = undefined; } },
};
const wrong = [];
for (const name of Object.keys(again)) {
  try { again[name](); if (name !== "stack") wrong.push(name + " ended"); } catch (e) { if (!/stack/.test(String(e.message))) wrong.push(`${name}: ${e}`); }
}
return wrong;
