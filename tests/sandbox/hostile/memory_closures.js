// class: memory in one built-in; ends: memory
const kept = [];
for (let i = 0; ; i++) kept.push(() => [i, kept]);
