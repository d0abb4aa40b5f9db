// class: memory in one built-in; ends: memory
let s = "x";
for (let i = 0; i < 28; i++) s += s;
return s.charCodeAt(s.length - 1);
