// class: re-entrancy in arrays and collections; returns: true
const odd = ["0x" + "f".repeat(5000), "-" + "9".repeat(5000), "0b" + "1".repeat(64), " 12 ", "0o777", "1e3", "1n", "", "\u00a0", "0x", "--1"];
for (const text of odd) for (const radix of [2, 3, 10, 16, 32, 36]) try { const b = BigInt(text); b.toString(radix); b << -70n; b >> 4096n; b ** 3n; BigInt.asIntN(65, b); b / (b - b); } catch {}
for (const n of [-(2n ** 63n), 2n ** 64n - 1n, -1n]) for (const s of [0n, 63n, 64n, 65n, -64n]) { n << s; n >> s; n ^ (1n << 70n); n & -s; n | s; ~n; }
return true;
