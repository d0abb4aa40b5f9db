// class: re-entrancy in typed arrays; returns: ["TypeError",2]
const t = new Uint8Array(1000);
let n = 0;
try { for (const x of t) if (++n === 2) t.buffer.transfer(); return ["no error", n]; } catch (e) { return [e.name, n]; }
