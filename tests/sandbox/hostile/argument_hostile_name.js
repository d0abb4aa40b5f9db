// class: results and arguments; returns: ["x","TypeError"]
let seen;
try { await host({ toString() { throw new TypeError("no name"); } }, 1); } catch (e) { seen = e.name; }
return [await host({ toString: () => "echo" }, "x"), seen];
