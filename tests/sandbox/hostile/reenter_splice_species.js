// class: re-entrancy in arrays and collections; returns: true
const a = new Array(1000).fill(1);
a.constructor = { [Symbol.species]: function () { a.length = 1; return a; } };
try { a.splice(0, 900, 1, 2, 3); } catch {}
return a.length <= 1000;
