// class: memory in one built-in; ends: memory cpu
const kept = [];
for (let i = 0; ; i++) kept.push(eval("((x) => x)`" + i + "x".repeat(1000) + "`"));
