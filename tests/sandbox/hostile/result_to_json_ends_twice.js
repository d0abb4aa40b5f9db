// class: results and arguments; returns: "first"
let n = 0;
return { toJSON() { n++; Promise.resolve().then(() => { throw 0; }).catch(() => {}); setTimeout(() => { n++; }, 0); return n === 1 ? "first" : "again"; } };
