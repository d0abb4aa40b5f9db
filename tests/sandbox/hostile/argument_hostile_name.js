// class: results and arguments; returns: ["x","TypeError"]
// hole: prelude.js notes a call before its message is made, so a name that throws leaves a call that nothing answers
let seen;
try { await host({ toString() { throw new TypeError("no name"); } }, 1); } catch (e) { seen = e.name; }
return [await host({ toString: () => "echo" }, "x"), seen];
