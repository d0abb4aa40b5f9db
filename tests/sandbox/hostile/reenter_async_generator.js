// class: re-entrancy in arrays and collections; returns: true
// quickjs-ng#1355: `then` of Object.prototype drives a generator that is being settled
let g, inside = false, n = 0;
Object.defineProperty(Object.prototype, "then", { configurable: true, get() {
  if (g && !inside && n++ < 50) { inside = true; try { n % 2 ? g.return(0) : (g.next(1), g.throw(1).catch(() => {})); } catch {} inside = false; }
} });
g = (async function* () { try { for (;;) yield await { n }; } finally { yield {}; } })();
await Promise.allSettled([g.next(), g.next(), g.return(1), g.next()]);
delete Object.prototype.then;
return n > 0;
