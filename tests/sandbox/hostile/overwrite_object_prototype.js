// class: a world that is overwritten; returns: [1,2,3]
// names that the prelude and the host read from records
for (const key of ["kind", "name", "message", "stack", "hint", "code", "status", "problem", "text", "tagged", "resolve", "reject", "callback", "rest", "reason", "others", "thrown", "path", "length", "done", "value", "then", "toJSON", "short"])
  Object.defineProperty(Object.prototype, key, { __proto__: null, configurable: true, get() { return key === "then" || key === "toJSON" ? undefined : 666; }, set() {} });
const out = [await host("echo", 1)];
await new Promise((done) => setTimeout(done, 1));
return [out[0], 2, 3];
