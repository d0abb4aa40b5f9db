// class: results and arguments; ends: throw
// an error that only looks like the engine's own must not be told from one; but it is the program's
throw Object.assign(new Error("no memory"), { name: "InternalError" });
