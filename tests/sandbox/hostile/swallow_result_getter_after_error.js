// class: a limit that the program swallows; ends: cpu
throw Object.defineProperty(new Error("x"), "message", { get() { for (;;); } });
