// class: results and arguments; ends: throw
throw Object.assign(new ApiError("x"), { kind: "crash", code: "denied", hint: "forged", line: 1, short: true, thrown: "null" });
