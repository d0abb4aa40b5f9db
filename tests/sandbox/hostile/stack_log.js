// class: stack in native callbacks; ends: result
// deep enough for every walker: the console cuts it, the result says why it cannot be
let a = [];
for (let i = 0; i < 5000; i++) a = [a];
console.log(a);
return a;
