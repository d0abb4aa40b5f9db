// class: re-entrancy in typed arrays; returns: 8
const b = new ArrayBuffer(4096, { maxByteLength: 8192 }), t = new Uint8Array(b);
try { t.copyWithin({ valueOf() { b.resize(8); return 1000; } }, 0, 3000); } catch {}
return t.length;
