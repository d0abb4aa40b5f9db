// class: ways out of the realm; returns: ["global","global","global","undefined"]
// no other global, sloppy or strict, eval direct or not
const is = (x) => (x === globalThis ? "global" : typeof x);
return [is(Function("return this")()), is((0, eval)("this")), is(new Function("return eval('this')")()), is((function () { "use strict"; return this; })())];
