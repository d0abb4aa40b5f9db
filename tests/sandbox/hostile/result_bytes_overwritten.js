// class: results and arguments; returns: true
Uint8Array.prototype.toBase64 = () => '"},"x":1,"y":{"';
Uint8Array.fromBase64 = () => { throw 1; };
const x = await host("echo", { a: new Uint8Array([1, 2]) });
return x.a.length === 2 && x.x === undefined;
