// class: results and arguments; ends: result
// hole: prelude.js looks for the cycle in objects and arrays alone, and calls it the program's own error
const m = new Map();
m.set("m", { m });
return m;
