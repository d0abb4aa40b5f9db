// class: native code that runs long; ends: cpu
return /(?<=^y(?:x+x+)+)z/.test("x".repeat(60) + "z");
