// class: native code that runs long; ends: cpu
return /^(.*)\1(.*)\2(.*)\3(.*)\4x$/.test("a".repeat(3000));
