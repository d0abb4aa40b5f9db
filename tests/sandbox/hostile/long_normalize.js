// class: native code that runs long; ends: memory cpu
let s = "\u0344".repeat(1e5);
for (;;) s = (s + s).normalize("NFKD");
