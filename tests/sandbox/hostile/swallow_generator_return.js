// class: a limit that the program swallows; ends: cpu
const g = function* () { try { yield 1; } finally { for (;;) yield 2; } };
for (;;) for (const x of g()) break;
