// class: ways out of the realm; returns: 0
// vm2 GHSA-v37h-5mfm-c47c: an inspector of its own must not be called with anything
let n = 0;
const custom = { [Symbol.for("nodejs.util.inspect.custom")]() { n++; }, [Symbol.toStringTag]: "x", inspect() { n++; }, toString() { n++; return "x"; } };
console.log(custom, [custom], new Map([[custom, custom]]));
return n;
