// class: native code that runs long; ends: cpu memory
let o = {};
for (let i = 0; i < 50000; i++) o = Object.create(o);
for (;;) o.missing;
