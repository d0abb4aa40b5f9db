// class: results and arguments; ends: throw
throw new Proxy(new Error("x"), { get() { throw 1; }, has() { throw 1; }, getPrototypeOf() { throw 1; }, ownKeys() { throw 1; }, getOwnPropertyDescriptor() { throw 1; } });
