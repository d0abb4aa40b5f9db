// class: a world that is overwritten; returns: ["no such zone",404]
for (const key of ["get", "set", "value", "writable", "enumerable", "configurable", "name", "message", "code", "hint"])
  Object.defineProperty(Object.prototype, key, { __proto__: null, configurable: true, get() { return undefined; }, set() { throw 1; } });
try { await host("fail"); } catch (e) { return [e.message, e.status]; }
