// class: results and arguments; ends: result
let o = 1;
for (let i = 0; i < 300; i++) o = [o];
return o;
