// class: memory in one built-in; ends: memory
let f = () => 1;
for (;;) f = f.bind(null, 1, 2, 3, 4, 5, 6, 7, 8);
