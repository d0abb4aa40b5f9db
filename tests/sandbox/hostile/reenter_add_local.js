// class: re-entrancy in arrays and collections; returns: [2,"xxxxxxxxxx1"]
// a local that is replaced while the other side of its own += is made a primitive
const run = new Function("let a = 1, s = 'x'.repeat(10); a += { valueOf() { a = [1].concat(new Array(1000).fill({})); return 1; } }; s += { toString() { s = null; return '1'; } }; return [a, s]");
return run();
