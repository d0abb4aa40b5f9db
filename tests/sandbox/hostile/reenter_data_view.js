// class: re-entrancy in typed arrays; returns: ["RangeError","TypeError"]
const b = new ArrayBuffer(4096, { maxByteLength: 8192 }), v = new DataView(b);
const name = (f) => { try { f(); return "no error"; } catch (e) { return e.name; } };
return [name(() => v.setFloat64(4000, { valueOf() { b.resize(8); return 1; } })), name(() => v.setBigInt64(0, { valueOf() { b.transfer(); return 1n; } }))];
