// class: re-entrancy in typed arrays; returns: [{},{"0":0}]
// bytes whose buffer is gone by the time they are written, and bytes that resize while they are
const t = new Uint8Array(8), u = new Uint8Array(new ArrayBuffer(8, { maxByteLength: 8 }));
t.buffer.transfer();
const shown = JSON.stringify([t, new Uint8Array(1)]);
u.buffer.resize(0);
return JSON.parse(shown);
