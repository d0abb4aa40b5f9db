// class: re-entrancy in arrays and collections; returns: ["TypeError","TypeError"]
const name = (f) => { try { f(); return "no error"; } catch (e) { return e.name; } };
let g = (function* () { g.next(); })(), h = (function* () { yield* { [Symbol.iterator]: () => ({ next: () => h.return(1) }) }; })();
return [name(() => g.next()), name(() => h.next())];
