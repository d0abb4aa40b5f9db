// class: memory in one built-in; ends: memory cpu
const p = new URLSearchParams();
for (;;) p.append("k".repeat(1000), "%".repeat(1000)), String(p);
