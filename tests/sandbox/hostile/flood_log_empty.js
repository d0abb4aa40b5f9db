// class: floods; ends: cpu bytes
// lines of no length: each costs the host a record all the same
for (;;) console.log("");
