// class: a world that is overwritten; ends: throw
for (const C of [Error, TypeError, RangeError, Promise, RegExp, ApiError]) Object.defineProperty(C, Symbol.hasInstance, { value: () => { throw 7; } });
console.log(new Error("x"), /x/, Promise.resolve());
throw new Error("x");
