// class: results and arguments; returns: {"a":"x"}
return { a: { toJSON() { host("echo", { toJSON() { host("echo", 1); return 2; } }); return "x"; } } };
