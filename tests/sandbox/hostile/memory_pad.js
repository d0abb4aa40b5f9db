// class: memory in one built-in; ends: memory
return "a".padEnd(2 ** 29, "xyz").length;
