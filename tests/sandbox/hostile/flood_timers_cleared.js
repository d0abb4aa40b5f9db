// class: floods; ends: cpu bytes
for (;;) clearTimeout(setTimeout(() => {}, 1e6));
