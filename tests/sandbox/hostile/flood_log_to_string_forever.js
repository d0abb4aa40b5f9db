// class: floods; ends: cpu
console.log(Object.defineProperty(new Error("x"), "message", { get() { for (;;); } }));
