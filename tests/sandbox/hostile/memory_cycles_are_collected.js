// class: memory in one built-in; returns: "alive"
// garbage in circles: the collector has to find it before the limit is said to be reached
for (let i = 0; i < 40; i++) { const a = { data: new Uint8Array(1 << 20) }; a.a = a; }
return "alive";
