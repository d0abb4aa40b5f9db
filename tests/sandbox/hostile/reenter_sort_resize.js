// class: re-entrancy in typed arrays; returns: true
// quickjs-ng#1297
let worst = 0;
for (let at = 0; at < 400; at += 7) {
  const b = new ArrayBuffer(256, { maxByteLength: 2560 }), t = new Uint8Array(b);
  for (let i = 0; i < 256; i++) t[i] = (i * 37) % 251;
  let n = 0;
  try { t.sort((x, y) => { if (++n === at) b.resize(n % 2 ? 3 : 2560); return x - y; }); } catch {}
  worst = Math.max(worst, t.length);
}
return worst <= 2560;
