// class: messages that are forged; returns: 1
// hole: prelude.js uses template literals, which QuickJS compiles to calls of String.prototype.concat: a program can send any message

const real = String.prototype.concat;
String.prototype.concat = function (...all) { const text = Reflect.apply(real, this, all); return text.startsWith("C[") ? 'K["wall"]' : text; };
await host("echo", 1);
return 1;
