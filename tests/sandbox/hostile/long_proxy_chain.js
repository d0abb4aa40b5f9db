// class: native code that runs long; ends: stack cpu memory
let p = {};
for (let i = 0; i < 50000; i++) p = new Proxy(p, {});
for (;;) p.missing;
