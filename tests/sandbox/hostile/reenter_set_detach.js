// class: re-entrancy in typed arrays; returns: 0
const t = new Uint8Array(1 << 16);
try { t.set({ length: 1 << 16, get 0() { t.buffer.transfer(0); return 1; }, 60000: 2 }); } catch {}
return t.length;
