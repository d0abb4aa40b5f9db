// class: memory in one built-in; ends: memory cpu
let s = "";
for (;;) s = "0123456789abcdef" + s + "0123456789abcdef";
