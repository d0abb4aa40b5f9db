// class: ways out of the realm; returns: [5,"TypeError"]
// vm2 GHSA-qvjj-29qf-hp7p: a species of Promise that sees what the host settles
class Mine extends Promise { constructor(f) { super((a, b) => f((x) => a(x), b)); } }
Object.defineProperty(Promise, Symbol.species, { get() { return Mine; } });
Object.defineProperty(Promise.prototype, "constructor", { get() { return Mine; } });
const x = await host("echo", 5);
try { null.x; } catch (e) { return [x, e.name]; }
