// class: stack in native callbacks; returns: ["TypeError","RangeError"]
const name = (f) => { try { f(); return "no error"; } catch (e) { return e.name === "InternalError" ? "RangeError" : e.name; } };
const a = {}, b = Object.create(a);
const p = new Proxy({}, { getPrototypeOf() { return p; } });
const q = Object.create(new Proxy({}, { get(_, key, receiver) { return receiver[key]; } }));
return [name(() => Object.setPrototypeOf(a, b)), name(() => q.x)];
