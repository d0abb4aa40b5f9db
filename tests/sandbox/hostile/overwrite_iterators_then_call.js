// class: a world that is overwritten; returns: [5,{"b":1}]
Array.prototype[Symbol.iterator] = null;
return [await host("echo", 5), await host("echo", { b: 1 })];
