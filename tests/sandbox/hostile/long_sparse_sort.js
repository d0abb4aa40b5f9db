// class: native code that runs long; ends: cpu memory
const a = []; a[4294967294] = 1; a[0] = 2;
return a.sort().length;
