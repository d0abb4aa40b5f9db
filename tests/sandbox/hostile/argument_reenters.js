// class: results and arguments; returns: [1,2]
// an argument whose getter makes calls of its own while it is written
const inner = [];
const x = await host("echo", { get a() { inner.push(host("echo", { b: new Uint8Array(1) })); return 1; } });
return [x.a, inner.length + 1];
