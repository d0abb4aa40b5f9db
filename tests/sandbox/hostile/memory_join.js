// class: memory in one built-in; ends: memory cpu
return new Array(3e5).fill("x".repeat(1e4)).join("").length;
