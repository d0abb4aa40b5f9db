// class: a limit that the program swallows; ends: cpu
for await (const x of (async function* () { for (;;) { try { yield 1; } finally { continue; } } })());
