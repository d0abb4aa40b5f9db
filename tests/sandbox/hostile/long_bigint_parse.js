// class: native code that runs long; ends: cpu memory throw
return BigInt("9".repeat(4e6)) % 7n;
