// class: results and arguments; ends: memory bytes cpu
const a = [];
a.length = 4294967295;
return a;
