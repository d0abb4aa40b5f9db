// class: results and arguments; ends: memory bytes cpu
return Object.fromEntries(Array.from({ length: 1e6 }, (_, i) => ["k" + i, i]));
