// class: re-entrancy in arrays and collections; returns: true
for (const f of ["map", "filter", "flatMap"]) {
  const it = [1, 2, 3].values()[f](() => { it.next(); it.return(); return [it]; });
  try { it.next(); it.return(); it.next(); } catch {}
}
const zip = Iterator.zip?.([[1], { [Symbol.iterator]: () => ({ next() { zip.return(); return { done: false, value: 1 }; } }) }]);
try { zip?.next(); } catch {}
return true;
