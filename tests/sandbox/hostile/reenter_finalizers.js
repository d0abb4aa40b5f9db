// class: re-entrancy in arrays and collections; ends: cpu memory
const kept = [];
const r = new FinalizationRegistry((held) => { r.register({}, held); kept.push(held); });
for (let i = 0; i < 200; i++) { const a = { data: new Uint8Array(50000) }; a.a = a; r.register(a, { i }); }
await new Promise((done) => setTimeout(done, 5));
return kept.length <= 1000;
