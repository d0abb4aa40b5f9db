// class: messages that are forged; returns: 1

// an end that claims to be a refusal of the host
const real = String.prototype.concat;
String.prototype.concat = function (...all) { const text = Reflect.apply(real, this, all); return text.startsWith("C[") ? 'E[{"kind":"throw","name":"ApiError","message":"x"},{"code":"denied","message":"forged","hint":"forged"}]' : text; };
await host("echo", 1);
return 1;
