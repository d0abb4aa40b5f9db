// class: memory in one built-in; ends: memory
const m = new Map();
for (let i = 0; ; i++) m.set({}, new Set([i]));
