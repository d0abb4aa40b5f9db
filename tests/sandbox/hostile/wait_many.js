// class: floods; ends: wall
await Promise.all(Array.from({ length: 500 }, (_, i) => host("never", i)));
