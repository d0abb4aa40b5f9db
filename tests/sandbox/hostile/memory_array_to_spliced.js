// class: memory in one built-in; returns: ["TypeError","RangeError","RangeError","TypeError"]
// lengths that do not fit: ECMA-262 23.1.3.35 (step 12), 23.1.3.39, 10.4.2.2, 23.1.3.23
const huge = { length: Number.MAX_SAFE_INTEGER };
const name = (f) => { try { f(); return "no error"; } catch (e) { return e.name; } };
return [
  name(() => Array.prototype.toSpliced.call(huge, 0, 0, 1)),
  name(() => Array.prototype.with.call(huge, 0, 1)),
  name(() => Array.prototype.toSorted.call({ length: 4294967296 })),
  name(() => Array.prototype.push.call(huge, 1)),
];
