// class: results and arguments; ends: throw result
const t = new Uint8Array(1 << 10);
return { get a() { t.buffer.transfer(); return 1; }, t };
