// class: native code that runs long; ends: cpu
return /^(a|a?)+$/.test("a".repeat(50) + "!");
