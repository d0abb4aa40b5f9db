// class: a limit that the program swallows; ends: cpu
const p = Promise.resolve(1);
Object.defineProperty(p, "constructor", { get() { for (;;); } });
await p;
