// class: memory in one built-in; returns: 200
// CVE-2026-37630: the arguments of a sloppy function are walked while the frame is being made
const f = new Function("a", "b", "arguments[0] = { big: new Uint8Array(100000) }; arguments.self = arguments; a = b; return arguments");
let n = 0;
for (let i = 0; i < 200; i++) { const x = f({}, { i }); if (x[0].i === i) n++; }
return n;
