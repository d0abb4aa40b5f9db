// class: results and arguments; ends: throw
let o = { x: 1 };
for (let i = 0; i < 1e4; i++) o = { o, get g() { throw 1; } };
throw o;
