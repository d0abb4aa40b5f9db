// class: re-entrancy in arrays and collections; returns: true
const o = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => ["k" + i, i]));
let n = 0;
for (const key in o) { for (const other of Object.keys(o)) delete o[other]; Object.setPrototypeOf(o, { more: 1 }); n++; }
return n >= 1 && n <= 1000;
