// class: re-entrancy in typed arrays; returns: [0,0]
const b = new ArrayBuffer(64, { maxByteLength: 1 << 16 }), t = new Uint8Array(b);
t.fill({ valueOf() { b.resize(0); return 7; } });
return [t.length, b.byteLength];
