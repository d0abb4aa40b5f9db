// class: memory in one built-in; ends: memory
let a = [1, 2, 3, 4];
for (;;) a = a.concat(a);
