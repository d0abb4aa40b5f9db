// class: results and arguments; returns: true
let o = true;
for (let i = 0; i < 100; i++) o = { o };
for (let i = 0; i < 100; i++) o = o.o;
return o;
