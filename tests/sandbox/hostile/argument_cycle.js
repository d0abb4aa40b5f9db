// class: results and arguments; returns: "TypeError"
const a = []; a.push(a);
try { await host("echo", a); } catch (e) { return e.name; }
