// class: results and arguments; ends: result
let o = 1;
for (let i = 0; i < 600; i++) o = [o];
return ["\ud800", o];
