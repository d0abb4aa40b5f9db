// class: messages that are forged; ends: calls

// more calls with one id than may be in flight
let n = 0;
String.prototype.concat = () => (n++ < 16 ? `C[${n},"slow",1]` : 'C[99,"never",1]');
for (let i = 0; i < 2000; i++) host("slow", 1);
await new Promise(() => {});
