// class: results and arguments; returns: true
const s = JSON.stringify(Object.keys(globalThis));
return s.length > 0;
