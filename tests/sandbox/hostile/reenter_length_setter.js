// class: re-entrancy in arrays and collections; returns: [1,2]
let n = 0;
const a = [1, 2, 3];
a.length = { valueOf() { n++; a.push(4); return 1; } };
return [a.length, n];
