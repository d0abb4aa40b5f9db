// class: a world that is overwritten; returns: null
RegExp.prototype.exec = () => { for (;;); };
console.log({ a: 1 });
