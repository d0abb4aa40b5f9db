// class: re-entrancy in typed arrays; returns: true
const b = new ArrayBuffer(4096, { maxByteLength: 4096 }), t = new Uint8Array(b);
try { return t.with(4000, { valueOf() { b.resize(0); return 9; } }).length <= 4096; } catch { return true; }
