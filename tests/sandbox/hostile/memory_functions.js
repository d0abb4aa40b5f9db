// class: memory in one built-in; ends: memory cpu
const kept = [];
for (let i = 0; ; i++) kept.push(new Function("a" + i, "return [a" + i + ", " + i + "]"));
