// class: results and arguments; ends: cpu memory
const t = { then(yes) { yes(t); } };
return t;
