// class: messages that are forged; returns: 1

const real = String.prototype.concat;
String.prototype.concat = function (...all) { const text = Reflect.apply(real, this, all); return text.startsWith("C[") ? 'K["wall"]' : text; };
await host("echo", 1);
return 1;
