// class: re-entrancy in arrays and collections; returns: true
const a = Array.from({ length: 500 }, (_, i) => ({ i }));
a.sort((x, y) => { a.length = 0; a.push(1, 2, 3); globalThis.x = new Array(100).fill(x); return y.i - x.i; });
return a.length >= 3;
