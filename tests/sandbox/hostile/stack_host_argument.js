// class: stack in native callbacks; ends: throw stack cpu
let a = [];
for (let i = 0; i < 1e5; i++) a = [a];
await host("echo", a);
