// class: a world that is overwritten; returns: "number"
Date.now = () => { throw 1; };
globalThis.Date = null;
return typeof performance.now();
