// class: re-entrancy in arrays and collections; returns: true
// vm2's category of `constructor[Symbol.species]` that gives the array itself
const a = [1, [2], 3];
a.constructor = { [Symbol.species]: function () { return a; } };
for (const f of ["map", "filter", "slice", "flat", "concat", "splice", "flatMap"]) try { a[f]((x) => x, 3); } catch {}
return Array.isArray(a);
