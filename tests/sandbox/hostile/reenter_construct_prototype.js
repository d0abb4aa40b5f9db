// class: re-entrancy in typed arrays; returns: true
// quickjs-ng#1296, #1305: the constructor's prototype is a getter that shrinks what is being copied
const b = new ArrayBuffer(4096, { maxByteLength: 4096 }), from = new Uint8Array(b);
const shrink = new Proxy(function () {}, { get(target, key) { if (key === "prototype") b.resize(1); return key === "prototype" ? Uint8Array.prototype : target[key]; } });
let total = 0;
for (const source of [from, b]) { b.resize(4096); try { total += Reflect.construct(Uint8Array, [source], shrink).length; } catch {} }
return total <= 4097;
