// class: native code that runs long; ends: cpu memory throw
let x = 3n;
for (;;) x **= 7n;
