// class: stack in native callbacks; ends: stack memory result cpu
// freed one inside the other, on the guest's own stack
let a = null;
for (let i = 0; i < 2e5; i++) a = { a };
a = null;
let p = Promise.resolve();
for (let i = 0; i < 2e4; i++) p = p.then(() => {});
await p;
let o = {};
for (let i = 0; i < 5e4; i++) o = { o };
return o;
