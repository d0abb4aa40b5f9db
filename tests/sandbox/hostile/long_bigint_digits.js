// class: native code that runs long; ends: cpu memory throw
const x = (1n << 4000000n) - 1n;
return x.toString().length;
