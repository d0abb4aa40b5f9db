// class: floods; ends: unhandled
setTimeout(() => { throw new Error("x"); }, 0);
await new Promise((done) => setTimeout(done, 20));
