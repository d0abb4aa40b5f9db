// class: floods; ends: bytes cpu
const big = "x".repeat(1 << 20);
for (;;) await host("echo", big);
