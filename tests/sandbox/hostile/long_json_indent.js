// class: native code that runs long; ends: memory stack cpu
let o = 1;
for (let i = 0; i < 1500; i++) o = [o, o];
return JSON.stringify(o, null, 10).length;
