// class: a world that is overwritten; ends: cpu
RegExp.prototype.exec = () => { for (;;); };
console.log({ a: 1 });
