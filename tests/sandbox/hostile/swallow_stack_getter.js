// class: a limit that the program swallows; ends: throw
throw Object.defineProperty(new Error("x"), "stack", { get() { for (;;); } });
