// class: a world that is overwritten; ends: throw unsettled
Promise.prototype.then = () => { throw new Error("then"); };
Object.defineProperty(Promise.prototype, "constructor", { value: function (f) { f(() => {}, () => {}); } });
await host("echo", 1);
await new Promise(() => {});
