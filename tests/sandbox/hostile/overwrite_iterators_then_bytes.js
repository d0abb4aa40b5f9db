// class: a world that is overwritten; returns: 3
// hole: prelude.js uses for...of, which calls what the program put in place of the array iterator
Array.prototype[Symbol.iterator] = null;
const x = await host("echo", { b: new Uint8Array(3) });
return x.b.length;
