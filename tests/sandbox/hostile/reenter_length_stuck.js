// class: re-entrancy in arrays and collections; returns: ["TypeError",6]
const a = new Array(1000).fill(0);
Object.defineProperty(a, 5, { configurable: false });
try { (function () { "use strict"; a.length = 0; })(); return "no error"; } catch (e) { return [e.name, a.length]; }
