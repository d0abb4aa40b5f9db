// class: native code that runs long; ends: cpu memory throw
// a program of registers that grows with the product of its counts
return new RegExp("(?:(?:(?:a{0,200}){0,200}){0,200}){0,200}b").test("a".repeat(200));
