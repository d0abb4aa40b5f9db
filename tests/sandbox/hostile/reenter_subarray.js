// class: re-entrancy in typed arrays; returns: true
const b = new ArrayBuffer(4096, { maxByteLength: 8192 }), t = new Uint8Array(b);
t.constructor = { [Symbol.species]: function (buffer, at, n) { b.resize(16); return new Uint8Array(buffer, 0, 4); } };
try { return t.subarray({ valueOf() { b.resize(64); return 32; } }).length <= 4096; } catch { return true; }
