// class: re-entrancy in arrays and collections; returns: true
let n = 0;
const a = new Array(1e4).fill({});
for (const x of a) { a.length = 1; a.shift(); n++; }
return n >= 1;
