// class: floods; ends: calls
for (;;) setTimeout(() => {}, 1e6);
