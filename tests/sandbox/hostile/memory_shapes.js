// class: memory in one built-in; ends: memory cpu
const kept = [];
for (let i = 0; ; i++) kept.push({ ["a" + i]: 1, ["b" + i]: 2 });
