// class: memory in one built-in; ends: memory cpu
// bellard/quickjs#494: a finalizer is queued while the heap is full, and collects again
const r = new FinalizationRegistry(() => {}), kept = [];
try { for (;;) { r.register({}, { x: [1] }); kept.push({}); } } catch {}
for (;;) { try { for (let i = 0; i < 100; i++) { const a = {}; a.a = a; r.register(a, [a.b]); } kept.pop(); } catch {} }
