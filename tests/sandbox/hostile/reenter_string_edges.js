// class: re-entrancy in arrays and collections; returns: true
const s = "\ud800a\udc00\u{1f600}".repeat(50);
for (const n of [-Infinity, -1, 0, 1, 2 ** 31, 2 ** 32, 2 ** 53, NaN, { valueOf: () => 1e9 }]) for (const f of ["at", "slice", "substring", "substr", "charCodeAt", "codePointAt", "padStart", "repeat", "normalize", "lastIndexOf", "startsWith", "endsWith", "split"]) {
  try { f === "padStart" || f === "repeat" ? s[f](Math.min(Number(n), 100)) : s[f](n, n); s[f](s.slice(1, 3), n); } catch {}
}
return s.isWellFormed() === false && s.toWellFormed().length === s.length;
