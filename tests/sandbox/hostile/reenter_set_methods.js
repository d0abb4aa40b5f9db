// class: re-entrancy in arrays and collections; returns: true
// ES2025 set methods read size, has and keys of their argument, which empties the receiver
const s = new Set(Array.from({ length: 100 }, (_, i) => i));
const other = { get size() { s.clear(); return 3; }, has() { s.clear(); s.add({}); return true; }, *keys() { s.clear(); for (let i = 0; i < 100; i++) { s.add({}); yield i; } } };
for (const f of ["union", "intersection", "difference", "symmetricDifference", "isSubsetOf", "isSupersetOf", "isDisjointFrom"]) try { s[f](other); } catch {}
return s.size >= 0;
