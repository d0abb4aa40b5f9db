// class: a world that is overwritten; returns: 1
console.log = console.error = null;
Object.defineProperty(globalThis, "console", { get() { throw 1; } });
return 1;
