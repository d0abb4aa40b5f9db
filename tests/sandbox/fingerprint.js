// One line for every property that can be reached from the global object: what kind it is, and its value, length or source.
// Two instances of one image give the same lines, unless one of them starts where another program has been.
const lines = [], names = new Map(), queue = [];
const visit = (object, path) => {
  if ((typeof object !== "object" && typeof object !== "function") || object === null || names.has(object)) return;
  names.set(object, path);
  queue.push(object);
};
const text = (value) => {
  if (typeof value === "function") return `function ${Function.prototype.toString.call(value)}`;
  if (typeof value === "object" && value !== null) return `object ${names.get(value)}`;
  return `${typeof value} ${String(value)}`;
};
visit(globalThis, "globalThis");
for (const [value, path] of [[async () => {}, "async"], [function* () {}, "generator"], [async function* () {}, "asyncGenerator"], [[][Symbol.iterator](), "arrayIterator"],
  [new Map().entries(), "mapIterator"], ["".matchAll(/x/g), "matchIterator"], [""[Symbol.iterator](), "stringIterator"], [Iterator.from({ next() {} }), "wrapped"]]) visit(Object.getPrototypeOf(value), path);
while (queue.length > 0) {
  const object = queue.shift(), path = names.get(object);
  try { Reflect.has(object, "x"); } catch { continue; } // what is absent refuses to be looked at
  const prototype = Object.getPrototypeOf(object);
  visit(prototype, `${path}.[[Prototype]]`);
  lines.push(`${path} extends ${prototype === null ? "null" : names.get(prototype)}${Object.isExtensible(object) ? "" : " sealed"}`);
  for (const key of Reflect.ownKeys(object)) {
    const own = `${path}.${String(key)}`, d = Object.getOwnPropertyDescriptor(object, key);
    for (const [part, name] of [[d.value, own], [d.get, `${own}.[[Get]]`], [d.set, `${own}.[[Set]]`]]) visit(part, name);
    lines.push(`${own} ${d.writable ?? "-"} ${d.enumerable} ${d.configurable} ${text(d.value)} ${text(d.get)} ${text(d.set)}`);
  }
}
return lines;
