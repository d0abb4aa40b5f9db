// class: re-entrancy in arrays and collections; returns: true
// quickjs-ng#1661: the reject handlers of a disposal, caught by an overwritten `then` and called without arguments
const then = Promise.prototype.then, caught = [];
Promise.prototype.then = function (f, r) { if (typeof r === "function") caught.push(f, r); return then.call(this, f, r); };
try {
  const s = new AsyncDisposableStack();
  s.use(undefined); s.defer(() => { throw 1; }); s.defer(() => {});
  then.call(s.disposeAsync(), () => {}, () => {});
} catch {}
Promise.prototype.then = then;
for (let i = 0; i < 3; i++) for (const f of caught) try { f(); } catch {}
await null;
return true;
