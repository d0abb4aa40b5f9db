// class: memory in one built-in; ends: memory
const kept = [];
for (;;) kept.push("é€".repeat(1e5 + kept.length));
