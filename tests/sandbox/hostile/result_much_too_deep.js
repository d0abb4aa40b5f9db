// class: results and arguments; ends: stack result cpu
let o = 1;
for (let i = 0; i < 1e5; i++) o = { o };
return o;
