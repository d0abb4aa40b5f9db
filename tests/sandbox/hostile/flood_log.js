// class: floods; ends: cpu bytes
for (;;) console.log("x".repeat(100));
