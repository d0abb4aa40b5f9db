// class: a world that is overwritten; returns: {"name":"Error","message":"x","why":1}
Array.prototype[Symbol.iterator] = null;
const e = new Error("x");
e.why = 1;
return e;
