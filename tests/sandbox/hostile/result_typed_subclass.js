// class: results and arguments; returns: true
class Mine extends Uint8Array { get [Symbol.toStringTag]() { return "Uint8ClampedArray"; } get length() { return 1e9; } get buffer() { return null; } toBase64() { return "x"; } }
const x = await host("echo", { a: new Mine([1, 2, 3]) });
return x.a.length === 3;
