// class: re-entrancy in arrays and collections; returns: 0
const a = new Array(5000).fill(7);
return a.lastIndexOf(7, { valueOf() { a.length = 1; return 4000; } });
