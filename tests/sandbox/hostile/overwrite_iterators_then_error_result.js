// class: a world that is overwritten; returns: {"name":"Error","message":"x","why":1}
// hole: prelude.js uses for...of, which calls what the program put in place of the array iterator
Array.prototype[Symbol.iterator] = null;
const e = new Error("x");
e.why = 1;
return e;
