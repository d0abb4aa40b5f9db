// class: a world that is overwritten; returns: "no such zone"
// hole: prelude.js uses for...of, which calls what the program put in place of the array iterator
Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: false, value: "name" });
try { await host("fail"); } catch (e) { return e.message; }
