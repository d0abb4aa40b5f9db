// class: memory in one built-in; ends: memory cpu throw
const kept = [];
for (let i = 100; ; i += 100) kept.push(new RegExp("(x)?".repeat(i % 250)).exec("x".repeat(i)), new RegExp("[^" + "a-z".repeat(i) + "]{1,9}"));
