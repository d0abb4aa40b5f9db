// class: memory in one built-in; ends: memory
const o = {};
for (let i = 0; ; i++) o["property" + i] = i;
