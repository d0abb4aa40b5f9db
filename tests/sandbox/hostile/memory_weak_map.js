// class: memory in one built-in; ends: memory cpu
const keys = [], m = new WeakMap(), r = new FinalizationRegistry(() => {});
for (;;) { const key = {}; keys.push(new WeakRef(key), key); m.set(key, keys); r.register(key, key.x); }
