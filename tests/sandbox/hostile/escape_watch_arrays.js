// class: ways out of the realm; ends: throw
// setters of Array.prototype and Object.prototype hear of every list and record that is not made with care
const seen = [];
for (const key of ["0", "1", "2", "kind", "resolve", "reject", "callback", "rest", "reason", "stack", "text", "tagged", "problem", "fields", "value", "get", "set", "writable", "toJSON", "handled"]) {
  for (const proto of [Array.prototype, Object.prototype]) Object.defineProperty(proto, key, { __proto__: null, configurable: true, get() { return undefined; }, set(v) { seen.push(key); } });
}
try { await host("fail", { a: [1] }); } catch {}
console.log([1, { a: 2 }], new Error("x"));
const bytes = await host("echo", { b: new Uint8Array(2), l: [1, [2]] });
return seen.concat(bytes.b instanceof Uint8Array ? [] : ["no bytes"]);
