// class: floods; returns: 1
console.log(new Array(1e5).fill({ a: new Array(1e4).fill("x".repeat(1e4)) }), new Map(Array.from({ length: 1e4 }, (_, i) => [{ i }, { i }])), new Uint8Array(1e6), "x".repeat(1e6));
return 1;
