// class: messages that are forged; returns: []

const seen = [], real = String.prototype.concat;
String.prototype.concat = function (...all) { seen.push("message"); return Reflect.apply(real, this, all); };
await host("echo", 1);
return seen;
