// class: memory in one built-in; returns: ["RangeError","RangeError","RangeError","RangeError"]
const name = (f) => { try { f(); return "no error"; } catch (e) { return e.name === "InternalError" ? "RangeError" : e.name; } };
return [
  name(() => new Uint8Array(2 ** 53)),
  name(() => new Float64Array(2 ** 31)),
  name(() => new ArrayBuffer(8, { maxByteLength: 2 ** 52 })),
  name(() => new ArrayBuffer(8).transfer(2 ** 50)),
];
