// class: a limit that the program swallows; ends: cpu memory
const kept = [];
try { for (;;) kept.push([kept.length]); } finally { for (;;) kept.push({}); }
