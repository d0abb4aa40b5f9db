// class: floods; ends: stack throw memory
const o = { get a() { console.log(o); return 1; } };
console.log(o);
throw new Error("end");
