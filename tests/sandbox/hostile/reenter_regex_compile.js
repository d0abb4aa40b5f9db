// class: re-entrancy in arrays and collections; returns: true
// the pattern is compiled anew, or freed, by the callback of the match that uses it
let r = /(a)(b)?/g, n = 0;
const s = "ab".repeat(500).replace(r, (m) => { if (n++ < 200) try { r.compile?.("(".repeat(n % 40) + "a" + ")".repeat(n % 40), "g"); } catch {} r = /x/; return m; });
const lazy = /a/y;
lazy.lastIndex = { valueOf() { lazy.compile?.("b".repeat(1000)); return 3; } };
try { lazy.exec("aaaaaa"); } catch {}
return s.length > 0;
