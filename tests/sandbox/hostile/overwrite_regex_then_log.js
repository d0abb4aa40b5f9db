// class: a world that is overwritten; returns: 1
RegExp.prototype.exec = () => { throw 1; };
RegExp.prototype.test = () => { throw 1; };
Object.defineProperty(RegExp.prototype, "flags", { get() { throw 1; } });
console.log({ a: 1, "b c": [/x/] }, new Error("y"));
return 1;
