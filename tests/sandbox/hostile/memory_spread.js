// class: memory in one built-in; ends: memory
return [..."x".repeat(8e6)].length;
