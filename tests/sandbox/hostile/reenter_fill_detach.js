// class: re-entrancy in typed arrays; returns: ["TypeError",0]
const t = new Uint8Array(1 << 16);
try { t.fill({ valueOf() { t.buffer.transfer(); return 7; } }); return ["no error", t.length]; } catch (e) { return [e.name, t.length]; }
