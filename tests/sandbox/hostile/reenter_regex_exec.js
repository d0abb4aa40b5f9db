// class: re-entrancy in arrays and collections; returns: true
const r = /a/g;
let n = 0;
r.exec = () => { if (n++ > 50) return null; return { index: 1e9, length: 100, 0: "", groups: { get x() { return 1; } }, get 1() { return 1; } }; };
try { "aaa".replace(r, "$1$<x>$'$`"); } catch {}
try { "aaa".replaceAll(r, "$'$`$&"); [..."aaa".matchAll(r)]; } catch {}
return n > 0;
