// class: re-entrancy in arrays and collections; returns: 100
const m = new Map([[0, 0]]);
let n = 0;
m.forEach((_, key) => { n++; m.delete(key); if (n < 100) m.set(key, 1); if (n === 50) { m.clear(); m.set("x", 1); } });
return n;
