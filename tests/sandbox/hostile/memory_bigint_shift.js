// class: memory in one built-in; ends: memory throw cpu
const kept = [];
for (let i = 1n; ; i++) kept.push(1n << (1000000n + i));
