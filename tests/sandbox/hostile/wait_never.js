// class: floods; ends: wall
await host("never", 1);
