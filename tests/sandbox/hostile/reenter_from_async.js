// class: re-entrancy in arrays and collections; returns: true
const evil = { [Symbol.asyncIterator]: () => ({ n: 0, next() { return { then: (f) => { f({ done: this.n++ > 100, value: { then: (g) => { g(1); g(2); throw 3; } } }); f(1); } }; }, return() { throw 1; } }) };
await Array.fromAsync(evil, (x) => ({ then(f) { f(x); f(x); } })).catch(() => {});
return true;
