// class: memory in one built-in; ends: memory
return "a".repeat(2e5).replace(/a+/, "$&".repeat(2e5)).length;
