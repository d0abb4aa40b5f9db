// class: memory in one built-in; ends: memory cpu
return "a".repeat(1e5).replaceAll("a", "b".repeat(1e5)).length;
