// class: floods; returns: true
// numbers of the run's own: no state of another run, no constant
const a = Math.random(), b = crypto.randomUUID();
return a !== Math.random() && b !== crypto.randomUUID() && Date.now() > 1.6e12;
