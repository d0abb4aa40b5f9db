// class: memory in one built-in; ends: memory
const bytes = new Uint8Array(3 << 20).fill(255);
const kept = [];
for (;;) kept.push(new TextDecoder().decode(bytes), new TextEncoder().encode(kept.at(-1)));
