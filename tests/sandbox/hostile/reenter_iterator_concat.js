// class: re-entrancy in arrays and collections; returns: true
// quickjs-ng#1368, #1440: the joined iterator is closed from inside of its own step
for (const evil of [
  { [Symbol.iterator]() { it.return(); return [][Symbol.iterator](); } },
  { [Symbol.iterator]: () => ({ get next() { it.return(); return () => ({ done: true }); } }) },
  { [Symbol.iterator]: () => ({ next() { it.return(); return { done: false, get value() { it.return(); return {}; } }; } }) },
]) { var it = Iterator.concat(evil, [{}], evil); try { it.next(); it.next(); it.return(); } catch {} }
return true;
