// class: re-entrancy in arrays and collections; returns: true
const hostile = [() => new AggregateError({ [Symbol.iterator]() { throw 1; } }), () => new SuppressedError(1, 2, { toString() { throw 1; } }), () => new Error("x", { get cause() { throw 1; } }), () => { Error.stackTraceLimit = { valueOf() { throw 1; } }; new Error("x"); }, () => { Error.captureStackTrace(Object.freeze({})); }, () => Error.captureStackTrace(new Proxy({}, { defineProperty() { throw 1; } })), () => { Error.prepareStackTrace = () => { throw 1; }; new Error("x").stack; }, () => { const e = new Error("x"); e.name = Symbol("x"); e.message = Symbol("y"); return e.stack; }, () => { Error.prepareStackTrace = (e, s) => { e.stack = s; new Error("again"); return s; }; return new Error("x").stack; }];
for (const f of hostile) { try { f(); } catch {} }
Error.prepareStackTrace = undefined;
return true;
