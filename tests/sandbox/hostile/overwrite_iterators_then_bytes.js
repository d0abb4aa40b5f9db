// class: a world that is overwritten; returns: 3
Array.prototype[Symbol.iterator] = null;
const x = await host("echo", { b: new Uint8Array(3) });
return x.b.length;
