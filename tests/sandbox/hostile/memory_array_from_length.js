// class: memory in one built-in; ends: memory cpu
return Array.from({ length: 4294967295 }, (_, i) => i).length;
