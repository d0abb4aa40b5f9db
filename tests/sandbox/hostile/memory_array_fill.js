// class: memory in one built-in; ends: memory cpu
return new Array(4e8).fill(0).length;
