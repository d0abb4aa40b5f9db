// class: re-entrancy in arrays and collections; returns: ["TypeError","ReferenceError","ReferenceError",true]
const name = (f) => { try { f(); return "no error"; } catch (e) { return e.name; } };
class Back { constructor(o) { return o; } }
class Stamp extends Back { #x = 1; static has(o) { return #x in o; } }
const o = {};
new Stamp(o);
return [name(() => new Stamp(o)), name(() => new (class extends Back { constructor() {} })()), name(() => { x; let x; }), Stamp.has(o)];
