// class: memory in one built-in; ends: memory
for (;;) Promise.reject(new Error("x"));
