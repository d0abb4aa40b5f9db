// class: a world that is overwritten; returns: "no such zone"
Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: false, value: "name" });
try { await host("fail"); } catch (e) { return e.message; }
