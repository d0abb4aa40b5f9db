// class: results and arguments; ends: throw
const e = new Error("x");
e.stack = "at <program>:99999999999999999999:1\n".repeat(1e4) + "at <program>:-1:NaN";
throw e;
