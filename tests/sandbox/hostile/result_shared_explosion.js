// class: results and arguments; ends: memory cpu bytes
let o = ["x"];
for (let i = 0; i < 40; i++) o = [o, o];
return o;
