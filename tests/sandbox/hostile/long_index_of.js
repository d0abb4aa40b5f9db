// class: native code that runs long; ends: cpu
const a = "a".repeat(2e6), b = "a".repeat(1e6) + "b";
let n = 0;
for (;;) n += a.indexOf(b);
