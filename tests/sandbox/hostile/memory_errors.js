// class: memory in one built-in; ends: memory
const kept = [];
for (let cause; ; cause = kept.at(-1)) kept.push(new Error("x".repeat(100), { cause }));
