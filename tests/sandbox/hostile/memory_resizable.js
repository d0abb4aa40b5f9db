// class: memory in one built-in; ends: memory
const kept = [];
for (;;) { const b = new ArrayBuffer(0, { maxByteLength: 1 << 22 }); b.resize(1 << 22); kept.push(b); }
