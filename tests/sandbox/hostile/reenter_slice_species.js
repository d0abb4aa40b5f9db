// class: re-entrancy in typed arrays; returns: ["ok",100]
const b = new ArrayBuffer(1000, { maxByteLength: 2000 });
b.constructor = { [Symbol.species]: function (n) { b.resize(100); return new ArrayBuffer(n); } };
try { b.slice(500, 1000); return ["ok", b.byteLength]; } catch (e) { return ["ok", b.byteLength, e.name].slice(0, 2); }
