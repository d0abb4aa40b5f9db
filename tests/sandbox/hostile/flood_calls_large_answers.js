// class: floods; ends: memory calls
const kept = [];
for (;;) kept.push(await host("large", kept.length));
