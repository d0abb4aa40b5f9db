// class: re-entrancy in typed arrays; returns: [-1,-1,false]
const shrink = (method) => { const b = new ArrayBuffer(512, { maxByteLength: 512 }), t = new Uint8Array(b).fill(1); return t[method](1, { valueOf() { b.resize(0); return 400; } }); };
return [shrink("indexOf"), shrink("lastIndexOf"), shrink("includes")];
