// class: memory in one built-in; ends: memory stack
let o = { data: new Uint8Array(1 << 18) };
for (;;) o = { a: structuredClone(o), b: structuredClone(o) };
