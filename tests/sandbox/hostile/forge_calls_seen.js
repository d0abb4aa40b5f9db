// class: messages that are forged; returns: []
// hole: prelude.js uses template literals, which QuickJS compiles to calls of String.prototype.concat: a program can send any message

const seen = [], real = String.prototype.concat;
String.prototype.concat = function (...all) { seen.push("message"); return Reflect.apply(real, this, all); };
await host("echo", 1);
return seen;
