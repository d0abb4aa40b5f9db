// class: memory in one built-in; ends: memory stack throw
const f = (...all) => all.length;
let a = [0];
for (;;) { a = [...a, ...a]; f(...a); f.apply(null, a); }
