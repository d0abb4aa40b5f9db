// class: memory in one built-in; ends: memory
const kept = [];
for (;;) kept.push(new Promise(() => {}).then(() => kept));
