// class: a world that is overwritten; returns: "no such zone"
// hole: prelude.js uses for...of, which calls what the program put in place of the array iterator
Array.prototype[Symbol.iterator] = () => { throw 1; };
try { await host("fail"); } catch (e) { return e.message; }
