// class: floods; ends: wall
await new Promise((done) => setTimeout(done, 1e9));
