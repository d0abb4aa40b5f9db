// class: ways out of the realm; returns: ["TypeError","TypeError","undefined"]
const name = (f) => { try { const x = f(); return typeof x; } catch (e) { return e.name; } };
return [name(() => (function () { "use strict"; return arguments.callee; })()), name(() => host.caller.x), name(() => new Function("return arguments.callee.caller")())];
