// class: re-entrancy in arrays and collections; returns: true
// quickjs-ng#1354, #1591, CVE-2025-62495 and their like: patterns at the edge of the compiler
const parts = ["[", "]", "(", ")", "(?<a>", "\\p{L}", "{1,65535}", "*?", "|", "\\k<a>", "(?<!", "\\u{10ffff}", "--", "&&", "\\q{ab|c}", "\\1", "(?i-s:", "^", "$", "\\c", "\\x"];
for (let i = 0; i < 3000; i++) {
  let p = "";
  for (let j = 0; j < 6; j++) p += parts[Math.floor(Math.random() * parts.length)];
  for (const flags of ["", "u", "v", "dgimsy"]) try { new RegExp(p, flags).exec("aab\u{1f600}A"); } catch {}
}
const many = ["(?<a>X)", ...new Array(255).fill("z"), "(?<a>Y)"].join("|");
try { new RegExp(many).exec("Y"); } catch {}
return true;
