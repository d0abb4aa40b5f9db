// class: results and arguments; ends: throw
return { then(_, no) { no(new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 2; } })); } };
