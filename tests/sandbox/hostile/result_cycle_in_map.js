// class: results and arguments; ends: result
const m = new Map();
m.set("m", { m });
return m;
