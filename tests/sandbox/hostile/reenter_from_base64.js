// class: re-entrancy in typed arrays; returns: true
// a target that shrinks while its own text is decoded into it
const b = new ArrayBuffer(4096, { maxByteLength: 4096 }), t = new Uint8Array(b);
try { t.setFromBase64("AAAA".repeat(1000), { get alphabet() { b.resize(3); return "base64"; } }); } catch {}
try { t.toBase64({ get alphabet() { b.resize(0); return "base64"; } }); } catch {}
return t.length === 0;
