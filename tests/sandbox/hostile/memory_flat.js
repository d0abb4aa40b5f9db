// class: memory in one built-in; ends: memory
const wide = new Array(3000).fill(new Array(3000).fill(1));
return wide.flat(Infinity).length;
