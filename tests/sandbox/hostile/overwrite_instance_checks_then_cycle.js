// class: a world that is overwritten; ends: result throw unhandled
for (const C of [Error, TypeError, RangeError, Promise]) Object.defineProperty(C, Symbol.hasInstance, { value: () => { throw 7; } });
const a = {};
a.a = a;
return a;
