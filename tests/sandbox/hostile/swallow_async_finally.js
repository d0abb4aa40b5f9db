// class: a limit that the program swallows; ends: cpu memory
const f = async () => { try { await null; for (let i = 0; i < 1e4; i++); } finally { await f(); } };
await f();
