// class: re-entrancy in arrays and collections; returns: true
const a = new Array(1000).fill(1);
Object.defineProperty(a, 3, { get() { a.length = 4; return 0; } });
return a.concat(a, [1]).length > 0;
