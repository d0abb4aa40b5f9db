// class: a world that is overwritten; returns: "no such zone"
Array.prototype[Symbol.iterator] = () => { throw 1; };
try { await host("fail"); } catch (e) { return e.message; }
