// class: floods; returns: 1
console.log({ get a() { throw 1; } }, new Proxy([], { get() { throw 1; } }), { get a() { console.log("inner"); return 1; } }, Object.create(null, { toString: { get() { throw 1; } } }), Symbol("x"), -0, 1n, function () {}, new Error("x", { cause: 1 }));
return 1;
