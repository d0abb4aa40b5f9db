// class: re-entrancy in typed arrays; returns: [10,0,0]
const b = new ArrayBuffer(80, { maxByteLength: 160 }), t = new Float64Array(b).fill(1);
t.constructor = { [Symbol.species]: function (n) { b.resize(0); return new Float64Array(n); } };
const s = t.slice(0, 10);
return [s.length, t.length, s[9]];
