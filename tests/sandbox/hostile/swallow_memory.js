// class: a limit that the program swallows; ends: cpu memory
const kept = [];
for (;;) { try { kept.push(new Uint8Array(1 << 20)); } catch {} }
