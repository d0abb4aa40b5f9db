// class: stack in native callbacks; ends: stack memory
let g = (function* () { yield 1; })();
for (let i = 0; i < 1e5; i++) g = (function* (inner) { yield* inner; })(g);
return g.next();
