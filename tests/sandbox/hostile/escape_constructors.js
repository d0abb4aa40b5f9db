// class: ways out of the realm; returns: "function object,undefined,undefined,object"
// vm2: whatever the host handed in, its constructor's constructor must be this realm's own
const things = [host, console, console.log, host("echo", {}), await host("echo", { a: [new Uint8Array(1)] }), spec, double, setTimeout, performance, crypto, URL];
try { await host("fail"); } catch (e) { things.push(e, e.body, e.stack); }
for (const thing of things) {
  const F = Object(thing).constructor.constructor;
  const theirs = F === Function ? globalThis : F("return this")();
  if (theirs !== globalThis) return "another realm";
}
return Function("return typeof this.eval + ' ' + typeof globalThis")() + "," + [typeof module, typeof exports, typeof global].join();
